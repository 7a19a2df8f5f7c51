// Blocks of a caller's messages.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Block, CacheMark, DocumentBlock, ImageBlock, Source, TextBlock, ToolResultContent } from '../../chat/request.ts';
import { isObject, own, type Json } from '../../chat/json.ts';
import { given, givenList, givenObject, loseOthers, needed, objectIn } from './checked.ts';
import { otherBlock, readCitation } from './read-block.ts';
import { unwrapSignature } from './signatures.ts';
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

function readText(block: Json, at: string, losses: Losses): TextBlock {
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

function readImage(block: Json, at: string, losses: Losses): ImageBlock {
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

function readDocument(block: Json, at: string, losses: Losses): DocumentBlock {
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
function readSearchResult(block: Json, at: string, losses: Losses): DocumentBlock {
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

function readResultContent(block: Json, at: string, losses: Losses): ToolResultContent[] {
  if (typeof own(block, 'content') === 'string') return [{ type: 'text', text: String(own(block, 'content')) }];
  return (givenList(block, 'content', at) ?? []).flatMap((value, index): ToolResultContent[] => {
    const path = `${at}.content[${index}]`;
    const inner = objectIn(value, path);
    switch (stringAt(inner, 'type')) {
      case 'text':
        return [readText(inner, path, losses)];
      case 'image':
        return [readImage(inner, path, losses)];
      case 'document':
        return [readDocument(inner, path, losses)];
      case 'search_result':
        return [readSearchResult(inner, path, losses)];
      default:
        losses.add(path);
        return [];
    }
  });
}

function readToolResult(block: Json, at: string, losses: Losses): Block {
  loseOthers(block, ['type', 'tool_use_id', 'content', 'is_error', 'cache_control'], at, losses);
  return {
    type: 'tool-result',
    callId: needed(block, 'tool_use_id', 'string', at),
    content: readResultContent(block, at, losses),
    ...(given(block, 'is_error', 'boolean', at) === true ? { isError: true } : {}),
    ...readCache(block, at),
  };
}

function readToolUse(block: Json, at: string, losses: Losses): Block {
  loseOthers(block, ['type', 'id', 'name', 'input', 'caller', 'cache_control'], at, losses);
  return {
    type: 'tool-call',
    id: needed(block, 'id', 'string', at),
    name: needed(block, 'name', 'string', at),
    kind: 'function',
    arguments: JSON.stringify(givenObject(block, 'input', at) ?? {}),
    ...readCache(block, at),
  };
}

function readThinking(block: Json, at: string): Block {
  const wrapped = unwrapSignature(given(block, 'signature', 'string', at) ?? '');
  return {
    type: 'reasoning',
    text: given(block, 'thinking', 'string', at) ?? '',
    ...(wrapped === undefined ? {} : { signature: wrapped.signature }),
  };
}

function readRedacted(block: Json, at: string): Block {
  const wrapped = unwrapSignature(needed(block, 'data', 'string', at));
  return { type: 'reasoning', text: '', redacted: true, ...(wrapped === undefined ? {} : { signature: wrapped.signature }) };
}

function readBlock(block: Json, at: string, losses: Losses): Block {
  const kind = needed(block, 'type', 'string', at);
  switch (kind) {
    case 'text':
      return readText(block, at, losses);
    case 'image':
      return readImage(block, at, losses);
    case 'document':
      return readDocument(block, at, losses);
    case 'search_result':
      return readSearchResult(block, at, losses);
    case 'tool_use':
      return readToolUse(block, at, losses);
    case 'tool_result':
      return readToolResult(block, at, losses);
    case 'thinking':
      return readThinking(block, at);
    case 'redacted_thinking':
      return readRedacted(block, at);
    default:
      return otherBlock(kind, block);
  }
}

/** Whether the block only carries the signature of the one before, which then takes it. */
function signsPrevious(block: Json, previous: Block | undefined): boolean {
  if (own(block, 'type') !== 'thinking' || (stringAt(block, 'thinking') ?? '') !== '') return false;
  const wrapped = unwrapSignature(stringAt(block, 'signature') ?? '');
  if (wrapped?.isBehind !== true || (previous?.type !== 'text' && previous?.type !== 'tool-call') || previous.signature) return false;
  previous.signature = wrapped.signature;
  return true;
}

/** `at`: of the message. */
export function readContent(content: unknown, at: string, losses: Losses): Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw new RequestError(`${at}.content`, `${at}.content must be a string or a list of blocks`);
  const blocks: Block[] = [];
  for (const [index, value] of content.entries()) {
    const path = `${at}.content[${index}]`;
    const block = objectIn(value, path);
    if (!signsPrevious(block, blocks.at(-1))) blocks.push(readBlock(block, path, losses));
  }
  return blocks;
}
