// Parts of messages and of tool results, as callers send them.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Block, CacheMark, Citation, Source, TextBlock } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { readAnnotation } from './citations.ts';
import { field, listAt, listOf, neededString, objectAt, optional, stringAt, textOf, unknownFields } from './fields.ts';

const DATA_URL = /^data:([^;,]*)(?:;[^;,]*)*;base64,([\s\S]*)$/;

/** Of a `data:` URL its bytes, else where to get them. */
function sourceOfUrl(url: string): Source {
  const [, mediaType, data] = DATA_URL.exec(url) ?? [];
  if (data === undefined) return { type: 'url', url };
  return { type: 'base64', mediaType: mediaType === '' || mediaType === undefined ? 'application/octet-stream' : mediaType, data };
}

/** Its lives are longer than those of other dialects: the longest there is comes nearest. */
function cacheOf(part: Json): { cache?: CacheMark } {
  const mark = field(part, 'prompt_cache_breakpoint');
  if (!isObject(mark)) return {};
  return { cache: field(mark, 'ttl') === undefined ? {} : { ttl: '1h' } };
}

function readImage(part: Json, at: string): Block {
  const url = stringAt(part, 'image_url', `${at}.`);
  const id = stringAt(part, 'file_id', `${at}.`);
  if (url === undefined && id === undefined)
    throw new RequestError(at, `${at} must have image_url (an address or a data: URL) or file_id.`);
  return {
    type: 'image',
    source: url === undefined ? { type: 'file', id: id ?? '' } : sourceOfUrl(url),
    ...optional('detail', stringAt(part, 'detail', `${at}.`)),
    ...cacheOf(part),
  };
}

function mediaTypeOf(filename: string | undefined): string {
  return filename?.toLowerCase().endsWith('.txt') === true ? 'text/plain' : 'application/pdf';
}

function readFile(part: Json, at: string): Block {
  const name = stringAt(part, 'filename', `${at}.`);
  const data = stringAt(part, 'file_data', `${at}.`);
  const url = stringAt(part, 'file_url', `${at}.`);
  const id = stringAt(part, 'file_id', `${at}.`);
  const source = ((): Source => {
    // Bare base64 is taken too.
    if (data !== undefined) return data.startsWith('data:') ? sourceOfUrl(data) : { type: 'base64', mediaType: mediaTypeOf(name), data };
    if (url !== undefined) return sourceOfUrl(url);
    if (id !== undefined) return { type: 'file', id };
    throw new RequestError(at, `${at} must have file_data, file_url or file_id.`);
  })();
  return { type: 'document', source, ...optional('name', name), ...cacheOf(part) };
}

function readAudio(part: Json, at: string): Block {
  const audio = objectAt(part, 'input_audio', `${at}.`) ?? {};
  const format = neededString(audio, 'format', `${at}.input_audio.`);
  const mediaType = format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
  return { type: 'audio', source: { type: 'base64', mediaType, data: neededString(audio, 'data', `${at}.input_audio.`) } };
}

function readText(part: Json, at: string): TextBlock {
  const text = stringAt(part, 'text', `${at}.`);
  if (text === undefined) throw new RequestError(`${at}.text`, `${at}.text must be a string.`);
  const citations = listOf(field(part, 'annotations'))
    .map(readAnnotation)
    .filter((citation): citation is Citation => citation !== undefined);
  return { type: 'text', text, ...cacheOf(part), ...(citations.length === 0 ? {} : { citations }) };
}

const KNOWN: Record<string, readonly string[]> = {
  text: ['type', 'text', 'annotations', 'logprobs', 'prompt_cache_breakpoint'],
  refusal: ['type', 'refusal'],
  input_image: ['type', 'image_url', 'file_id', 'detail', 'prompt_cache_breakpoint'],
  input_file: ['type', 'filename', 'file_data', 'file_url', 'file_id', 'prompt_cache_breakpoint'],
  input_audio: ['type', 'input_audio'],
};

function readPart(part: unknown, at: string, losses: Losses): Block {
  if (!isObject(part)) throw new RequestError(at, `${at} must be an object with type, for example {"type": "input_text", "text": ...}.`);
  const type = neededString(part, 'type', `${at}.`);
  const known = (name: string): void => unknownFields(part, KNOWN[name] ?? [], `${at}.`, (lost) => losses.add(lost));
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'summary_text':
      known('text');
      return readText(part, at);
    case 'refusal':
      known(type);
      return { type: 'refusal', text: stringAt(part, 'refusal', `${at}.`) ?? '' };
    case 'input_image':
      known(type);
      return readImage(part, at);
    case 'input_file':
      known(type);
      return readFile(part, at);
    case 'input_audio':
      known(type);
      return readAudio(part, at);
    default:
      throw new RequestError(`${at}.type`, `${at}.type must be input_text, input_image, input_file, input_audio, output_text or refusal.`);
  }
}

/** `content` of a message, or `output` of a tool: text or a list of parts. */
export function readParts(item: Json, name: 'content' | 'output', at: string, losses: Losses): Block[] {
  const value = field(item, name);
  if (typeof value === 'string') return [{ type: 'text', text: value }];
  if (!Array.isArray(value)) throw new RequestError(`${at}.${name}`, `${at}.${name} must be a string or a list of parts.`);
  return listAt(item, name, `${at}.`).map((part, index) => readPart(part, `${at}.${name}[${index}]`, losses));
}

/** A picture that was made, or what no other dialect has. */
export function readOther(item: Json, type: string): Block {
  const picture = textOf(field(item, 'result'));
  if (type !== 'image_generation_call' || picture === '') return { type: 'other', dialect: 'openai-responses', kind: type, value: item };
  const mediaType = `image/${textOf(field(item, 'output_format')) || 'png'}`;
  return { type: 'image', source: { type: 'base64', mediaType, data: picture } };
}
