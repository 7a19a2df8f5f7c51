// Token counts: this dialect counts as the middle does.
import type { Usage } from '../../chat/answer.ts';
import { isObject } from '../../chat/json.ts';
import { field, objectOf } from './fields.ts';

const countOf = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0);

export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const input = objectOf(field(value, 'input_tokens_details'));
  const written = field(input, 'cache_write_tokens');
  return {
    inputTokens: countOf(field(value, 'input_tokens')),
    outputTokens: countOf(field(value, 'output_tokens')),
    cachedInputTokens: countOf(field(input, 'cached_tokens')),
    reasoningTokens: countOf(field(objectOf(field(value, 'output_tokens_details')), 'reasoning_tokens')),
    ...(written === undefined ? {} : { cacheWriteTokens: countOf(written) }),
  };
}

export function writeUsage(usage: Usage): object {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens ?? 0 },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}
