// Tokens as this dialect counts them: cached ones are part of the prompt, reasoning is part of the completion.
import type { Usage } from '../../chat/answer.ts';
import { isObject, type Json } from '../../chat/json.ts';

export function writeUsage({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens, cacheWriteTokens }: Usage): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: {
      cached_tokens: cachedInputTokens,
      ...(cacheWriteTokens === undefined ? {} : { cache_write_tokens: cacheWriteTokens }),
    },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.trunc(value) : undefined;
}

const part = (usage: Json, name: string): Json => (isObject(usage[name]) ? usage[name] : {});

/** Undefined where it says nothing. */
export function readUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined;
  const input = count(usage['prompt_tokens']);
  const output = count(usage['completion_tokens']);
  if (input === undefined && output === undefined) return undefined;
  const prompt = part(usage, 'prompt_tokens_details');
  const completion = part(usage, 'completion_tokens_details');
  const told = count(completion['reasoning_tokens']) ?? count(usage['reasoning_tokens']);
  // xAI and Google count thoughts beside the completion; only the total tells.
  const apart = Math.max((count(usage['total_tokens']) ?? 0) - (input ?? 0) - (output ?? 0), 0);
  const cacheWrite = count(prompt['cache_write_tokens']) ?? count(usage['cache_creation_input_tokens']);
  return {
    inputTokens: input ?? 0,
    outputTokens: (output ?? 0) + apart,
    cachedInputTokens: count(prompt['cached_tokens']) ?? count(usage['prompt_cache_hit_tokens']) ?? count(usage['cached_tokens']) ?? 0,
    reasoningTokens: told || apart,
    ...(cacheWrite === undefined ? {} : { cacheWriteTokens: cacheWrite }),
  };
}
