// Signatures of all dialects in the one field that Google has for them. SDKs read and write it as base64, so those of other
// dialects are put behind the name of their dialect and encoded as a whole.
import type { DialectName, ReasoningBlock, Signature } from '../../chat/request.ts';
import { own } from '../../chat/json.ts';
import { asArray, asObject, type JsonObject } from './json.ts';

const FOREIGN = /^(openai-chat|openai-responses|anthropic|bedrock)(@redacted)?:([\s\S]+)$/;

/** `redacted`: it holds thoughts whose text is hidden, for which Google has no word. */
export type Signed = Required<Pick<ReasoningBlock, 'signature'>> & Pick<ReasoningBlock, 'redacted'>;

function parse(text: string): Signed | undefined {
  const [, dialect, redacted, value] = FOREIGN.exec(text) ?? [];
  if (dialect === undefined || value === undefined) return undefined;
  return { signature: { dialect: dialect as DialectName, value }, ...(redacted === undefined ? {} : { redacted: true }) };
}

export function readSignature(value: string): Signed {
  return parse(value) ?? parse(Buffer.from(value, 'base64').toString('utf8')) ?? { signature: { dialect: 'google', value } };
}

export function writeSignature({ dialect, value }: Signature, redacted = false): string {
  return dialect === 'google' ? value : Buffer.from(`${dialect}${redacted ? '@redacted' : ''}:${value}`).toString('base64');
}

/** As much of a signature as its dialect can be told from, in base64. */
const HEAD = 40;

/** A conversation that began with a model of another provider. */
export function holdsForeign(body: Readonly<JsonObject>): boolean {
  const parts = asArray(own(body, 'contents')).flatMap((content) => asArray(own(asObject(content), 'parts')));
  return parts.some((part) => {
    const value = own(asObject(part), 'thoughtSignature') ?? own(asObject(part), 'thought_signature');
    return typeof value === 'string' && readSignature(value.slice(0, HEAD)).signature.dialect !== 'google';
  });
}
