// LangChain with each of its chat models that speaks a dialect of the gateway, unmodified.
import { ChatAnthropic } from '@langchain/anthropic';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { ChatOpenAI } from '@langchain/openai';
import { KEYS, MODEL, type Stage } from './stage.ts';

type OpenAIFields = NonNullable<ConstructorParameters<typeof ChatOpenAI>[0]>;
const openAi = ({ url, fetch }: Stage, fields: Partial<OpenAIFields>): ChatOpenAI =>
  new ChatOpenAI({ model: MODEL, apiKey: KEYS.OpenAI, maxRetries: 0, configuration: { baseURL: `${url}/v1`, fetch }, ...fields });

type AnthropicFields = NonNullable<ConstructorParameters<typeof ChatAnthropic>[0]>;
const anthropic = ({ url, fetch }: Stage, fields: Partial<AnthropicFields>): ChatAnthropic =>
  new ChatAnthropic({ model: MODEL, apiKey: KEYS.Anthropic, anthropicApiUrl: url, maxRetries: 0, clientOptions: { fetch }, ...fields });

export const LANGCHAIN: Record<string, (stage: Stage) => BaseChatModel> = {
  ChatOpenAI: (stage) => openAi(stage, {}),
  'ChatOpenAI with Responses': (stage) => openAi(stage, { useResponsesApi: true }),
  ChatAnthropic: (stage) => anthropic(stage, { maxTokens: 500 }),
};

/** The same, asking for thoughts. */
export const THINKING: Record<string, (stage: Stage) => BaseChatModel> = {
  // It says its own option `reasoning` to models of OpenAI alone.
  ChatOpenAI: (stage) => openAi(stage, { modelKwargs: { reasoning_effort: 'medium' } }),
  'ChatOpenAI with Responses': (stage) =>
    openAi(stage, { useResponsesApi: true, zdrEnabled: true, modelKwargs: { reasoning: { effort: 'medium', summary: 'auto' } } }),
  ChatAnthropic: (stage) => anthropic(stage, { maxTokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 } }),
};
