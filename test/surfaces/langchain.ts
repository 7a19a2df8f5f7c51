// LangChain with each of its chat models that speaks a dialect of the gateway, unmodified.
import { ChatAnthropic } from '@langchain/anthropic';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { ChatOpenAI } from '@langchain/openai';
import { KEYS, MODEL, type Stage } from './stage.ts';

const openAi = ({ url, fetch }: Stage, useResponsesApi: boolean): ChatOpenAI =>
  new ChatOpenAI({ model: MODEL, apiKey: KEYS.OpenAI, maxRetries: 0, useResponsesApi, configuration: { baseURL: `${url}/v1`, fetch } });

export const LANGCHAIN: Record<string, (stage: Stage) => BaseChatModel> = {
  ChatOpenAI: (stage) => openAi(stage, false),
  'ChatOpenAI with Responses': (stage) => openAi(stage, true),
  ChatAnthropic: ({ url, fetch }) =>
    new ChatAnthropic({
      model: MODEL,
      apiKey: KEYS.Anthropic,
      anthropicApiUrl: url,
      maxRetries: 0,
      maxTokens: 500,
      clientOptions: { fetch },
    }),
};
