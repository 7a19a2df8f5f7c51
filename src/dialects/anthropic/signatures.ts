// Signatures of all dialects in Anthropic's thinking blocks, which unmodified SDKs send back as they are. Those of others are told
// apart by a prefix. A signature that belongs to words or to a call, where Anthropic has no place for one, travels in an empty
// thinking block right behind it, with another prefix.
import type { DialectName, Signature } from '../../chat/request.ts';
import { isObject, own, type Json } from '../../chat/json.ts';
import { listAt } from './values.ts';

const FOREIGN = /^(openai-chat|openai-responses|google|bedrock)(\+?):([^]*)$/;
const DIALECTS: readonly DialectName[] = ['openai-chat', 'openai-responses', 'google', 'bedrock'];

export function wrapSignature({ dialect, value }: Signature): string {
  return dialect === 'anthropic' ? value : `${dialect}:${value}`;
}

/** Of the block before. */
export function wrapBehind({ dialect, value }: Signature): string {
  return `${dialect}+:${value}`;
}

export interface Unwrapped {
  signature: Signature;
  isBehind: boolean;
}

/** undefined for an empty one: a thought that nobody signed. */
export function unwrapSignature(wrapped: string): Unwrapped | undefined {
  if (wrapped === '') return undefined;
  const [, name, behind, value = ''] = FOREIGN.exec(wrapped) ?? [];
  const dialect = DIALECTS.find((known) => known === name);
  if (dialect === undefined) return { signature: { dialect: 'anthropic', value: wrapped }, isBehind: false };
  return { signature: { dialect, value }, isBehind: behind === '+' };
}

/** A conversation that began with a model of another provider. */
export function holdsForeign(body: Json): boolean {
  const blocks = listAt(body, 'messages').flatMap((message) => (isObject(message) ? listAt(message, 'content') : []));
  return blocks.some((block) => {
    const signature = isObject(block) ? (own(block, 'signature') ?? own(block, 'data')) : undefined;
    return typeof signature === 'string' && FOREIGN.test(signature);
  });
}
