// What providers want back unchanged travels in `encrypted_content` of reasoning items, the one field that every client of this
// dialect sends back. A signature of another dialect is wrapped to tell whose it is, and where it belongs if not to the thoughts.
import type { DialectName, Signature } from '../../chat/request.ts';
import type { Json } from '../../chat/json.ts';
import { field, listOf, objectOf, textOf } from './fields.ts';

/** `call`: id of the tool call that it was with. `text`: it was with the text before it. `redacted`: it holds thoughts that are hidden. */
export type Place = { type: 'reasoning' } | { type: 'redacted' } | { type: 'call'; id: string } | { type: 'text' };

const WRAPPED = /^(openai-chat|openai-responses|anthropic|google|bedrock)(?:@([^:]+))?:([\s\S]*)$/;
const isWord = (where: string): where is 'text' | 'redacted' => where === 'text' || where === 'redacted';

export function wrapSignature({ dialect, value }: Signature, place: Place = { type: 'reasoning' }): string {
  if (place.type === 'call' || place.type === 'text') return `${dialect}@${place.type === 'call' ? place.id : place.type}:${value}`;
  // Here every signature holds the thoughts.
  if (dialect === 'openai-responses') return value;
  return place.type === 'redacted' ? `${dialect}@redacted:${value}` : `${dialect}:${value}`;
}

export function unwrapSignature(wrapped: string): { signature: Signature; place: Place } {
  const [, dialect, where, value] = WRAPPED.exec(wrapped) ?? [];
  if (dialect === undefined || value === undefined) {
    return { signature: { dialect: 'openai-responses', value: wrapped }, place: { type: 'reasoning' } };
  }
  const signature: Signature = { dialect: dialect as DialectName, value };
  if (where === undefined) return { signature, place: { type: 'reasoning' } };
  return { signature, place: isWord(where) ? { type: where } : { type: 'call', id: where } };
}

function isForeign(item: unknown): boolean {
  const encrypted = textOf(field(objectOf(item), 'encrypted_content'));
  return unwrapSignature(encrypted).signature.dialect !== 'openai-responses';
}

/** A conversation that began with a model of another provider: this one cannot decrypt its thoughts. */
export function holdsForeign(body: Json): boolean {
  return listOf(field(body, 'input')).some(isForeign);
}

/** The items that have them have nothing else. */
export function withoutForeign(body: Json): Json {
  return { ...body, input: listOf(field(body, 'input')).filter((item) => !isForeign(item)) };
}
