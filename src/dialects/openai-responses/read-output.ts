// Items of a provider's output as blocks, and what their end means.
import type { FinishReason } from '../../chat/answer.ts';
import type { Block, Citation, ReasoningBlock, TextBlock, ToolCallBlock } from '../../chat/request.ts';
import type { Json } from '../../chat/json.ts';
import { readAnnotation } from './citations.ts';
import { field, listOf, objectOf, optional, textOf } from './fields.ts';
import { readOther } from './read-content.ts';
import { reasoningText } from './read-items.ts';

export const CALL_TYPES = ['function_call', 'custom_tool_call'];

export function citationsOf(part: Json): Citation[] {
  return listOf(field(part, 'annotations'))
    .map(readAnnotation)
    .filter((citation): citation is Citation => citation !== undefined);
}

function readMessage(item: Json): Block[] {
  return listOf(field(item, 'content'))
    .map(objectOf)
    .flatMap((part): Block[] => {
      if (field(part, 'type') === 'refusal') return [{ type: 'refusal', text: textOf(field(part, 'refusal')) }];
      const text = textOf(field(part, 'text'));
      const citations = citationsOf(part);
      const block: TextBlock = { type: 'text', text, ...(citations.length === 0 ? {} : { citations }) };
      return text === '' ? [] : [block];
    });
}

/** Undefined where neither a thought nor its encrypted form came. */
function readReasoning(item: Json): ReasoningBlock | undefined {
  const text = reasoningText(item);
  const encrypted = textOf(field(item, 'encrypted_content'));
  if (text === '' && encrypted === '') return undefined;
  const id = textOf(field(item, 'id'));
  return {
    type: 'reasoning',
    text,
    ...optional('id', id === '' ? undefined : id),
    ...(encrypted === '' ? {} : { signature: { dialect: 'openai-responses', value: encrypted } }),
    ...(text === '' ? { redacted: true } : {}),
  };
}

/** `index`: place in the output, for those who give no id. */
export function readCall(item: Json, index: number): ToolCallBlock {
  const kind = field(item, 'type') === 'custom_tool_call' ? 'custom' : 'function';
  const text = textOf(field(item, kind === 'custom' ? 'input' : 'arguments'));
  return {
    type: 'tool-call',
    id: textOf(field(item, 'call_id')) || textOf(field(item, 'id')) || `call_${index}`,
    name: textOf(field(item, 'name')),
    arguments: kind === 'function' && text.trim() === '' ? '{}' : text,
    kind,
  };
}

export function readItem(item: Json, index: number): Block[] {
  const type = textOf(field(item, 'type'));
  if (type === 'message') return readMessage(item);
  if (type === 'reasoning') return [readReasoning(item)].filter((block): block is ReasoningBlock => block !== undefined);
  return [CALL_TYPES.includes(type) ? readCall(item, index) : readOther(item, type)];
}

/** Of all text of a message. */
export function logprobsOf(item: Json): unknown[] {
  return listOf(field(item, 'content')).flatMap((part) => listOf(field(objectOf(part), 'logprobs')));
}

export function finishOf(response: Json, has: { call: boolean; refusal: boolean }): FinishReason {
  const status = field(response, 'status');
  if (status === 'failed') return 'error';
  if (status === 'incomplete') {
    return field(objectOf(field(response, 'incomplete_details')), 'reason') === 'content_filter' ? 'content-filter' : 'length';
  }
  if (has.call) return 'tool-calls';
  return has.refusal ? 'refusal' : 'stop';
}
