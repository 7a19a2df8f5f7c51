// Blocks of a caller's messages.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Block, TextBlock, ToolResultContent } from '../../chat/request.ts';
import { own, type Json } from '../../chat/json.ts';
import { given, givenList, givenObject, loseOthers, needed, objectIn } from './checked.ts';
import { otherBlock } from './read-block.ts';
import { readCache, readDocument, readImage, readSearchResult, readText } from './read-parts.ts';
import { unwrapSignature } from './signatures.ts';
import { stringAt } from './values.ts';

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
      case 'tool_reference':
        return [readReference(inner, path, losses)];
      default:
        losses.add(path);
        return [];
    }
  });
}

/** What a search of the application's own found among the tools. Others have all tools at hand from the start: the name will do. */
function readReference(block: Json, at: string, losses: Losses): TextBlock {
  loseOthers(block, ['type', 'tool_name', 'cache_control'], at, losses);
  return { type: 'text', text: `Found the tool ${needed(block, 'tool_name', 'string', at)}.`, ...readCache(block, at) };
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
  // That the model itself called is what everybody takes for granted.
  const caller = givenObject(block, 'caller', at);
  if (caller !== undefined && own(caller, 'type') !== 'direct') losses.add(`${at}.caller`);
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
