// Unmodified SDKs as applications use them, one for each dialect that a surface speaks, all asked the same two questions.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { SurfaceName } from '../../src/surfaces/surface.ts';
import { CALL, type Question } from './upstreams.ts';

/** What came back, in no dialect. Tokens in OpenAI's convention. */
export interface Heard {
  text: string;
  calls: { id: string; name: string; arguments: unknown }[];
  finish: string;
  tokens: { input: number; output: number; cached: number };
}

export interface Caller {
  surface: SurfaceName;
  ask(origin: string, key: string, question: Question, stream: boolean): Promise<Heard>;
}

const MODEL = 'small-1';
const ASKED = 'Hello';
const SCHEMA = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] };
const wantsCall = (question: Question): boolean => question === 'call';

async function askChat(origin: string, apiKey: string, question: Question, stream: boolean): Promise<Heard> {
  const client = new OpenAI({ apiKey, baseURL: `${origin}/v1`, maxRetries: 0 });
  const ask = {
    model: MODEL,
    messages: [{ role: 'user' as const, content: ASKED }],
    ...(wantsCall(question) ? { tools: [{ type: 'function' as const, function: { name: CALL.name, parameters: SCHEMA } }] } : {}),
  };
  const answer = stream
    ? await client.chat.completions.stream({ ...ask, stream_options: { include_usage: true } }).finalChatCompletion()
    : await client.chat.completions.create(ask);
  const [choice] = answer.choices;
  return {
    text: choice?.message.content ?? '',
    calls: (choice?.message.tool_calls ?? []).map((call) => {
      if (call.type !== 'function') throw new Error('not a function');
      return { id: call.id, name: call.function.name, arguments: JSON.parse(call.function.arguments) as unknown };
    }),
    finish: choice?.finish_reason ?? '',
    tokens: {
      input: answer.usage?.prompt_tokens ?? 0,
      output: answer.usage?.completion_tokens ?? 0,
      cached: answer.usage?.prompt_tokens_details?.cached_tokens ?? 0,
    },
  };
}

async function askResponses(origin: string, apiKey: string, question: Question, stream: boolean): Promise<Heard> {
  const client = new OpenAI({ apiKey, baseURL: `${origin}/v1`, maxRetries: 0 });
  const ask = {
    model: MODEL,
    input: ASKED,
    ...(wantsCall(question) ? { tools: [{ type: 'function' as const, name: CALL.name, parameters: SCHEMA, strict: false }] } : {}),
  };
  const answer = stream ? await client.responses.stream(ask).finalResponse() : await client.responses.create(ask);
  return {
    text: answer.output_text,
    calls: answer.output.flatMap((item) =>
      item.type === 'function_call' ? [{ id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) as unknown }] : [],
    ),
    finish: answer.status ?? '',
    tokens: {
      input: answer.usage?.input_tokens ?? 0,
      output: answer.usage?.output_tokens ?? 0,
      cached: answer.usage?.input_tokens_details.cached_tokens ?? 0,
    },
  };
}

async function askAnthropic(origin: string, apiKey: string, question: Question, stream: boolean): Promise<Heard> {
  const client = new Anthropic({ apiKey, baseURL: origin, maxRetries: 0 });
  const ask = {
    model: MODEL,
    max_tokens: 100,
    messages: [{ role: 'user' as const, content: ASKED }],
    ...(wantsCall(question) ? { tools: [{ name: CALL.name, input_schema: { ...SCHEMA, type: 'object' as const } }] } : {}),
  };
  const answer = stream ? await client.messages.stream(ask).finalMessage() : await client.messages.create(ask);
  const { usage } = answer;
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    text: answer.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
    calls: answer.content.flatMap((block) => (block.type === 'tool_use' ? [{ id: block.id, name: block.name, arguments: block.input }] : [])),
    finish: answer.stop_reason ?? '',
    tokens: { input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0), output: usage.output_tokens, cached },
  };
}

async function askGoogle(origin: string, apiKey: string, question: Question, stream: boolean): Promise<Heard> {
  const client = new GoogleGenAI({ apiKey, vertexai: false, httpOptions: { baseUrl: origin } });
  const ask = {
    model: MODEL,
    contents: ASKED,
    ...(wantsCall(question) ? { config: { tools: [{ functionDeclarations: [{ name: CALL.name, parametersJsonSchema: SCHEMA }] }] } } : {}),
  };
  const answers = [];
  if (stream) for await (const chunk of await client.models.generateContentStream(ask)) answers.push(chunk);
  else answers.push(await client.models.generateContent(ask));
  const parts = answers.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const usage = answers.findLast(({ usageMetadata }) => usageMetadata !== undefined)?.usageMetadata;
  return {
    text: parts.map(({ text = '', thought }) => (thought === true ? '' : text)).join(''),
    calls: parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [{ id: functionCall.id ?? '', name: functionCall.name ?? '', arguments: functionCall.args }])),
    finish: answers.findLast(({ candidates }) => candidates?.[0]?.finishReason !== undefined)?.candidates?.[0]?.finishReason ?? '',
    tokens: {
      input: usage?.promptTokenCount ?? 0,
      output: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
      cached: usage?.cachedContentTokenCount ?? 0,
    },
  };
}

export const CALLERS: Record<string, Caller> = {
  'openai chat': { surface: 'OpenAI', ask: askChat },
  'openai responses': { surface: 'OpenAI', ask: askResponses },
  'anthropic messages': { surface: 'Anthropic', ask: askAnthropic },
  'google generateContent': { surface: 'Google', ask: askGoogle },
};
/** How each of them says that an answer is complete, and that it ended in a call. */
export const FINISHES: Record<string, Record<Question, string>> = {
  'openai chat': { words: 'stop', call: 'tool_calls' },
  'openai responses': { words: 'completed', call: 'completed' },
  'anthropic messages': { words: 'end_turn', call: 'tool_use' },
  'google generateContent': { words: 'STOP', call: 'STOP' },
};
