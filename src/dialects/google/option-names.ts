// Google's names of the options, for those who tell a caller what was lost.
import type { ChatOptions } from '../../chat/request.ts';

const NAMES: Record<keyof ChatOptions, string> = {
  maxTokens: 'generationConfig.maxOutputTokens',
  temperature: 'generationConfig.temperature',
  topP: 'generationConfig.topP',
  topK: 'generationConfig.topK',
  stop: 'generationConfig.stopSequences',
  seed: 'generationConfig.seed',
  n: 'generationConfig.candidateCount',
  frequencyPenalty: 'generationConfig.frequencyPenalty',
  presencePenalty: 'generationConfig.presencePenalty',
  logitBias: 'logitBias',
  logprobs: 'generationConfig.responseLogprobs',
  topLogprobs: 'generationConfig.logprobs',
  toolChoice: 'toolConfig.functionCallingConfig',
  parallelToolCalls: 'parallelToolCalls',
  output: 'generationConfig.responseSchema',
  reasoning: 'generationConfig.thinkingConfig',
  verbosity: 'verbosity',
  user: 'user',
  metadata: 'labels',
  serviceTier: 'serviceTier',
  cacheKey: 'cacheKey',
  store: 'store',
  modalities: 'generationConfig.responseModalities',
  own: 'generationConfig',
};

export function nameOf(option: keyof ChatOptions): string {
  return NAMES[option];
}
