// Blocks that both messages and results of tools may hold: words, images, documents.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { CacheMark, DocumentBlock, ImageBlock, Source, TextBlock } from '../../chat/request.ts';
import { isObject, own, type Json } from '../../chat/json.ts';
import { given, givenObject, loseOthers, needed, objectIn } from './checked.ts';
import { readCitation } from './read-block.ts';
import { listAt, stringAt } from './values.ts';

export function readCache(block: Json, at: string): { cache?: CacheMark } {
  const control = givenObject(block, 'cache_control', at);
  if (control === undefined) return {};
  const ttl = own(control, 'ttl') ?? undefined;
  if (ttl === undefined) return { cache: {} };
  if (ttl === '5m' || ttl === '1h') return { cache: { ttl } };
  const path = at === '' ? 'cache_control.ttl' : `${at}.cache_control.ttl`;
  throw new RequestError(path, `${path} must be 5m or 1h`);
}

export function readText(block: Json, at: string, losses: Losses): TextBlock {
  loseOthers(block, ['type', 'text', 'cache_control', 'citations'], at, losses);
  const text = given(block, 'text', 'string', at);
  if (text === undefined) throw new RequestError(`${at}.text`, `${at}.text is missing; give a string`);
  const citations = listAt(block, 'citations').flatMap(readCitation);
  return { type: 'text', text, ...readCache(block, at), ...(citations.length === 0 ? {} : { citations }) };
}

function readSource(block: Json, at: string): Source | undefined {
  const path = `${at}.source`;
  const source = objectIn(own(block, 'source'), path);
  switch (stringAt(source, 'type')) {
    case 'base64':
      return { type: 'base64', mediaType: needed(source, 'media_type', 'string', path), data: needed(source, 'data', 'string', path) };
    case 'url':
      return { type: 'url', url: needed(source, 'url', 'string', path) };
    case 'file':
      return { type: 'file', id: needed(source, 'file_id', 'string', path) };
    case 'text':
      return { type: 'text', text: needed(source, 'data', 'string', path) };
    default:
      return undefined;
  }
}

function unknownSource(at: string): RequestError {
  return new RequestError(`${at}.source.type`, `${at}.source.type must be base64, url, file, or in documents text or content`);
}

export function readImage(block: Json, at: string, losses: Losses): ImageBlock {
  loseOthers(block, ['type', 'source', 'cache_control'], at, losses);
  const source = readSource(block, at);
  if (source === undefined || source.type === 'text') throw unknownSource(at);
  return { type: 'image', source, ...readCache(block, at) };
}

/** The words of a list of blocks; what else it holds is named. */
function wordsOf(content: unknown, at: string, losses: Losses): string {
  if (typeof content === 'string') return content;
  const blocks = Array.isArray(content) ? content : [];
  return blocks
    .flatMap((block: unknown, index) => {
      if (isObject(block) && own(block, 'type') === 'text') return [stringAt(block, 'text') ?? ''];
      losses.add(`${at}[${index}]`);
      return [];
    })
    .join('\n');
}

export function readDocument(block: Json, at: string, losses: Losses): DocumentBlock {
  loseOthers(block, ['type', 'source', 'title', 'context', 'citations', 'cache_control'], at, losses);
  const source = readSource(block, at);
  const inner = objectIn(own(block, 'source'), `${at}.source`);
  if (source === undefined && own(inner, 'type') !== 'content') throw unknownSource(at);
  const name = given(block, 'title', 'string', at);
  const context = given(block, 'context', 'string', at);
  return {
    type: 'document',
    source: source ?? { type: 'text', text: wordsOf(own(inner, 'content'), `${at}.source.content`, losses) },
    ...(name === undefined ? {} : { name }),
    ...(context === undefined ? {} : { context }),
    ...readCitations(block, at),
    ...readCache(block, at),
  };
}

function readCitations(block: Json, at: string): { citations?: boolean } {
  const config = givenObject(block, 'citations', at);
  const enabled = config === undefined ? undefined : given(config, 'enabled', 'boolean', `${at}.citations`);
  return enabled === undefined ? {} : { citations: enabled };
}

/** What a search found is a document like any other to those who have no word for it. */
export function readSearchResult(block: Json, at: string, losses: Losses): DocumentBlock {
  loseOthers(block, ['type', 'source', 'title', 'content', 'citations', 'cache_control'], at, losses);
  return {
    type: 'document',
    source: { type: 'text', text: wordsOf(own(block, 'content'), `${at}.content`, losses) },
    name: needed(block, 'title', 'string', at),
    context: needed(block, 'source', 'string', at),
    ...readCitations(block, at),
    ...readCache(block, at),
  };
}
