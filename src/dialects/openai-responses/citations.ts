// Annotations of output text and the citations that they are.
import type { Citation } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { field, optional } from './fields.ts';

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Undefined for what is no annotation. */
export function readAnnotation(value: unknown): Citation | undefined {
  if (!isObject(value)) return undefined;
  const title = stringOf(field(value, 'title')) ?? stringOf(field(value, 'filename'));
  return {
    ...optional('url', stringOf(field(value, 'url'))),
    ...optional('title', title),
    ...optional('start', numberOf(field(value, 'start_index'))),
    ...optional('end', numberOf(field(value, 'end_index'))),
    original: { dialect: 'openai-responses', value },
  };
}

/**
 * `base`: length of what stands before the block in its part, `length`: that of the part so far. Undefined where the citation has
 * no form here: pages of a document without an address.
 */
export function writeAnnotation(citation: Citation, base: number, length: number): object | undefined {
  if (citation.original?.dialect === 'openai-responses' && base === 0) return objectIn(citation.original.value);
  if (citation.url === undefined) return undefined;
  return {
    type: 'url_citation',
    url: citation.url,
    title: citation.title ?? '',
    start_index: base + (citation.start ?? 0),
    end_index: citation.end === undefined ? length : base + citation.end,
  };
}

function objectIn(value: unknown): object | undefined {
  return isObject(value) ? value : undefined;
}
