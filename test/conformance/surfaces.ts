// The four dialects that callers speak, over plain HTTP.
import { aKey } from '../fake/gateway.ts';
import type { SurfaceName } from '../../src/surfaces/surface.ts';
import type { Api } from './recordings.ts';
import { readAnthropic } from './readers/anthropic.ts';
import { readBedrock } from './readers/bedrock.ts';
import { readChat } from './readers/openai-chat.ts';
import { readGoogle } from './readers/google.ts';
import { readResponses } from './readers/openai-responses.ts';
import type { ReadAnswer } from './said.ts';

export const READERS: Readonly<Record<Api, ReadAnswer>> = {
  'openai.chat': readChat,
  'openai.responses': readResponses,
  'anthropic.messages': readAnthropic,
  google: readGoogle,
  bedrock: readBedrock,
};

export type SurfaceApi = Exclude<Api, 'bedrock'>;

export interface CallerDialect {
  api: SurfaceApi;
  surface: SurfaceName;
  key: string;
  pathOf(model: string, stream: boolean): string;
  headers: Record<string, string>;
  /** The smallest request. */
  bodyOf(model: string, stream: boolean): object;
}

const KEYS: Record<SurfaceName, string> = { OpenAI: aKey(1), Anthropic: aKey(2), Google: aKey(3) };
const ASKED = 'Hello';
const streaming = (stream: boolean): object => (stream ? { stream: true } : {});
const bearer = { authorization: `Bearer ${KEYS.OpenAI}` };

export const CALLER_DIALECTS: Readonly<Record<SurfaceApi, CallerDialect>> = {
  'openai.chat': {
    api: 'openai.chat',
    surface: 'OpenAI',
    key: KEYS.OpenAI,
    headers: bearer,
    pathOf: () => '/v1/chat/completions',
    bodyOf: (model, stream) => ({
      model,
      messages: [{ role: 'user', content: ASKED }],
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    }),
  },
  'openai.responses': {
    api: 'openai.responses',
    surface: 'OpenAI',
    key: KEYS.OpenAI,
    headers: bearer,
    pathOf: () => '/v1/responses',
    bodyOf: (model, stream) => ({ model, input: ASKED, ...streaming(stream) }),
  },
  'anthropic.messages': {
    api: 'anthropic.messages',
    surface: 'Anthropic',
    key: KEYS.Anthropic,
    headers: { 'x-api-key': KEYS.Anthropic, 'anthropic-version': '2023-06-01' },
    pathOf: () => '/v1/messages',
    bodyOf: (model, stream) => ({ model, max_tokens: 100, messages: [{ role: 'user', content: ASKED }], ...streaming(stream) }),
  },
  google: {
    api: 'google',
    surface: 'Google',
    key: KEYS.Google,
    headers: { 'x-goog-api-key': KEYS.Google },
    pathOf: (model, stream) => `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    bodyOf: () => ({ contents: [{ role: 'user', parts: [{ text: ASKED }] }] }),
  },
};
