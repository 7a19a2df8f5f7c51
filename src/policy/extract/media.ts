// What is no text, or text in disguise: images, sound, files, and data: addresses.
import type { Unscannable } from '../types.ts';

type Json = Readonly<Record<string, unknown>>;

const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Members that hold bytes in base64 or say where a file is. */
const BYTES: ReadonlySet<string> = new Set(['data', 'file_data', 'b64_json', 'bytes', 'image_url', 'url', 'file_url', 'fileUri', 'file_uri', 'file_id', 'audio', 'imageBytes', 'videoBytes']);

/** What a member of an object that holds a medium turns out to be. */
export type Medium = { text: string } | { unscannable: Unscannable['kind'] };

const kindOf = (mediaType: string): Unscannable['kind'] => {
  const family = mediaType.slice(0, mediaType.indexOf('/'));
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file';
};
const isText = (mediaType: string): boolean => /^(?:text\/|application\/(?:json|xml|yaml|x-ndjson|javascript))/i.test(mediaType);

/** Bytes in base64 are text where their media type says so and they are UTF-8. */
function decoded(base64: string, mediaType: string): Medium {
  if (!isText(mediaType)) return { unscannable: kindOf(mediaType) };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64')) };
  } catch {
    return { unscannable: 'file' };
  }
}

function fromDataAddress(address: string): Medium {
  const comma = address.indexOf(',');
  const head = address.slice('data:'.length, comma === -1 ? undefined : comma);
  const mediaType = head.split(';')[0] || 'text/plain';
  const body = comma === -1 ? '' : address.slice(comma + 1);
  if (/;\s*base64$/i.test(head)) return decoded(body, mediaType);
  if (!isText(mediaType)) return { unscannable: kindOf(mediaType) };
  try {
    return { text: decodeURIComponent(body) };
  } catch {
    return { unscannable: 'file' };
  }
}

const KIND_BY_NAME: readonly [pattern: RegExp, kind: Unscannable['kind']][] = [
  [/image/i, 'image'],
  [/audio|speech/i, 'audio'],
  [/video/i, 'video'],
];

/** By the names around it, where no media type is said. */
const kindByName = (names: string): Unscannable['kind'] => KIND_BY_NAME.find(([pattern]) => pattern.test(names))?.[1] ?? 'file';

/**
 * What the string in member `name` of `holder` is, where it is more than its letters: undefined for plain text. `around` names the
 * members and kinds on the way to it, for example `image_url.url`.
 */
export function mediumOf(name: string, value: string, holder: Json, around: string): Medium | undefined {
  if (/^data:/i.test(value)) return fromDataAddress(value);
  if (!BYTES.has(name)) return undefined;
  const mediaType = string(holder['media_type']) ?? string(holder['mimeType']) ?? string(holder['mime_type']);
  // Anthropic's plain text documents keep their words in `data`.
  if (holder['type'] === 'text') return undefined;
  if (name === 'url' && holder['type'] !== 'url' && !/image|audio|video|file/i.test(around)) return undefined;
  if (name === 'data' || name === 'bytes' || name === 'file_data') return mediaType === undefined ? { unscannable: kindByName(around) } : decoded(value, mediaType);
  return { unscannable: mediaType === undefined ? kindByName(`${around} ${name}`) : kindOf(mediaType) };
}
