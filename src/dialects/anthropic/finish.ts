// Why an answer ended, from and to Anthropic's stop_reason.
import type { FinishReason } from '../../chat/answer.ts';

const READ: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
};

/** A call in the answer decides: a caller's loop goes on if and only if there is one to answer. */
export function readFinish(reason: string | undefined, hasCall: boolean): FinishReason {
  if (hasCall) return 'tool-calls';
  const finish = reason !== undefined && Object.hasOwn(READ, reason) ? READ[reason]! : 'stop';
  return finish === 'tool-calls' ? 'stop' : finish;
}
