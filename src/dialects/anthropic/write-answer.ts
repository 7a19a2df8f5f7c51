// A whole answer in Anthropic's form.
import type { ChatAnswer, Choice, FinishReason, Usage } from '../../chat/answer.ts';
import type { AnswerHead } from '../../chat/dialect.ts';
import type { Block } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { carrierParam, citationParam, citedWords, inputOf, thinkingParam } from './write-block.ts';
import type { Param } from './write-content.ts';

const STOP_REASONS: Record<FinishReason, string> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  error: 'end_turn',
};

/** Others end a refusal like any answer. */
export function stopReasonOf(finish: FinishReason, hasRefusal: boolean): string {
  return finish === 'stop' && hasRefusal ? 'refusal' : STOP_REASONS[finish];
}

/** SDKs need the counts; 0 where nobody counted. */
export function usageParam(usage: Usage | undefined): Param {
  const read = usage?.cachedInputTokens ?? 0;
  const rest = Math.max((usage?.inputTokens ?? 0) - read, 0);
  // Routers count tokens as written and as read at once; the sum must stay that of the input.
  const written = Math.min(usage?.cacheWriteTokens ?? 0, rest);
  return {
    input_tokens: rest - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: usage?.outputTokens ?? 0,
    ...(usage === undefined || usage.reasoningTokens === 0 ? {} : { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
  };
}

function textParams(block: Extract<Block, { type: 'text' }>, at: string, head: AnswerHead): Param[] {
  const written = (block.citations ?? []).map((citation) => citationParam(citation, citedWords(citation, block.text)));
  // A block without words cannot stand here, so neither can what it cites.
  if (written.includes(undefined) || (block.text === '' && written.length > 0)) head.losses.add(`${at}.citations`);
  const citations = written.filter((citation) => citation !== undefined);
  const text = block.text === '' ? [] : [{ type: 'text', text: block.text, ...(citations.length === 0 ? {} : { citations }) }];
  return [...text, ...carrierParam(block)];
}

function blockParams(block: Block, at: string, head: AnswerHead): Param[] {
  switch (block.type) {
    case 'text':
      return textParams(block, at, head);
    case 'refusal':
      return block.text === '' ? [] : [{ type: 'text', text: block.text }];
    case 'reasoning':
      return thinkingParam(block);
    case 'tool-call':
      return [{ type: 'tool_use', id: `toolu_${head.newId()}`, name: block.name, input: inputOf(block) }, ...carrierParam(block)];
    case 'other':
      if (block.dialect === 'anthropic' && isObject(block.value)) return [block.value];
      head.losses.add(at);
      return [];
    default:
      head.losses.add(at);
      return [];
  }
}

function tierOf(tier: string | undefined): Param {
  if (tier === undefined) return {};
  return { service_tier: tier === 'priority' || tier === 'batch' ? tier : 'standard' };
}

const NOTHING: Choice = { content: [], finish: 'stop' };

export function writeAnswer({ choices, usage, serviceTier }: ChatAnswer, head: AnswerHead): object {
  const { content, finish, stopSequence } = choices[0] ?? NOTHING;
  for (let index = 1; index < choices.length; index++) head.losses.add(`choices[${index}]`);
  return {
    id: `msg_${head.newId()}`,
    type: 'message',
    role: 'assistant',
    model: head.model,
    content: content.flatMap((block, index) => blockParams(block, `content[${index}]`, head)),
    stop_reason: stopReasonOf(
      finish,
      content.some(({ type }) => type === 'refusal'),
    ),
    stop_sequence: stopSequence ?? null,
    usage: { ...usageParam(usage), ...tierOf(serviceTier) },
  };
}
