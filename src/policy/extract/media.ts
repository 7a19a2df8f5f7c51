// What is no text, or text in disguise: images, sound, files, and data: addresses.
import type { Unscannable } from '../types.ts';
import { decodeText, textIn } from '../normalise/bytes.ts';

type Json = Readonly<Record<string, unknown>>;

const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Members that hold bytes in base64 or say where a file is. */
const BYTES: ReadonlySet<string> = new Set(['data', 'file_data', 'b64_json', 'bytes', 'image_url', 'url', 'file_url', 'fileUri', 'file_uri', 'file_id', 'audio', 'imageBytes', 'videoBytes']);

/** What a member of an object that holds a medium turns out to be: both where its words do not tell all of it. */
export interface Medium {
  text?: string;
  /** The text is most likely none. */
  isAside?: true;
  unscannable?: Unscannable['kind'];
}

const kindOf = (mediaType: string): Unscannable['kind'] => {
  const family = mediaType.slice(0, Math.max(0, mediaType.indexOf('/'))).toLowerCase();
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file';
};
const isText = (mediaType: string): boolean => /^(?:text\/|application\/(?:json|xml|yaml|x-ndjson|javascript))/i.test(mediaType);

/** Bytes in base64 are text where they are text, whatever their media type says; else they cannot be read. */
function decoded(base64: string, mediaType: string): Medium {
  const bytes = Buffer.from(base64, 'base64');
  const text = isText(mediaType) ? decodeText(bytes) : textIn(bytes);
  if (text !== undefined) return isText(mediaType) ? { text } : { text, unscannable: kindOf(mediaType) };
  return { unscannable: kindOf(mediaType) };
}

function fromDataAddress(address: string): Medium {
  const comma = address.indexOf(',');
  const head = address.slice('data:'.length, comma === -1 ? undefined : comma);
  const mediaType = head.split(';')[0] || 'text/plain';
  const body = comma === -1 ? '' : address.slice(comma + 1);
  // Parameters of the head are words of somebody, too.
  const words = /^[\w./+-]{0,64}(?:;base64)?$/i.test(head) ? {} : { text: head };
  const medium = /;\s*base64\s*$/i.test(head) ? decoded(body, mediaType) : { text: body, ...(isText(mediaType) ? {} : { unscannable: kindOf(mediaType) }) };
  return { ...words, ...medium };
}

const KIND_BY_NAME: readonly [pattern: RegExp, kind: Unscannable['kind']][] = [
  [/image/i, 'image'],
  [/audio|speech/i, 'audio'],
  [/video/i, 'video'],
];

/** By the names around it, where no media type is said. */
const kindByName = (names: string): Unscannable['kind'] => KIND_BY_NAME.find(([pattern]) => pattern.test(names))?.[1] ?? 'file';

/** From this length on, text without a space that only base64 has, and that says nothing when it is decoded, is the bytes of something. */
const BLOB = 1024;
const BASE64 = /^[\w+/-]+={0,2}$/;

/** A value that is no base64, or too short for bytes of a medium, may be words all the same; so may an address. */
function asWords(value: string): Medium {
  if (!BASE64.test(value)) return { text: value };
  return value.length >= BLOB ? {} : { text: value, isAside: true };
}

/**
 * What the string in member `name` of `holder` is, where it is more than its letters: undefined for plain text. `around` names the
 * members and kinds on the way to it, for example `image_url.url`.
 */
export function mediumOf(name: string, value: string, holder: Json, around: string): Medium | undefined {
  if (/^\s*data:[^,\s]{0,256},/i.test(value)) return fromDataAddress(value.trimStart());
  // Anthropic's plain text documents keep their words in `data`.
  if (BYTES.has(name) && holder['type'] !== 'text' && !(name === 'url' && holder['type'] !== 'url' && !/image|audio|video|file/i.test(around))) {
    const mediaType = string(holder['media_type']) ?? string(holder['mimeType']) ?? string(holder['mime_type']);
    const isData = name === 'data' || name === 'bytes' || name === 'file_data' || name === 'b64_json';
    if (isData && mediaType !== undefined) {
      const medium = decoded(value, mediaType);
      return medium.text === undefined ? { ...asWords(value), ...medium } : medium;
    }
    const kind = mediaType === undefined ? kindByName(`${around} ${name}`) : kindOf(mediaType);
    const words = isData ? decodedWords(value) : {};
    return { ...(words.text === undefined ? asWords(value) : words), unscannable: kind };
  }
  if (value.length < BLOB || !BASE64.test(value)) return undefined;
  return decodedWords(value).text === undefined ? { unscannable: kindByName(around) } : undefined;
}

function decodedWords(value: string): Medium {
  const text = textIn(Buffer.from(value, 'base64'));
  return text === undefined ? {} : { text };
}
