// Google's token counts: prompt with its cached part, answer without its thoughts, counts of zero left out.
import type { Usage } from '../../chat/answer.ts';
import { asCount, asObject, type JsonObject } from './json.ts';

const COUNTS = [
  'promptTokenCount',
  'toolUsePromptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
] as const;

type Counts = Partial<Record<(typeof COUNTS)[number], number>>;

/** `earlier` with what this chunk says, or itself where that is nothing new: counts are cumulative, and chunks may leave out any. */
export function mergeCounts(earlier: Counts, usageMetadata: unknown): Counts {
  const metadata = asObject(usageMetadata);
  let merged = earlier;
  for (const name of COUNTS) {
    const count = asCount(metadata[name]);
    if (count === undefined || count === merged[name]) continue;
    if (merged === earlier) merged = { ...earlier };
    merged[name] = count;
  }
  return merged;
}

/** Undefined where nothing was counted. */
export function readUsage(counts: Counts): Usage | undefined {
  if (Object.keys(counts).length === 0) return undefined;
  const thoughts = counts.thoughtsTokenCount ?? 0;
  return {
    // What tools of Google read for the model is not in the prompt's count.
    inputTokens: (counts.promptTokenCount ?? 0) + (counts.toolUsePromptTokenCount ?? 0),
    outputTokens: (counts.candidatesTokenCount ?? 0) + thoughts,
    cachedInputTokens: counts.cachedContentTokenCount ?? 0,
    reasoningTokens: thoughts,
  };
}

export function writeUsage(usage: Usage): JsonObject {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage;
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: Math.max(0, outputTokens - reasoningTokens),
    totalTokenCount: inputTokens + outputTokens,
    ...(reasoningTokens > 0 ? { thoughtsTokenCount: reasoningTokens } : {}),
    ...(cachedInputTokens > 0 ? { cachedContentTokenCount: cachedInputTokens } : {}),
  };
}
