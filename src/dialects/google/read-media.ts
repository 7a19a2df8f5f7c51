// Images, documents and sound of a caller: bytes in the request, or an address.
import type { Losses } from '../../chat/losses.ts';
import type { Block, Source } from '../../chat/request.ts';
import type { Fields } from './fields.ts';
import { typeOfEnding } from './media-types.ts';

/** Addresses that only Google can read. */
const OF_GOOGLE = /^(?:gs:|https:\/\/generativelanguage\.googleapis\.com\/)/;

function kindOf(mediaType: string): 'image' | 'audio' | 'video' | 'document' {
  const kind = mediaType.slice(0, Math.max(0, mediaType.indexOf('/')));
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document';
}

function mediaOf(mediaType: string, source: Source, name: string | undefined): Block {
  const type = kindOf(mediaType);
  return type === 'document' ? { type, source, ...(name === undefined ? {} : { name }) } : { type, source };
}

const LEVELS: Record<string, string> = { MEDIA_RESOLUTION_LOW: 'low', MEDIA_RESOLUTION_HIGH: 'high' };

/** How closely to look at an image; other media have no such word in the middle. */
export function withDetail(block: Block, part: Fields, losses: Losses): Block {
  const resolution = part.fields('mediaResolution');
  const level = resolution?.text('level')?.toUpperCase() ?? '';
  resolution?.tellRest(losses);
  const isKnown = block.type === 'image' && Object.hasOwn(LEVELS, level);
  if (isKnown) return { ...block, detail: LEVELS[level]! };
  if (level !== '' && level !== 'MEDIA_RESOLUTION_UNSPECIFIED') losses.add(part.at('mediaResolution'));
  return block;
}

/** `inlineData` or `fileData` of a part; undefined where it has neither. */
export function readMedia(part: Fields, losses: Losses): Block | undefined {
  const inline = part.fields('inlineData');
  if (inline !== undefined) {
    const mediaType = inline.name('mimeType');
    const source = { type: 'base64', mediaType, data: inline.name('data') } as const;
    const block = mediaOf(mediaType, source, inline.text('displayName'));
    inline.tellRest(losses);
    return block;
  }
  const file = part.fields('fileData');
  if (file === undefined) return undefined;
  const uri = file.name('fileUri');
  const mediaType = file.text('mimeType') || undefined;
  const typed = mediaType === undefined ? {} : { mediaType };
  const source: Source = OF_GOOGLE.test(uri) ? { type: 'file', id: uri, ...typed } : { type: 'url', url: uri, ...typed };
  // An address of YouTube and the like comes without its type.
  const assumed = /\byoutu\.?be/.test(uri) ? 'video/mp4' : (typeOfEnding(uri) ?? '');
  const block = mediaOf(mediaType ?? assumed, source, file.text('displayName'));
  file.tellRest(losses);
  return block;
}
