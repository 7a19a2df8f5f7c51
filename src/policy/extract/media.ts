// What is no text, or text in disguise: images, sound, files, and data: addresses.
import type { Json } from '../../chat/json.ts';
import type { Unscannable } from '../types.ts';
import { decodeText, textIn } from '../normalise/bytes.ts';
import { isMention } from './references.ts';

const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Members that hold bytes in base64 or say where a file is. */
const BYTES: ReadonlySet<string> = new Set(
  'data file_data b64_json bytes image_url video_url document_url url file_url fileUri file_uri file_id audio input_audio imageBytes videoBytes'.split(' '),
);
/** Of these, the ones that hold the bytes themselves. */
const DATA: ReadonlySet<string> = new Set(['data', 'bytes', 'file_data', 'b64_json']);

/** Events that bring sound piece by piece. */
const SPOKEN = /^response\.(?:output_)?audio\.delta$/;

/** What a member turns out to be, where it is more than its letters. Nothing of it is left out: what is not in one of these is in another. */
export interface Medium {
  /** Words, for everybody to read. */
  text?: string;
  /** Letters that are most likely no words. */
  forDetectors?: string;
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
/** Mails and PEM break it into lines. */
const LINES = /^[\w+/-]{60,80}\r?\n/;

/** Base64 and nothing else, so that no words go by unread where it is decoded; undefined: it is not. */
function base64In(value: string): string | undefined {
  const joined = LINES.test(value) ? value.replace(/\r?\n/g, '') : value;
  return BASE64.test(joined) ? joined : undefined;
}

/** What is too short for the bytes of a medium may be words all the same; so may what is no base64, as an address. */
const asWords = (value: string): Medium =>
  base64In(value) === undefined ? { text: value } : value.length < BLOB ? { forDetectors: value } : {};

const DATA_ADDRESS = /^\s*data:(?:[\w.+-]{1,64}\/[\w.+-]{1,128})?(?:;[^;,\r\n]{1,256}){0,8};\s*base64,/i;

/** Signs of base64 that addresses escape. */
const unescaped = (body: string): string =>
  body.trimEnd().replace(/%(?:3d|2b|2f)/gi, (sign) => String.fromCharCode(Number.parseInt(sign.slice(1), 16)));

/** An address that holds bytes; undefined: it is text, whatever it begins with. */
function fromDataAddress(address: string, isPlaceOfMedia: boolean): Medium | undefined {
  const prefix = DATA_ADDRESS.exec(address)?.[0];
  if (prefix === undefined) return undefined;
  const body = address.slice(prefix.length);
  const base64 = base64In(body.includes('%') ? unescaped(body) : body.trimEnd());
  if (base64 === undefined) return undefined;
  const head = prefix.trim().slice('data:'.length);
  const medium = decoded(base64, head.split(';')[0] || 'text/plain');
  // What stands before the bytes is of somebody's own making, and so is a short body.
  if (isPlaceOfMedia) return { ...medium, forDetectors: body.length < BLOB ? address : prefix };
  // Elsewhere a model reads the letters.
  return medium.text === undefined && address.length < BLOB ? { ...medium, text: address } : { ...medium, forDetectors: address };
}

/**
 * What the string in member `name` of `holder` is, where it is more than its letters: undefined for plain text. `around` names the
 * members and kinds on the way to it, for example `image_url.url`.
 */
export function mediumOf(name: string, value: string, holder: Json, around: string): Medium | undefined {
  if (name === 'file_id' && isMention(around)) return { forDetectors: value };
  if (name === 'delta' && SPOKEN.test(String(holder['type']))) return { ...asWords(value), unscannable: 'audio' };
  const isPlace = BYTES.has(name) && !isPlainText(name, holder, around) && (name !== 'url' || isOfMedium(holder, around));
  const addressed = fromDataAddress(value, isPlace);
  if (addressed !== undefined) return addressed;
  if (isPlace) return inPlace(name, value, holder, around);
  if (value.length < BLOB || !BASE64.test(value)) return undefined;
  return decodedWords(value) === undefined ? { unscannable: kindByName(around), forDetectors: value } : undefined;
}

/** Anthropic's plain text documents keep their words in `data`. */
const isPlainText = (name: string, holder: Json, around: string): boolean =>
  name === 'data' && holder['type'] === 'text' && holder['media_type'] === 'text/plain' && around.endsWith('.source.text.data');

/** An address of a medium, and not of a page, or of a server of tools. */
const isOfMedium = (holder: Json, around: string): boolean =>
  (holder['type'] === 'url' && !around.startsWith('mcp_servers')) || /image|audio|video|file/i.test(around);

/** A string where dialects have bytes, or the address or the id of a file. */
function inPlace(name: string, value: string, holder: Json, around: string): Medium {
  const mediaType = string(holder['media_type']) ?? string(holder['mimeType']) ?? string(holder['mime_type']);
  const base64 = DATA.has(name) ? base64In(value) : undefined;
  const letters = asWords(value);
  if (base64 !== undefined && mediaType !== undefined) return { ...letters, ...decoded(base64, mediaType) };
  const text = base64 === undefined ? undefined : decodedWords(base64);
  const unscannable = mediaType === undefined ? kindByName(`${around} ${name}`) : kindOf(mediaType);
  return { ...letters, ...(text === undefined ? {} : { text }), unscannable };
}

const decodedWords = (base64: string): string | undefined => textIn(Buffer.from(base64, 'base64'));
