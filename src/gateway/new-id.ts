// Ids of answers and tool calls in the form that OpenAI and Anthropic give theirs.
import { randomBytes } from 'node:crypto';

const LENGTH = 24;

/** 24 random letters and digits. */
export function newId(): string {
  // Base64 of 32 bytes holds 43 characters, of which hardly ever 19 are none of these.
  const letters = randomBytes(32).toString('base64').replace(/[^A-Za-z0-9]/g, '');
  return letters.length >= LENGTH ? letters.slice(0, LENGTH) : newId();
}
