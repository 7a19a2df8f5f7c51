// What providers want back unchanged travels in `encrypted_content` of reasoning items, the one field that every client of this
// dialect sends back. A signature of another dialect is wrapped to tell whose it is, and where it belongs if not to the thoughts.
import type { DialectName, Signature } from '../../chat/request.ts';

/** `call`: id of the tool call that it was with. `text`: it was with the text before it. */
export type Place = { type: 'reasoning' } | { type: 'call'; id: string } | { type: 'text' };

const WRAPPED = /^(openai-chat|openai-responses|anthropic|google|bedrock)(?:@([^:]+))?:([\s\S]*)$/;
const TEXT = 'text';

export function wrapSignature({ dialect, value }: Signature, place: Place = { type: 'reasoning' }): string {
  if (place.type !== 'reasoning') return `${dialect}@${place.type === 'call' ? place.id : TEXT}:${value}`;
  return dialect === 'openai-responses' ? value : `${dialect}:${value}`;
}

export function unwrapSignature(wrapped: string): { signature: Signature; place: Place } {
  const [, dialect, where, value] = WRAPPED.exec(wrapped) ?? [];
  if (dialect === undefined || value === undefined) {
    return { signature: { dialect: 'openai-responses', value: wrapped }, place: { type: 'reasoning' } };
  }
  const signature: Signature = { dialect: dialect as DialectName, value };
  if (where === undefined) return { signature, place: { type: 'reasoning' } };
  return { signature, place: where === TEXT ? { type: 'text' } : { type: 'call', id: where } };
}
