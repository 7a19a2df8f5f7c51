// What a request only points to: the provider adds it to what the model reads, and the gateway never sees it. An earlier answer is one of
// these, too: it may have been judged by nobody, since the account of the provider may be used past the gateway, and by less strict policies.
import { isObject, type Json } from '../../chat/json.ts';

const words = (...lines: string[]): ReadonlySet<string> => new Set(lines.flatMap((line) => line.split(' ')));

/** Members that name something which the provider keeps, wherever they stand. */
const POINTERS = words(
  'previous_response_id previous_interaction_id conversation cachedContent cached_content',
  'file_ids vector_store_ids fileSearchStoreNames file_search_store_names data_sources',
  'vertexAiSearch vertex_ai_search vertexRagStore vertex_rag_store externalApi external_api',
);
/** The same where their holder is of one of these kinds. */
const POINTERS_OF: Readonly<Record<string, ReadonlySet<string>>> = {
  container: words('code_interpreter'),
  container_id: words('container_reference'),
  skill_id: words('custom skill_reference'),
};
/** Kinds of those that tell where words in the text came from; files that they name have been read, or written, by the model. */
const MENTIONS = words(
  'file_citation container_file_citation file_path char_location page_location content_block_location',
  'code_execution_output bash_code_execution_output',
);

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
const hasId = (value: unknown): boolean => isObject(value) && typeof value['id'] === 'string';

/** A member of a request that stands for words which are kept elsewhere. At its top `depth` is 1. */
export function isReference(name: string, value: unknown, depth: number, holder: Json): boolean {
  if (isEmpty(value)) return false;
  if (POINTERS.has(name)) return true;
  const kinds = Object.hasOwn(POINTERS_OF, name) ? POINTERS_OF[name] : undefined;
  if (kinds !== undefined && typeof value === 'string' && kinds.has(String(holder['type']))) return true;
  // A prompt that is stored; the prompt of a completion is text.
  if (name === 'prompt') return depth <= 1 && isObject(value);
  // What lies in a container that was there before.
  if (name === 'container') return depth <= 1 && (typeof value === 'string' || hasId(value));
  // What was spoken in an earlier answer; at the top it is how to speak.
  return name === 'audio' && depth > 1 && hasId(value);
}

/** An item that stands for an earlier one. */
export const isReferenceItem = (item: Json): boolean =>
  item['type'] === 'item_reference' || (item['type'] === undefined && typeof item['id'] === 'string' && Object.keys(item).length === 1);

/** The holder of an id of a file names where its own words are from, and adds none. */
export const isMention = (holder: Json): boolean =>
  MENTIONS.has(String(holder['type'])) || (holder['type'] === undefined && typeof holder['text'] === 'string');
