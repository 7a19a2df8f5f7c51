// Bytes inside JSON: data: URLs, media types, and the kind of block that they make.
import type { AudioBlock, DocumentBlock, ImageBlock, Source, VideoBlock } from '../../chat/request.ts';

/** Undefined where it is no data: URL with base64. */
export function base64Source(url: string): Extract<Source, { type: 'base64' }> | undefined {
  // Not one regular expression: the data may have many megabytes.
  const comma = url.indexOf(',');
  if (comma === -1 || !/^data:/i.test(url)) return undefined;
  const [mediaType = '', ...parameters] = url.slice('data:'.length, comma).split(';');
  if (mediaType === '' || parameters.at(-1)?.trim().toLowerCase() !== 'base64') return undefined;
  return { type: 'base64', mediaType: mediaType.trim().toLowerCase(), data: url.slice(comma + 1) };
}

export function dataUrl({ mediaType, data }: { mediaType: string; data: string }): string {
  return `data:${mediaType};base64,${data}`;
}

/** What these bytes are; an image where nothing tells, since that is what image_url is for. */
export function blockOfSource(source: Source): ImageBlock | DocumentBlock | AudioBlock | VideoBlock {
  const mediaType = source.type === 'base64' ? source.mediaType : 'image/*';
  if (mediaType.startsWith('audio/')) return { type: 'audio', source };
  if (mediaType.startsWith('video/')) return { type: 'video', source };
  return mediaType.startsWith('application/') || mediaType.startsWith('text/') ? { type: 'document', source } : { type: 'image', source };
}

const BY_EXTENSION: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Of a file that has only a name. */
export function mediaTypeOfFile(name = ''): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension]! : 'application/pdf';
}
