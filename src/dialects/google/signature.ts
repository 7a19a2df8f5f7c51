// Signatures of all dialects in the one field that Google has for them. SDKs read and write it as base64, so those of other
// dialects are put behind the name of their dialect and encoded as a whole.
import type { DialectName, Signature } from '../../chat/request.ts';

const FOREIGN = /^(openai-chat|openai-responses|anthropic|bedrock):([\s\S]+)$/;

function parse(text: string): Signature | undefined {
  const [, dialect, value] = FOREIGN.exec(text) ?? [];
  return dialect === undefined || value === undefined ? undefined : { dialect: dialect as DialectName, value };
}

export function readSignature(value: string): Signature {
  return parse(value) ?? parse(Buffer.from(value, 'base64').toString('utf8')) ?? { dialect: 'google', value };
}

export function writeSignature({ dialect, value }: Signature): string {
  return dialect === 'google' ? value : Buffer.from(`${dialect}:${value}`).toString('base64');
}
