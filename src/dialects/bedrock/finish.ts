// Why an answer ended, from Bedrock's stopReason and from what is in the answer.
import type { FinishReason } from '../../chat/answer.ts';
import { asText, member, type Json } from './json.ts';

const REASONS: Record<string, FinishReason> = {
  end_turn: 'stop',
  // Of a tool that ran at Bedrock; calls for the caller are told by the content.
  tool_use: 'stop',
  stop_sequence: 'stop-sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  content_filtered: 'content-filter',
  guardrail_intervened: 'content-filter',
  malformed_model_output: 'error',
  malformed_tool_use: 'error',
  refusal: 'refusal',
  pause_turn: 'pause',
};

/** `of`: what holds stopReason, a whole answer or the event messageStop. */
export function readFinish(of: Json, hasCall: boolean): { finish: FinishReason; stopSequence?: string } {
  const said = asText(of['stopReason']) ?? '';
  const told = Object.hasOwn(REASONS, said) ? REASONS[said]! : 'stop';
  const finish = hasCall ? 'tool-calls' : told;
  const extra = member(of, 'additionalModelResponseFields');
  const met = asText(extra?.['stop_sequence']) ?? asText(member(extra, 'delta')?.['stop_sequence']);
  return finish === 'stop-sequence' && met !== undefined ? { finish, stopSequence: met } : { finish };
}
