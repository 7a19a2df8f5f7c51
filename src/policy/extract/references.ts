// What a request only points to: the provider adds it to what the model reads, and the gateway never sees it.

/** Members that name something which the provider keeps. */
const POINTERS: ReadonlySet<string> = new Set(['previous_response_id', 'conversation', 'cachedContent', 'cached_content']);

/** A member of a request that stands for words which are kept elsewhere. */
export function isReference(name: string, value: unknown, depth: number): boolean {
  if (value === null || value === undefined || value === '') return false;
  if (POINTERS.has(name)) return true;
  // A prompt that is stored; the prompt of a completion is text.
  return name === 'prompt' && depth <= 1 && typeof value === 'object' && !Array.isArray(value);
}

/** An item that stands for an earlier one. */
export const isReferenceItem = (item: Readonly<Record<string, unknown>>): boolean =>
  item['type'] === 'item_reference' || (item['type'] === undefined && typeof item['id'] === 'string' && Object.keys(item).length === 1);
