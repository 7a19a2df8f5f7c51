// The Vercel AI SDK with each of its providers that speaks a dialect of the gateway, unmodified.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { generateText, LanguageModel } from 'ai';
import { KEYS, MODEL, type Stage } from './stage.ts';

// It warns of models whose names it does not know: here that is every one.
globalThis.AI_SDK_LOG_WARNINGS = false;

type ProviderOptions = NonNullable<Parameters<typeof generateText>[0]['providerOptions']>;

export interface Vercel {
  model(stage: Stage): LanguageModel;
  /** What every application has to set. */
  options: ProviderOptions;
  /** How it asks for thoughts. */
  thinking: ProviderOptions;
}

export const VERCEL: Record<string, Vercel> = {
  'openai-compatible': {
    model: ({ url, fetch }) =>
      createOpenAICompatible({
        name: 'flashback',
        baseURL: `${url}/v1`,
        apiKey: KEYS.OpenAI,
        fetch,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })(MODEL),
    options: {},
    thinking: { flashback: { reasoningEffort: 'medium' } },
  },
  'openai chat': {
    model: ({ url, fetch }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEYS.OpenAI, fetch }).chat(MODEL),
    options: {},
    thinking: { openai: { reasoningEffort: 'medium', forceReasoning: true } },
  },
  'openai responses': {
    model: ({ url, fetch }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEYS.OpenAI, fetch }).responses(MODEL),
    // Without it the SDK refers to items instead of sending them.
    options: { openai: { store: false } },
    thinking: { openai: { store: false, reasoningEffort: 'medium', reasoningSummary: 'auto', forceReasoning: true } },
  },
  anthropic: {
    model: ({ url, fetch }) => createAnthropic({ baseURL: `${url}/v1`, apiKey: KEYS.Anthropic, fetch })(MODEL),
    options: {},
    thinking: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } } },
  },
  google: {
    model: ({ url, fetch }) => createGoogle({ baseURL: `${url}/v1beta`, apiKey: KEYS.Google, fetch })(MODEL),
    options: {},
    thinking: { google: { thinkingConfig: { thinkingBudget: 2000, includeThoughts: true } } },
  },
};
