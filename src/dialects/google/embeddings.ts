// Embeddings, as the Gemini API has them.
import type { Usage } from '../../chat/answer.ts';
import { asCount, asObject, own } from './json.ts';

/** Only newer models tell it. */
export function readEmbeddingUsage(json: unknown): Usage | undefined {
  const inputTokens = asCount(own(asObject(own(asObject(json), 'usageMetadata')), 'promptTokenCount'));
  return inputTokens === undefined ? undefined : { inputTokens, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
}
