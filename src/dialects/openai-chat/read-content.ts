// Content of a caller's message: a string or a list of parts.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Block, CacheMark, Source } from '../../chat/request.ts';
import { Fields } from './fields.ts';
import { base64Source, blockOfSource, mediaTypeOfFile } from './media.ts';

/** Anthropic's `cache_control`, which many servers of this dialect take, and OpenAI's own `prompt_cache_breakpoint`. */
export function readCacheMark(fields: Fields): { cache?: CacheMark } {
  const control = fields.object('cache_control');
  if (control !== undefined) {
    const ttl = control.text('ttl');
    return { cache: ttl === '5m' || ttl === '1h' ? { ttl } : {} };
  }
  const breakpoint = fields.object('prompt_cache_breakpoint');
  if (breakpoint === undefined) return {};
  // Its times (30m, 12h) have no twin; the longer of the two that others know comes nearest.
  return { cache: breakpoint.text('ttl') === undefined ? {} : { ttl: '1h' } };
}

/** `{url, detail}`, or a bare string as some SDKs write it. */
function readUrl(part: Fields, key: string, losses: Losses): { source: Source; detail?: string } {
  const value = part.take(key);
  if (typeof value === 'string') return { source: sourceOfUrl(value, part.at(key)) };
  const fields = new Fields(value, part.at(key));
  const source = sourceOfUrl(fields.name('url'), fields.at('url'));
  const detail = fields.text('detail');
  fields.tellRest(losses);
  return { source, ...(detail === undefined ? {} : { detail }) };
}

function sourceOfUrl(url: string, path: string): Source {
  if (!/^data:/i.test(url)) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return { type: 'url', url };
    throw new RequestError(path, `${path} must be an http(s) URL or a data: URL.`);
  }
  const source = base64Source(url);
  if (source !== undefined) return source;
  throw new RequestError(path, `${path} must be a data: URL with a media type and base64, such as data:image/png;base64,iVBORw0K.`);
}

function readFile(part: Fields, losses: Losses): Block {
  const file = part.requiredObject('file');
  const data = file.text('file_data');
  const id = file.text('file_id');
  const name = file.text('filename');
  const mediaType = file.text('format') ?? mediaTypeOfFile(name);
  file.tellRest(losses);
  const path = file.at('file_data');
  let source: Source;
  if (data !== undefined) {
    source = /^[a-z][a-z0-9+.-]*:/i.test(data) ? sourceOfUrl(data, path) : { type: 'base64', mediaType, data };
  } else if (id !== undefined) source = { type: 'file', id };
  else throw new RequestError(file.path, `${file.path} must have file_data (a data: URL) or file_id.`);
  return { type: 'document', source, ...(name === undefined ? {} : { name }) };
}

function readAudio(part: Fields, losses: Losses): Block {
  const audio = part.requiredObject('input_audio');
  const data = audio.name('data');
  const format = audio.text('format') ?? 'wav';
  audio.tellRest(losses);
  if (/^(?:data|https?):/i.test(data)) return { type: 'audio', source: sourceOfUrl(data, audio.at('data')) };
  return { type: 'audio', source: { type: 'base64', mediaType: format === 'mp3' ? 'audio/mpeg' : `audio/${format}`, data } };
}

/** Mistral's form of thoughts: a string or a list of text parts. */
function thoughtsOf(part: Fields): string {
  const value = part.take('thinking');
  if (!Array.isArray(value)) return typeof value === 'string' ? value : '';
  return value.map((one, index) => new Fields(one, `${part.at('thinking')}[${index}]`).text('text') ?? '').join('');
}

function readPart(value: unknown, path: string, losses: Losses): Block {
  if (typeof value === 'string') return { type: 'text', text: value };
  const part = new Fields(value, path);
  const kind = part.name('type');
  const block = readKind(kind, part, value, losses);
  if (block.type === 'other') return block;
  const mark = readCacheMark(part);
  part.tellRest(losses);
  return block.type === 'text' || block.type === 'image' || block.type === 'document' ? { ...block, ...mark } : block;
}

function readKind(kind: string, part: Fields, value: unknown, losses: Losses): Block {
  switch (kind) {
    case 'text':
      return { type: 'text', text: part.requiredText('text') };
    case 'refusal':
      return { type: 'refusal', text: part.requiredText('refusal') };
    case 'image_url': {
      const { source, detail } = readUrl(part, 'image_url', losses);
      const block = blockOfSource(source);
      return block.type === 'image' && detail !== undefined ? { ...block, detail } : block;
    }
    case 'input_audio':
      return readAudio(part, losses);
    case 'file':
      return readFile(part, losses);
    case 'video_url':
      return { type: 'video', source: readUrl(part, 'video_url', losses).source };
    case 'document_url': {
      const name = part.text('document_name');
      return { type: 'document', source: readUrl(part, 'document_url', losses).source, ...(name === undefined ? {} : { name }) };
    }
    case 'thinking':
      return { type: 'reasoning', text: thoughtsOf(part) };
    default:
      return { type: 'other', dialect: 'openai-chat', kind, value };
  }
}

export function readParts(parts: readonly unknown[], path: string, losses: Losses): Block[] {
  return parts.map((part, index) => readPart(part, `${path}[${index}]`, losses));
}

/** Undefined where there is no content. Blocks stand one for one with the caller's parts. */
export function readContent(message: Fields, losses: Losses): Block[] | undefined {
  const content = message.take('content');
  if (content === undefined) return undefined;
  const path = message.at('content');
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw new RequestError(path, `${path} must be a string or a list of content parts.`);
  return readParts(content, path, losses);
}
