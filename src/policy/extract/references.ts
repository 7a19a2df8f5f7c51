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
/**
 * What tells where words in the text came from, or what a tool of the provider has found or made, by the last names and kinds on the way to it;
 * files that it names have been read, or written, by the model. Elsewhere the same kinds would hide a file.
 */
const MENTION = new RegExp(
  String.raw`\.(?:(?:annotations?|citations?)\.(?:file_citation|container_file_citation|file_path|char_location|page_location|content_block_location)` +
    String.raw`|content\.(?:bash_)?code_execution_output|file_search_call\.results\.)\.file_id$`,
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

/** An item that stands for an earlier one, whatever else it has: a kind is no must, and a message says whose it is, or what it says. */
export const isReferenceItem = ({ type, id, role, content }: Json): boolean =>
  type === 'item_reference' || (typeof id === 'string' && (typeof type !== 'string' || type === '') && isEmpty(role) && isEmpty(content));

/** The id of a file names where words are from, and adds none. `around`: the names and kinds on the way to it. */
export const isMention = (around: string): boolean => MENTION.test(around);
