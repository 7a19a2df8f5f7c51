// Tokens as Bedrock counts them: what came from a cache or went into one is beside the input, not part of it.
import type { Usage } from '../../chat/answer.ts';
import { asCount, asRecord } from './json.ts';

/** Undefined where nothing is told. Thoughts are part of the output, and how many they were is not said. */
export function readUsage(value: unknown): Usage | undefined {
  const usage = asRecord(value);
  if (usage === undefined) return undefined;
  const read = asCount(usage['cacheReadInputTokens'] ?? usage['cacheReadInputTokenCount']);
  const written = asCount(usage['cacheWriteInputTokens'] ?? usage['cacheWriteInputTokenCount']);
  return {
    inputTokens: asCount(usage['inputTokens']) + read + written,
    outputTokens: asCount(usage['outputTokens']),
    cachedInputTokens: read,
    reasoningTokens: 0,
    ...(written === 0 ? {} : { cacheWriteTokens: written }),
  };
}
