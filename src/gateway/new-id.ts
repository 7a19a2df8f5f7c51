// Ids of answers and tool calls, as long as OpenAI and Anthropic make theirs.
import { randomUUID } from 'node:crypto';

/** 24 random letters and digits, of at least 90 random bits: Node keeps random bytes for UUIDs at hand, which makes this cheap. */
export function newId(): string {
  return randomUUID().replaceAll('-', '').slice(0, 24);
}
