// Why an answer ended, in this dialect's words.
import type { FinishReason } from '../../chat/answer.ts';

/**
 * `pause` wants to go on, so `stop` would end a loop too early. A refusal with words of its own is told by them, as OpenAI
 * does; one without is what the filter is for.
 */
export function writeFinish(reason: FinishReason, { hasCalls, hasRefusal }: { hasCalls: boolean; hasRefusal: boolean }): string {
  switch (reason) {
    case 'length':
    case 'pause':
      return 'length';
    case 'content-filter':
      return 'content_filter';
    case 'refusal':
      return hasRefusal ? 'stop' : 'content_filter';
    default:
      return hasCalls ? 'tool_calls' : 'stop';
  }
}

/** Reasons that this dialect cannot tell from others. */
export function isVague(reason: FinishReason): boolean {
  return reason === 'pause' || reason === 'error';
}

const REASONS: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['tool_calls', 'stop'],
  ['function_call', 'stop'],
  ['content_filter', 'content-filter'],
  ['error', 'error'],
]);

/** Servers write `stop` beside calls and `tool_calls` without any: only what is there counts. */
export function readFinish(reason: unknown, { hasCalls, hasRefusal }: { hasCalls: boolean; hasRefusal: boolean }): FinishReason {
  const read = REASONS.get(reason) ?? 'stop';
  if (read !== 'stop') return read;
  if (hasCalls) return 'tool-calls';
  return hasRefusal ? 'refusal' : 'stop';
}
