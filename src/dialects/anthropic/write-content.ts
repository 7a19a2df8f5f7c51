// Blocks of a message in Anthropic's form. What it cannot hold is told by its place in the caller's message.
import type { Losses } from '../../chat/losses.ts';
import type {
  Block,
  CacheMark,
  Citation,
  DocumentBlock,
  ImageBlock,
  ReasoningBlock,
  Source,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
} from '../../chat/request.ts';
import { isObject, own } from '../../chat/json.ts';
import { parsed } from './values.ts';

export type Param = Record<string, unknown>;

const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
/** Ids of Anthropic's file store; those of others mean nothing to it. */
const OWN_FILE = /^file_/;

export function cacheControl(cache: CacheMark | undefined): Param {
  if (cache === undefined) return {};
  return { cache_control: { type: 'ephemeral', ...(cache.ttl === undefined ? {} : { ttl: cache.ttl }) } };
}

/** Anthropic refuses text that is empty or blank, and a mark needs something to stand on. */
export function textParam({ text, cache }: Pick<TextBlock, 'text' | 'cache'>, at: string, losses: Losses): Param[] {
  if (text.trim() !== '') return [{ type: 'text', text, ...cacheControl(cache) }];
  if (cache !== undefined) losses.add(`${at}.cache_control`);
  return [];
}

function remoteSource(source: Source): Param | undefined {
  if (source.type === 'url') return /^https?:/i.test(source.url) ? { type: 'url', url: source.url } : undefined;
  return source.type === 'file' && OWN_FILE.test(source.id) ? { type: 'file', file_id: source.id } : undefined;
}

function imageParam({ source, cache }: ImageBlock): Param | undefined {
  const mediaType = source.type === 'base64' ? source.mediaType.toLowerCase().replace('image/jpg', 'image/jpeg') : '';
  const written =
    source.type === 'base64' && IMAGE_TYPES.has(mediaType)
      ? { type: 'base64', media_type: mediaType, data: source.data }
      : remoteSource(source);
  return written === undefined ? undefined : { type: 'image', source: written, ...cacheControl(cache) };
}

function documentSource(source: Source): Param | undefined {
  // Anthropic refuses a document without a word.
  const plain = (data: string): Param | undefined => (data.trim() === '' ? undefined : { type: 'text', media_type: 'text/plain', data });
  if (source.type === 'text') return plain(source.text);
  if (source.type !== 'base64') return remoteSource(source);
  const mediaType = source.mediaType.toLowerCase();
  if (mediaType.startsWith('application/pdf')) return { type: 'base64', media_type: 'application/pdf', data: source.data };
  const isText = mediaType.startsWith('text/') || mediaType.startsWith('application/json');
  return isText ? plain(Buffer.from(source.data, 'base64').toString('utf8')) : undefined;
}

function documentParam({ source, name, context, citations, cache }: DocumentBlock): Param | undefined {
  const written = documentSource(source);
  if (written === undefined) return undefined;
  return {
    type: 'document',
    source: written,
    ...(name === undefined ? {} : { title: name }),
    ...(context === undefined ? {} : { context }),
    ...(citations === undefined ? {} : { citations: { enabled: citations } }),
    ...cacheControl(cache),
  };
}

/** Thoughts go back only to where they came from. */
function reasoningParam({ text, signature, redacted }: ReasoningBlock): Param[] {
  if (signature?.dialect !== 'anthropic') return [];
  if (redacted === true) return [{ type: 'redacted_thinking', data: signature.value }];
  return [{ type: 'thinking', thinking: text, signature: signature.value }];
}

/** Citations that we made up for another provider's come back from callers without the index that Anthropic looks for. */
function ownCitation({ original }: Citation): unknown[] {
  if (original?.dialect !== 'anthropic' || !isObject(original.value)) return [];
  return own(original.value, 'encrypted_index') === '' ? [] : [original.value];
}

function inputOf(block: ToolCallBlock): Param | undefined {
  if (block.kind === 'custom') return { input: block.arguments };
  if (block.arguments.trim() === '') return {};
  const input = parsed(block.arguments);
  return isObject(input) ? input : undefined;
}

function toolCallParam(block: ToolCallBlock, at: string, losses: Losses): Param {
  const input = inputOf(block);
  if (input === undefined) losses.add(at);
  // Arguments that are no JSON object, as models write them at times, are shown to the model as it wrote them.
  return { type: 'tool_use', id: block.id, name: block.name, input: input ?? { arguments: block.arguments }, ...cacheControl(block.cache) };
}

/** A result, and behind it what Anthropic does not take inside: the result of a failed call holds text only. */
function toolResultParams(block: ToolResultBlock, at: string, losses: Losses): Param[] {
  const content = block.content.flatMap((part, index) => userParams(part, `${at}.content[${index}]`, losses));
  const isError = block.isError === true;
  const inside = isError ? content.filter(({ type }) => type === 'text') : content;
  const result = {
    type: 'tool_result',
    tool_use_id: block.callId,
    ...(inside.length === 0 ? {} : { content: inside }),
    ...(isError ? { is_error: true } : {}),
    ...cacheControl(block.cache),
  };
  return [result, ...content.filter((part) => !inside.includes(part))];
}

function orLost(param: Param | undefined, at: string, losses: Losses): Param[] {
  if (param === undefined) losses.add(at);
  return param === undefined ? [] : [param];
}

/** A block of a user's message. */
export function userParams(block: Block, at: string, losses: Losses): Param[] {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return textParam(block, at, losses);
    case 'image':
      return orLost(imageParam(block), at, losses);
    case 'document':
      return orLost(documentParam(block), at, losses);
    case 'tool-result':
      return toolResultParams(block, at, losses);
    case 'other':
      return orLost(block.dialect === 'anthropic' && isObject(block.value) ? block.value : undefined, at, losses);
    default:
      return orLost(undefined, at, losses);
  }
}

/** A block of the model's own message, which holds no files. */
export function assistantParams(block: Block, at: string, losses: Losses): Param[] {
  switch (block.type) {
    case 'text': {
      const citations = (block.citations ?? []).flatMap(ownCitation);
      return textParam(block, at, losses).map((param) => (citations.length === 0 ? param : { ...param, citations }));
    }
    case 'reasoning':
      return reasoningParam(block);
    case 'tool-call':
      return [toolCallParam(block, at, losses)];
    case 'refusal':
    case 'other':
      return userParams(block, at, losses);
    default:
      return orLost(undefined, at, losses);
  }
}
