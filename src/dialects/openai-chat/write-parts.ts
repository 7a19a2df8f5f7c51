// Blocks as parts of a message for a server.
import type { Losses } from '../../chat/losses.ts';
import type { AudioBlock, Block, CacheMark, DocumentBlock, ImageBlock, Message } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { dataUrl } from './media.ts';
import type { Extras } from './servers.ts';

function mark(cache: CacheMark | undefined): object {
  return cache === undefined ? {} : { cache_control: { type: 'ephemeral', ...cache } };
}

function writeImage({ source, detail }: ImageBlock): object | undefined {
  if (source.type !== 'base64' && source.type !== 'url') return undefined;
  const url = source.type === 'url' ? source.url : dataUrl(source);
  return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } };
}

/** Only PDF goes as a file; what is text anyway goes as text, with its name. */
function writeDocument({ source, name, context }: DocumentBlock, { documentUrls }: Extras): object[] | undefined {
  const file = (data: string): object => ({ type: 'file', file: { filename: name ?? 'document.pdf', file_data: data } });
  const title = name === undefined ? '' : `${name}:\n\n`;
  const before = context === undefined ? [] : [{ type: 'text', text: context }];
  const asText = (text: string): object[] => [...before, { type: 'text', text: `${title}${text}` }];
  switch (source.type) {
    case 'text':
      return asText(source.text);
    case 'file':
      return [...before, { type: 'file', file: { file_id: source.id } }];
    case 'base64':
      if (source.mediaType.startsWith('text/')) return asText(Buffer.from(source.data, 'base64').toString('utf8'));
      return [...before, file(dataUrl(source))];
    case 'url':
      return documentUrls ? [...before, file(source.url)] : undefined;
  }
}

const FORMATS: Readonly<Record<string, string>> = { 'x-wav': 'wav', wave: 'wav', 'vnd.wave': 'wav', mpeg: 'mp3', 'x-mp3': 'mp3' };

function writeAudio({ source }: AudioBlock): object | undefined {
  if (source.type !== 'base64') return undefined;
  const [subtype = ''] = source.mediaType.slice(source.mediaType.indexOf('/') + 1).split(';');
  return { type: 'input_audio', input_audio: { data: source.data, format: Object.hasOwn(FORMATS, subtype) ? FORMATS[subtype] : subtype } };
}

/** Most blocks make one part. Undefined: this dialect cannot hold it. */
export function writeParts(block: Block, extras: Extras): object[] | undefined {
  const one = (part: object | undefined): object[] | undefined => part && [part];
  const marked = (parts: object[] | undefined): object[] | undefined => {
    if (!extras.cacheMarks || parts === undefined || !('cache' in block)) return parts;
    return [...parts.slice(0, -1), { ...parts.at(-1), ...mark(block.cache) }];
  };
  switch (block.type) {
    case 'text':
      return marked([{ type: 'text', text: block.text }]);
    case 'refusal':
      return [{ type: 'text', text: block.text }];
    case 'image':
      return marked(one(writeImage(block)));
    case 'document':
      return marked(writeDocument(block, extras));
    case 'audio':
      return one(writeAudio(block));
    case 'video': {
      const { source } = block;
      if (source.type === 'url') return [{ type: 'video_url', video_url: { url: source.url } }];
      return source.type === 'base64' ? [{ type: 'video_url', video_url: { url: dataUrl(source) } }] : undefined;
    }
    case 'other':
      return block.dialect === 'openai-chat' && isObject(block.value) ? [block.value] : undefined;
    default:
      return undefined;
  }
}

/** OpenAI refuses other names. */
const LEGAL_NAME = /^[^\s<|\\/>]{1,64}$/;

export function writeName({ name, at }: Message, losses: Losses): { name?: string } {
  if (name === undefined) return {};
  if (LEGAL_NAME.test(name)) return { name };
  losses.add(`${at}.name`);
  return {};
}
