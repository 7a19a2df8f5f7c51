// Token counts between Anthropic's convention, where cached parts are not in input_tokens, and ours, where they are.
import type { Usage } from '../../chat/answer.ts';
import type { Json } from '../../chat/json.ts';
import { numberAt, objectAt } from './values.ts';

/** Later counts of a stream are totals too: each replaces the earlier one of its name, and those that are absent stay. */
export function mergeUsage(before: Json, now: Json): Json {
  const said = Object.entries(now).filter(([, value]) => value !== null && value !== undefined);
  return { ...before, ...Object.fromEntries(said) };
}

const countAt = (usage: Json, name: string): number => Math.max(numberAt(usage, name) ?? 0, 0);

/** undefined where nothing is counted. */
export function readUsage(usage: Json): Usage | undefined {
  if (numberAt(usage, 'input_tokens') === undefined && numberAt(usage, 'output_tokens') === undefined) return undefined;
  const read = countAt(usage, 'cache_read_input_tokens');
  const written = countAt(usage, 'cache_creation_input_tokens');
  return {
    inputTokens: countAt(usage, 'input_tokens') + read + written,
    outputTokens: countAt(usage, 'output_tokens'),
    cachedInputTokens: read,
    reasoningTokens: countAt(objectAt(usage, 'output_tokens_details') ?? {}, 'thinking_tokens'),
    ...(numberAt(usage, 'cache_creation_input_tokens') === undefined ? {} : { cacheWriteTokens: written }),
  };
}

/** Anthropic's tiers in OpenAI's words, which are those of the middle. */
export function readTier(tier: string | undefined): string | undefined {
  return tier === 'standard' ? 'default' : tier;
}
