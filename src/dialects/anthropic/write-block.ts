// Blocks of an answer in Anthropic's form.
import type { Citation, ReasoningBlock, ToolCallBlock } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { wrapBehind, wrapSignature } from './signatures.ts';
import { parsed } from './values.ts';
import type { Param } from './write-content.ts';

/** undefined: there is no address to cite. */
export function citationParam({ url, title, text, original }: Citation, words: string): Param | undefined {
  if (original?.dialect === 'anthropic' && isObject(original.value)) return original.value;
  if (url === undefined) return undefined;
  return { type: 'web_search_result_location', url, title: title ?? null, cited_text: text ?? words, encrypted_index: '' };
}

/** What the cited words are, if the citation only says where. */
export function citedWords({ start, end }: Citation, text: string): string {
  return start === undefined || end === undefined ? '' : text.slice(start, end);
}

export function thinkingParam({ text, signature, redacted }: ReasoningBlock): Param[] {
  const wrapped = signature === undefined ? '' : wrapSignature(signature);
  if (redacted === true) return wrapped === '' ? [] : [{ type: 'redacted_thinking', data: wrapped }];
  return text === '' && wrapped === '' ? [] : [{ type: 'thinking', thinking: text, signature: wrapped }];
}

/** A thinking block that only carries the signature of the block before. */
export function carrierParam({ signature }: Pick<ToolCallBlock, 'signature'>): Param[] {
  return signature === undefined ? [] : [{ type: 'thinking', thinking: '', signature: wrapBehind(signature) }];
}

/** Arguments that are no JSON object, as models write them at times, are shown as they are rather than dropped. */
export function inputOf({ kind, arguments: args }: Pick<ToolCallBlock, 'kind' | 'arguments'>): Param {
  if (kind === 'custom') return { input: args };
  if (args.trim() === '') return {};
  const input = parsed(args);
  return isObject(input) ? input : { arguments: args };
}
