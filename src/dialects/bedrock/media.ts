// Images, documents, sound and video as Converse takes them: bytes, or an object in S3; never a URL.
import type { DocumentBlock, Source } from '../../chat/request.ts';
import type { Json } from './json.ts';

type Kind = 'image' | 'document' | 'audio' | 'video';

const FORMATS: Record<Kind, Record<string, string>> = {
  image: { 'image/png': 'png', 'image/jpeg': 'jpeg', 'image/jpg': 'jpeg', 'image/gif': 'gif', 'image/webp': 'webp' },
  document: {
    'application/pdf': 'pdf',
    'text/csv': 'csv',
    'application/msword': 'doc',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/vnd.ms-excel': 'xls',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    'text/html': 'html',
    'text/plain': 'txt',
    'text/markdown': 'md',
  },
  audio: {
    'audio/mpeg': 'mp3',
    'audio/mp3': 'mp3',
    'audio/wav': 'wav',
    'audio/x-wav': 'wav',
    'audio/wave': 'wav',
    'audio/aac': 'aac',
    'audio/flac': 'flac',
    'audio/ogg': 'ogg',
    'audio/opus': 'opus',
    'audio/mp4': 'm4a',
    'audio/webm': 'webm',
    'audio/pcm': 'pcm',
  },
  video: {
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/mov': 'mov',
    'video/webm': 'webm',
    'video/x-matroska': 'mkv',
    'video/x-flv': 'flv',
    'video/mpeg': 'mpeg',
    'video/mpg': 'mpg',
    'video/wmv': 'wmv',
    'video/x-ms-wmv': 'wmv',
    'video/3gpp': 'three_gp',
  },
};
/** Objects in S3 need not come with a media type. */
const EXTENSIONS: Record<string, string> = { jpg: 'jpeg', htm: 'html', '3gp': 'three_gp' };

function formatOf(kind: Kind, mediaType: string | undefined, uri: string | undefined): string | undefined {
  const known = FORMATS[kind];
  const type = mediaType?.split(';')[0]!.trim().toLowerCase();
  if (type !== undefined && Object.hasOwn(known, type)) return known[type];
  const extension = /\.([a-z0-9]+)$/i.exec(uri ?? '')?.[1]?.toLowerCase();
  const format = extension !== undefined && Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : extension;
  return Object.values(known).find((one) => one === format);
}

/** `{format, source}`, or undefined where Bedrock cannot take it. */
export function writeMedia(kind: Kind, source: Source): Json | undefined {
  switch (source.type) {
    case 'text':
      // Bedrock refuses an empty file.
      if (kind !== 'document' || source.text === '') return undefined;
      return { format: 'txt', source: { bytes: Buffer.from(source.text, 'utf8').toString('base64') } };
    case 'base64': {
      const format = formatOf(kind, source.mediaType, undefined);
      return format === undefined ? undefined : { format, source: { bytes: source.data } };
    }
    default: {
      const uri = source.type === 'url' ? source.url : source.id;
      const format = uri.startsWith('s3://') ? formatOf(kind, source.mediaType, uri) : undefined;
      return format === undefined ? undefined : { format, source: { s3Location: { uri } } };
    }
  }
}

/** Names of the documents of one request: Bedrock allows few characters and each name once. */
export class DocumentNames {
  readonly #used = new Set<string>();

  /** A legal name that is not taken, as near to this as can be. */
  take({ name = '' }: DocumentBlock): string {
    const legal = name.replaceAll(/[^a-zA-Z0-9\s\-()[\]]/g, ' ').replaceAll(/\s+/g, ' ').trim().slice(0, 190).trim();
    const base = legal === '' ? 'Document' : legal;
    let free = base;
    for (let number = 2; this.#used.has(free); number++) free = `${base} ${number}`;
    this.#used.add(free);
    return free;
  }
}
