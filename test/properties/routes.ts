// Every path that takes JSON, each with a request that says as much as its dialect can.
import type { SurfaceName } from '../../src/surfaces/surface.ts';
import type { Json } from './stand.ts';

/** How an answer is checked, see well-formed.ts. */
export type Form = 'chat' | 'responses' | 'messages' | 'gemini' | 'gemini-list' | 'any';

export interface Route {
  surface: SurfaceName;
  form: Form;
  stream: boolean;
  path(model: string): string;
  body(model: string): Json;
}

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk';
const SCHEMA = {
  type: 'object',
  properties: { at: { type: 'string', enum: ['x', 'y'] }, deep: { anyOf: [{ $ref: '#/$defs/n' }, { type: 'null' }] } },
  required: ['at'],
  additionalProperties: false,
  $defs: { n: { type: 'array', items: { type: 'number' } } },
};

const GEMINI_SCHEMA = { type: 'OBJECT', properties: { at: { type: 'STRING', nullable: true } } };

const chat = (model: string): Json => ({
  model,
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Look.' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }] },
    {
      role: 'assistant',
      content: 'I look.',
      reasoning_content: 'Hm.',
      reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', signature: 'c2ln', format: 'anthropic', index: 0 }],
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"at":"x"}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'A cat.' }] },
    { role: 'user', content: 'And?' },
  ],
  tools: [{ type: 'function', function: { name: 'look', description: 'Looks.', parameters: SCHEMA, strict: true } }],
  tool_choice: { type: 'function', function: { name: 'look' } },
  response_format: { type: 'json_schema', json_schema: { name: 'seen', schema: SCHEMA, strict: true } },
  stop: ['END'],
  max_completion_tokens: 100,
  temperature: 0.5,
  top_p: 0.9,
  seed: 7,
  n: 1,
  logit_bias: { 50: 1 },
  logprobs: true,
  top_logprobs: 2,
  reasoning_effort: 'low',
  parallel_tool_calls: false,
  user: 'u1',
  metadata: { a: 'b' },
});

const responses = (model: string): Json => ({
  model,
  instructions: 'Be brief.',
  input: [
    { role: 'user', content: [{ type: 'input_text', text: 'Look.' }, { type: 'input_image', image_url: `data:image/png;base64,${PNG}` }] },
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'anthropic:c2ln' },
    { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{"at":"x"}' },
    { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'A cat.' }] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A cat.', annotations: [] }] },
    { role: 'user', content: 'And?' },
  ],
  tools: [{ type: 'function', name: 'look', description: 'Looks.', parameters: SCHEMA, strict: true }],
  tool_choice: { type: 'function', name: 'look' },
  text: { format: { type: 'json_schema', name: 'seen', schema: SCHEMA, strict: true }, verbosity: 'low' },
  max_output_tokens: 100,
  temperature: 0.5,
  top_p: 0.9,
  reasoning: { effort: 'low', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
  store: false,
  metadata: { a: 'b' },
});

const messages = (model: string): Json => ({
  model,
  max_tokens: 2048,
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'It rains.' }, citations: { enabled: true } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'google:c2ln' },
        { type: 'redacted_thinking', data: 'bedrock:c2ln' },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'x' } },
      ],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'A cat.' }], is_error: false }],
    },
  ],
  tools: [{ name: 'look', description: 'Looks.', input_schema: SCHEMA, cache_control: { type: 'ephemeral', ttl: '1h' } }],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  thinking: { type: 'enabled', budget_tokens: 1024 },
  stop_sequences: ['END'],
  temperature: 1,
  top_k: 5,
  metadata: { user_id: 'u1' },
});

const gemini = (): Json => ({
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [
    { role: 'user', parts: [{ text: 'Look.' }, { inlineData: { mimeType: 'image/png', data: PNG } }] },
    {
      role: 'model',
      parts: [
        { text: 'Hm.', thought: true, thoughtSignature: 'anthropic:c2ln' },
        { functionCall: { id: 'f1', name: 'look', args: { at: 'x' } }, thoughtSignature: 'c2ln' },
      ],
    },
    { role: 'user', parts: [{ functionResponse: { id: 'f1', name: 'look', response: { output: 'A cat.' } } }] },
  ],
  tools: [{ functionDeclarations: [{ name: 'look', description: 'Looks.', parameters: GEMINI_SCHEMA }] }],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look'] } },
  safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
  generationConfig: {
    maxOutputTokens: 100,
    temperature: 0.5,
    topP: 0.9,
    topK: 5,
    stopSequences: ['END'],
    responseMimeType: 'application/json',
    responseSchema: GEMINI_SCHEMA,
    thinkingConfig: { thinkingBudget: 64, includeThoughts: true },
    seed: 7,
  },
});

const streamed = (body: (model: string) => Json) => (model: string): Json => ({ ...body(model), stream: true });
const openAi = (path: string, form: Form, body: (model: string) => Json, stream = false): Route => ({
  surface: 'OpenAI', form, stream, path: () => path, body: stream ? streamed(body) : body,
});
const anthropic = (path: string, form: Form, stream = false): Route => ({
  surface: 'Anthropic', form, stream, path: () => path, body: stream ? streamed(messages) : messages,
});
const google = (verb: string, form: Form, body: (model: string) => Json, stream = false): Route => ({
  surface: 'Google', form, stream, path: (model) => `/v1beta/models/${model}:${verb}`, body,
});
const content = { parts: [{ text: 'Hello' }] };

export const CHATS: Record<string, Route> = {
  chat: openAi('/v1/chat/completions', 'chat', chat),
  'chat as a stream': openAi('/v1/chat/completions', 'chat', chat, true),
  responses: openAi('/v1/responses', 'responses', responses),
  'responses as a stream': openAi('/v1/responses', 'responses', responses, true),
  messages: anthropic('/v1/messages', 'messages'),
  'messages as a stream': anthropic('/v1/messages', 'messages', true),
  generateContent: google('generateContent', 'gemini', gemini),
  'streamGenerateContent as events': google('streamGenerateContent?alt=sse', 'gemini', gemini, true),
  'streamGenerateContent as a list': google('streamGenerateContent', 'gemini-list', gemini, true),
};

export const ROUTES: Record<string, Route> = {
  ...CHATS,
  count_tokens: anthropic('/v1/messages/count_tokens', 'any'),
  countTokens: google('countTokens', 'any', gemini),
  embedContent: google('embedContent', 'any', () => ({ content, outputDimensionality: 8, taskType: 'CLUSTERING' })),
  batchEmbedContents: google('batchEmbedContents', 'any', (model) => ({ requests: [{ model: `models/${model}`, content }] })),
  embeddings: openAi('/v1/embeddings', 'any', (model) => ({ model, input: ['a', 'b'], encoding_format: 'base64', dimensions: 8 })),
  completions: openAi('/v1/completions', 'any', (model) => ({ model, prompt: 'Once', max_tokens: 5, stop: ['.'] })),
  moderations: openAi('/v1/moderations', 'any', (model) => ({ model, input: ['a'] })),
  images: openAi('/v1/images/generations', 'any', (model) => ({ model, prompt: 'A cat', n: 1, size: '64x64' })),
  speech: openAi('/v1/audio/speech', 'any', (model) => ({ model, input: 'Hello', voice: 'alloy' })),
};
