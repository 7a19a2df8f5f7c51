// Blocks of an answer as parts for a caller.
import type { AnswerHead } from '../../chat/dialect.ts';
import type { Block, Signature, Source, ToolCallBlock } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import type { JsonObject } from './json.ts';
import { writeSignature } from './signature.ts';

function signed(signature: Signature | undefined, redacted = false): JsonObject {
  return signature === undefined ? {} : { thoughtSignature: writeSignature(signature, redacted) };
}

type Call = Pick<ToolCallBlock, 'name' | 'kind' | 'arguments' | 'signature'>;

export function callPart({ name, kind, arguments: text, signature }: Call, { newId }: AnswerHead): JsonObject {
  return { functionCall: { id: `call_${newId()}`, name, args: kind === 'custom' ? { input: text } : argsOf(text) }, ...signed(signature) };
}

/** An object in any case, also of a model that wrote what is no JSON. */
function argsOf(text: string): JsonObject {
  try {
    const json: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    if (isObject(json)) return json;
  } catch {
    // Kept as it is.
  }
  return { input: text };
}

/** `redacted`: a thought whose text is hidden. */
export function textPart(type: 'text' | 'reasoning' | 'refusal', text: string, signature?: Signature, redacted = false): JsonObject {
  return { text, ...(type === 'reasoning' ? { thought: true } : {}), ...signed(signature, redacted) };
}

function mediaPart(source: Source): JsonObject {
  switch (source.type) {
    case 'base64':
      return { inlineData: { mimeType: source.mediaType, data: source.data } };
    case 'text':
      return { text: source.text };
    case 'url':
    case 'file': {
      const type = source.mediaType === undefined ? {} : { mimeType: source.mediaType };
      return { fileData: { fileUri: source.type === 'url' ? source.url : source.id, ...type } };
    }
    default:
      return source satisfies never;
  }
}

/** Undefined for what this dialect has no part for: that is told as a loss. */
export function answerPart(block: Block, head: AnswerHead): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return textPart(block.type, block.text, block.signature);
    case 'reasoning':
      return textPart(block.type, block.text, block.signature, block.redacted);
    case 'refusal':
      return textPart('refusal', block.text);
    case 'tool-call':
      return callPart(block, head);
    case 'image':
    case 'document':
    case 'audio':
    case 'video':
      return mediaPart(block.source);
    case 'other':
      if (block.dialect === 'google' && isObject(block.value)) return block.value;
      head.losses.add(block.kind);
      return undefined;
    case 'tool-result':
      head.losses.add(block.type);
      return undefined;
    default:
      return block satisfies never;
  }
}
