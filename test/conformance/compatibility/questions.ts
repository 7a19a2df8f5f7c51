// One feature of requests at a time, as each dialect asks for it. Undefined: the dialect has no word for it.
import type { SurfaceApi } from '../surfaces.ts';

export const FEATURES = [
  'text',
  'system',
  'tools',
  'parallel tools',
  'tool results',
  'images',
  'PDF',
  'reasoning',
  'structured output',
  'cache marks',
  'stop',
  'n',
  'logprobs',
] as const;
export type Feature = (typeof FEATURES)[number];

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = Buffer.from('%PDF-1.4\n%%EOF').toString('base64');
const SCHEMA = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'], additionalProperties: false };
const IDS = ['call_1', 'call_2'];
const ARGS = { at: 'x' };
const NAME = 'look';

function chat(feature: Feature): object | undefined {
  const user = { role: 'user', content: 'Hello' };
  const tools = [{ type: 'function', function: { name: NAME, parameters: SCHEMA } }];
  const called = (ids: string[]): object => ({
    messages: [
      user,
      {
        role: 'assistant',
        content: null,
        tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: NAME, arguments: JSON.stringify(ARGS) } })),
      },
      ...ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'seen' })),
    ],
    tools,
  });
  const part = (content: object): object => ({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Look.' }, content] }] });
  const asked: Record<Feature, object> = {
    text: { messages: [user] },
    system: { messages: [{ role: 'system', content: 'Be brief.' }, user] },
    tools: { messages: [user], tools, tool_choice: 'auto' },
    'parallel tools': called(IDS),
    'tool results': called(['call_1']),
    images: part({ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }),
    PDF: part({ type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } }),
    reasoning: { messages: [user], reasoning_effort: 'low' },
    'structured output': {
      messages: [user],
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: SCHEMA, strict: true } },
    },
    'cache marks': { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello', cache_control: { type: 'ephemeral' } }] }] },
    stop: { messages: [user], stop: ['END'] },
    n: { messages: [user], n: 2 },
    logprobs: { messages: [user], logprobs: true, top_logprobs: 2 },
  };
  return asked[feature];
}

function responses(feature: Feature): object | undefined {
  const user = { role: 'user', content: 'Hello' };
  const tools = [{ type: 'function', name: NAME, parameters: SCHEMA, strict: true }];
  const called = (ids: string[]): object => ({
    input: [
      user,
      ...ids.map((id) => ({ type: 'function_call', call_id: id, name: NAME, arguments: JSON.stringify(ARGS) })),
      ...ids.map((id) => ({ type: 'function_call_output', call_id: id, output: 'seen' })),
    ],
    tools,
  });
  const part = (content: object): object => ({ input: [{ role: 'user', content: [{ type: 'input_text', text: 'Look.' }, content] }] });
  const asked: Partial<Record<Feature, object>> = {
    text: { input: 'Hello' },
    system: { input: [user], instructions: 'Be brief.' },
    tools: { input: [user], tools, tool_choice: 'auto' },
    'parallel tools': called(IDS),
    'tool results': called(['call_1']),
    images: part({ type: 'input_image', image_url: `data:image/png;base64,${PNG}` }),
    PDF: part({ type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` }),
    reasoning: { input: [user], reasoning: { effort: 'low' } },
    'structured output': { input: [user], text: { format: { type: 'json_schema', name: 'a', schema: SCHEMA, strict: true } } },
    logprobs: { input: [user], include: ['message.output_text.logprobs'], top_logprobs: 2 },
  };
  return asked[feature];
}

function anthropic(feature: Feature): object | undefined {
  const user = { role: 'user', content: 'Hello' };
  const tools = [{ name: NAME, input_schema: SCHEMA }];
  const called = (ids: string[]): object => ({
    messages: [
      user,
      { role: 'assistant', content: ids.map((id) => ({ type: 'tool_use', id, name: NAME, input: ARGS })) },
      { role: 'user', content: ids.map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'seen' })) },
    ],
    tools,
  });
  const part = (content: object): object => ({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Look.' }, content] }] });
  const asked: Partial<Record<Feature, object>> = {
    text: { messages: [user] },
    system: { messages: [user], system: 'Be brief.' },
    tools: { messages: [user], tools, tool_choice: { type: 'auto' } },
    'parallel tools': called(IDS),
    'tool results': called(['call_1']),
    images: part({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }),
    PDF: part({ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF } }),
    reasoning: { messages: [user], thinking: { type: 'enabled', budget_tokens: 1024 } },
    'structured output': { messages: [user], output_config: { format: { type: 'json_schema', schema: SCHEMA } } },
    'cache marks': { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello', cache_control: { type: 'ephemeral' } }] }] },
    stop: { messages: [user], stop_sequences: ['END'] },
  };
  const body = asked[feature];
  return body === undefined ? undefined : { max_tokens: 2000, ...body };
}

function google(feature: Feature): object | undefined {
  const user = { role: 'user', parts: [{ text: 'Hello' }] };
  const tools = [{ functionDeclarations: [{ name: NAME, parametersJsonSchema: SCHEMA }] }];
  const called = (ids: string[]): object => ({
    contents: [
      user,
      { role: 'model', parts: ids.map((id) => ({ functionCall: { id, name: NAME, args: ARGS } })) },
      { role: 'user', parts: ids.map((id) => ({ functionResponse: { id, name: NAME, response: { output: 'seen' } } })) },
    ],
    tools,
  });
  const part = (content: object): object => ({ contents: [{ role: 'user', parts: [{ text: 'Look.' }, content] }] });
  const config = (generationConfig: object): object => ({ contents: [user], generationConfig });
  const asked: Partial<Record<Feature, object>> = {
    text: { contents: [user] },
    system: { contents: [user], systemInstruction: { parts: [{ text: 'Be brief.' }] } },
    tools: { contents: [user], tools, toolConfig: { functionCallingConfig: { mode: 'AUTO' } } },
    'parallel tools': called(IDS),
    'tool results': called(['call_1']),
    images: part({ inlineData: { mimeType: 'image/png', data: PNG } }),
    PDF: part({ inlineData: { mimeType: 'application/pdf', data: PDF } }),
    reasoning: config({ thinkingConfig: { thinkingBudget: 1024 }, maxOutputTokens: 2000 }),
    'structured output': config({ responseMimeType: 'application/json', responseJsonSchema: SCHEMA }),
    stop: config({ stopSequences: ['END'] }),
    n: config({ candidateCount: 2 }),
    logprobs: config({ responseLogprobs: true, logprobs: 2 }),
  };
  return asked[feature];
}

export const QUESTIONS: Readonly<Record<SurfaceApi, (feature: Feature) => object | undefined>> = {
  'openai.chat': chat,
  'openai.responses': responses,
  'anthropic.messages': anthropic,
  google,
};
