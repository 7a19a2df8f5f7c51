// Blocks of messages as Converse's ContentBlocks. What Bedrock cannot take is told by the place where the caller wrote it.
import type { WriteContext } from '../../chat/dialect.ts';
import type {
  Block,
  DocumentBlock,
  Message,
  ReasoningBlock,
  ToolCallBlock,
  ToolResultBlock,
  ToolResultContent,
} from '../../chat/request.ts';
import { writeCachePoint } from './cache-point.ts';
import { asRecord, parseJson, type Json } from './json.ts';
import { writeMedia, type DocumentNames } from './media.ts';
import { takesCachePoints, takesCitations, takesToolCachePoints, type Model } from './model.ts';

export interface ContentTarget {
  model: Model;
  context: WriteContext;
  documents: DocumentNames;
}

function writeDocument(block: DocumentBlock, where: string, { documents, model, context }: ContentTarget): Json | undefined {
  const media = writeMedia('document', block.source);
  if (media === undefined) return undefined;
  const cites = block.citations === true && takesCitations(model);
  if (block.citations === true && !cites) context.losses.add(`${where}.citations`);
  return {
    ...media,
    name: documents.take(block),
    ...(block.context === undefined ? {} : { context: block.context }),
    ...(cites ? { citations: { enabled: true } } : {}),
  };
}

/** Converse wants an object; what is none is kept inside one, and so is plain text. */
function writeInput({ kind, arguments: text }: ToolCallBlock): Json {
  if (kind === 'custom') return { input: text };
  if (text.trim() === '') return {};
  return asRecord(parseJson(text)) ?? { input: text };
}

/** Only what Bedrock signed comes back to it: the thoughts of others are of no use there. */
function writeReasoning({ text, signature, redacted }: ReasoningBlock): Json | undefined {
  if (signature?.dialect !== 'bedrock') return undefined;
  const content = redacted === true ? { redactedContent: signature.value } : { reasoningText: { text, signature: signature.value } };
  return { reasoningContent: content };
}

function wrap(kind: string, value: Json | undefined, where: string, { context }: ContentTarget): Json[] {
  if (value === undefined) context.losses.add(where);
  return value === undefined ? [] : [{ [kind]: value }];
}

function writeResultContent(block: ToolResultContent, where: string, target: ContentTarget): Json[] {
  if (block.type === 'text') return block.text.trim() === '' ? [] : [{ text: block.text }];
  if (block.type === 'image') return wrap('image', writeMedia('image', block.source), where, target);
  return wrap('document', writeDocument(block, where, target), where, target);
}

function writeToolResult({ callId, content, isError }: ToolResultBlock, where: string, target: ContentTarget): Json[] {
  const written = content.flatMap((part, index) => writeResultContent(part, `${where}.content[${index}]`, target));
  return [
    {
      toolResult: {
        toolUseId: callId,
        // Models refuse a result with nothing in it.
        content: written.length === 0 ? [{ text: '(no output)' }] : written,
        ...(isError === true ? { status: 'error' } : {}),
      },
    },
  ];
}

function writeBody(block: Block, where: string, target: ContentTarget): Json[] {
  switch (block.type) {
    case 'text':
    case 'refusal':
      // Bedrock refuses blank text.
      return block.text.trim() === '' ? [] : [{ text: block.text }];
    case 'image':
    case 'audio':
    case 'video':
      return wrap(block.type, writeMedia(block.type, block.source), where, target);
    case 'document':
      return wrap('document', writeDocument(block, where, target), where, target);
    case 'tool-call':
      return [{ toolUse: { toolUseId: block.id, name: block.name, input: writeInput(block) } }];
    case 'tool-result':
      return writeToolResult(block, where, target);
    case 'reasoning': {
      const written = writeReasoning(block);
      return written === undefined ? [] : [written];
    }
    default:
      target.context.losses.add(where);
      return [];
  }
}

/** A cache point inside of a tool's result has its place behind the result. */
function cacheMarkOf(block: Block): Extract<Block, { type: 'text' }>['cache'] {
  if (block.type === 'tool-result') return block.cache ?? block.content.findLast(({ cache }) => cache !== undefined)?.cache;
  return 'cache' in block ? block.cache : undefined;
}

/** Bedrock takes these from the user only. */
const OF_USER: ReadonlySet<Block['type']> = new Set(['image', 'document', 'audio', 'video', 'tool-result']);

/** The block, and a cache point behind it where it is marked. */
export function writeBlock(block: Block, role: Message['role'], where: string, target: ContentTarget): Json[] {
  if (role !== 'user' && OF_USER.has(block.type)) {
    target.context.losses.add(where);
    return [];
  }
  const body = writeBody(block, where, target);
  const mark = cacheMarkOf(block);
  const isOfTool = block.type === 'tool-call' || block.type === 'tool-result';
  const takes = isOfTool ? takesToolCachePoints(target.model) : takesCachePoints(target.model);
  if (body.length > 0) return [...body, ...writeCachePoint(mark, where, target.model, target.context, takes)];
  // A point has to stand behind something.
  if (mark !== undefined) target.context.losses.add(`${where}.cache_control`);
  return [];
}
