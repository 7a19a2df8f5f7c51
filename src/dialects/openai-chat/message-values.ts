// What servers put into a message or a delta, in the forms that they have for it. All are loose: what does not fit is not there.
import type { AudioBlock, Block, Citation, ImageBlock } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { base64Source } from './media.ts';
import type { ThoughtField } from './signatures.ts';

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Words of one kind. */
export type Words = { type: 'text'; text: string } | { type: 'reasoning'; text: string; field: ThoughtField };

function joined(value: unknown): string {
  return typeof value === 'string' ? value : listOf(value).map((part) => (isObject(part) ? textOf(part['text']) : textOf(part))).join('');
}

/** A string, or Mistral's list with thoughts in it. */
export function readContentWords(content: unknown): Words[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return listOf(content).flatMap((part): Words[] => {
    if (typeof part === 'string') return [{ type: 'text', text: part }];
    if (!isObject(part)) return [];
    if (part['type'] === 'thinking') return [{ type: 'reasoning', text: joined(part['thinking']), field: 'thinking' }];
    return [{ type: 'text', text: textOf(part['text']) }];
  });
}

/** Thoughts in a field of their own; servers that have both fields say the same in them. */
export function readThoughtWords(message: Json): Extract<Words, { type: 'reasoning' }> | undefined {
  for (const field of ['reasoning_content', 'reasoning'] as const) {
    const text = textOf(message[field]);
    if (text !== '') return { type: 'reasoning', text, field };
  }
  return undefined;
}

/** Servers number their choices or have them in order. */
export function choiceIndex(choice: Json, position: number): number {
  const place = index(choice['index']);
  // More than anybody gives: a number that means something else.
  return place === undefined || place > 1024 ? position : place;
}

function index(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

export function readCitation(annotation: unknown): Citation | undefined {
  if (!isObject(annotation) || !isObject(annotation['url_citation'])) return undefined;
  const cited = annotation['url_citation'];
  const url = textOf(cited['url']);
  if (url === '') return undefined;
  const title = textOf(cited['title']);
  const start = index(cited['start_index']);
  const end = index(cited['end_index']);
  return {
    url,
    ...(title === '' ? {} : { title }),
    // Routers write zeros where they do not know.
    ...(start !== undefined && end !== undefined && end > start ? { start, end } : {}),
    original: { dialect: 'openai-chat', value: annotation },
  };
}

/** Perplexity's: titles and addresses beside the answer, else addresses alone. */
export function readSources(answer: Json): Citation[] {
  const results = listOf(answer['search_results']).flatMap((result) => {
    const url = isObject(result) ? textOf(result['url']) : '';
    const title = isObject(result) ? textOf(result['title']) : '';
    return url === '' ? [] : [{ url, ...(title === '' ? {} : { title }) }];
  });
  if (results.length > 0) return results;
  return listOf(answer['citations']).map(textOf).filter((url) => url !== '').map((url) => ({ url }));
}

export function readImages(message: Json): ImageBlock[] {
  return listOf(message['images']).flatMap((image): ImageBlock[] => {
    const place = isObject(image) && isObject(image['image_url']) ? image['image_url'] : {};
    const url = textOf(place['url']);
    if (url === '') return [];
    return [{ type: 'image', source: base64Source(url) ?? { type: 'url', url } }];
  });
}

const BEGINNINGS: readonly (readonly [string, string])[] = [
  ['UklG', 'audio/wav'],
  ['T2dn', 'audio/ogg'],
  ['ZkxhQ', 'audio/flac'],
  ['SUQz', 'audio/mpeg'],
  ['//', 'audio/mpeg'],
];

/** Only the request says the format, so the bytes must. */
export function audioBlock(data: string): AudioBlock {
  const mediaType = BEGINNINGS.find(([beginning]) => data.startsWith(beginning))?.[1] ?? 'audio/pcm';
  return { type: 'audio', source: { type: 'base64', mediaType, data } };
}

/** Speech and its words. */
export function readAudio(message: Json): Block[] {
  const audio = isObject(message['audio']) ? message['audio'] : {};
  const data = textOf(audio['data']);
  const transcript = textOf(audio['transcript']);
  return [...(transcript === '' ? [] : [{ type: 'text', text: transcript } as const]), ...(data === '' ? [] : [audioBlock(data)])];
}

/** Arguments are a JSON text; some servers send the object. */
export function readArguments(value: unknown): string {
  return isObject(value) ? JSON.stringify(value) : textOf(value);
}
