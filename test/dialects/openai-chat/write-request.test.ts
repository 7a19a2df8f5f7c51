import { describe, expect, it } from 'vitest';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block, ChatOptions, ChatRequest, Message, Tool, ToolChoice } from '../../../src/chat/request.ts';
import { openAiChatProvider, openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { read } from './samples.ts';

type Json = Record<string, any>;

function write(request: Partial<ChatRequest>): { body: Json; losses: readonly string[] } {
  const losses = new Losses();
  const whole: ChatRequest = { model: 'llama-4', messages: [], tools: [], options: {}, stream: false, ...request };
  return { body: openAiChatProvider.writeRequest(whole, { losses, nameOf: (option) => `their ${option}` }), losses: losses.names };
}

const say = (role: Message['role'], ...content: Block[]): Message => ({ role, content, at: 'messages[0]' });
const messagesOf = (messages: Message[], model = 'llama-4'): Json[] => write({ messages, model }).body['messages'];
const optionsOf = (options: ChatOptions, model = 'llama-4'): { fields: Json; losses: readonly string[] } => {
  const { body: { model: _, messages: __, ...fields }, losses } = write({ options, model });
  return { fields, losses };
};
const text = (words: string): Block => ({ type: 'text', text: words });
const call = (id: string, name: string): Block => ({ type: 'tool-call', id, name, kind: 'function', arguments: '{}' });
const result = (callId: string, ...words: string[]): Block => {
  return { type: 'tool-result', callId, content: words.map((word) => ({ type: 'text', text: word })) };
};

describe('messages', () => {
  it('are plain strings where they are plain text', () => {
    expect(messagesOf([say('system', text('A'), text('B')), say('user', text('Hi')), say('assistant', text('Hel'), text('lo'))])).toEqual([
      { role: 'system', content: 'A\n\nB' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ]);
    expect(messagesOf([say('user', text('A'), text('B'))])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'A' }, { type: 'text', text: 'B' }] },
    ]);
  });

  it('have all results of a turn right behind its calls, with ids that every server takes', () => {
    const image: Block = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'iVBO' } };
    const seen: Block = { type: 'tool-result', callId: 'toolu_2', content: [image], isError: false };
    const messages = messagesOf([
      say('assistant', text('Looking.'), call('toolu_1', 'f'), call('toolu_2', 'g')),
      say('user', text('And hurry.'), seen),
      say('user', { ...result('toolu_1', 'No such', 'file'), isError: true } as Block),
    ]);
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: 'Looking.',
        tool_calls: [
          { id: 'c00000000', type: 'function', function: { name: 'f', arguments: '{}' } },
          { id: 'c00000001', type: 'function', function: { name: 'g', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c00000001', content: 'The result is in the next message.' },
      { role: 'tool', tool_call_id: 'c00000000', content: 'Error: No such\nfile' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Result of the tool call c00000001:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } },
          { type: 'text', text: 'And hurry.' },
        ],
      },
    ]);
  });

  it('of the assistant that call one after the other are one, since results must follow at once', () => {
    const messages = messagesOf([
      say('assistant', text('A'), call('a', 'f')),
      say('assistant', call('b', 'g')),
      say('assistant', text('C')),
      say('user', result('a', '1'), result('b', '2')),
    ]);
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'tool']);
    expect(messages[0]).toMatchObject({ content: 'A\n\nC', tool_calls: [{ function: { name: 'f' } }, { function: { name: 'g' } }] });
  });

  it('of the assistant that only calls say null, and ones of thoughts alone are left out', () => {
    expect(messagesOf([say('assistant', call('a', 'f')), say('user', result('a', '1'))])).toMatchObject(
      [{ content: null }, { role: 'tool' }],
    );
    const foreign: Block = { type: 'reasoning', text: 'Hm.', signature: { dialect: 'anthropic', value: 'c2ln' } };
    expect(messagesOf([say('user', text('Hi')), say('assistant', foreign)])).toHaveLength(1);
  });

  it('hold images, documents, sound and video in the parts for them', () => {
    const content: Block[] = [
      { type: 'image', source: { type: 'url', url: 'https://a.test/b.png' }, detail: 'low' },
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBE' }, name: 'a.pdf', context: 'From 1999.' },
      { type: 'document', source: { type: 'base64', mediaType: 'text/csv', data: 'YSxi' }, name: 'a.csv' },
      { type: 'document', source: { type: 'text', text: 'Words.' } },
      { type: 'document', source: { type: 'file', id: 'file-1' } },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'SUQz' } },
      { type: 'video', source: { type: 'url', url: 'https://a.test/b.mp4' } },
    ];
    expect(messagesOf([say('user', ...content)])[0]!['content']).toEqual([
      { type: 'image_url', image_url: { url: 'https://a.test/b.png', detail: 'low' } },
      { type: 'text', text: 'From 1999.' },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
      { type: 'text', text: 'a.csv:\n\na,b' },
      { type: 'text', text: 'Words.' },
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'input_audio', input_audio: { data: 'SUQz', format: 'mp3' } },
      { type: 'video_url', video_url: { url: 'https://a.test/b.mp4' } },
    ]);
  });

  it('tell the blocks that they cannot hold by the place where their caller wrote them', () => {
    const other: Block = { type: 'other', dialect: 'anthropic', kind: 'server_tool_use', value: {} };
    const far: Block = { type: 'document', source: { type: 'url', url: 'https://a.test/b.pdf' } };
    const kept: Block = { type: 'image', source: { type: 'file', id: 'file-1' } };
    const { losses } = write({
      messages: [
        { role: 'user', content: [text('Hi'), far, kept], at: 'messages[0]' },
        { role: 'assistant', content: [other, text('Hello')], at: 'messages[1]' },
        { role: 'user', content: [{ type: 'tool-result', callId: 'a', content: [far as never] }], name: 'a b', at: 'messages[2]' },
      ],
    });
    expect(losses).toEqual([
      'messages[0].content[1]', 'messages[0].content[2]', 'messages[1].content[0]', 'messages[2].content[0].content[0]', 'messages[2].name',
    ]);
  });

  it('keep marks of what to cache only for routers to those who need them', () => {
    const message = say('user', { type: 'text', text: 'Long.', cache: { ttl: '1h' } });
    expect(messagesOf([message], 'anthropic/claude-sonnet-5')[0]!['content']).toEqual([
      { type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ]);
    expect(messagesOf([message], 'gpt-5')[0]!['content']).toBe('Long.');
  });
});

describe('thoughts', () => {
  const own = (value: string): Block => ({ type: 'reasoning', text: 'Hm.', signature: { dialect: 'openai-chat', value } });

  it('go back in the field that they came in', () => {
    expect(messagesOf([say('assistant', own('reasoning_content'), text('Hello'))])[0]).toMatchObject(
      { content: 'Hello', reasoning_content: 'Hm.' },
    );
    expect(messagesOf([say('assistant', own('reasoning'), text('Hello'))])[0]).toMatchObject({ reasoning: 'Hm.' });
    expect(messagesOf([say('assistant', own('thinking'), text('Hello'))])[0]!['content']).toEqual([
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'Hello' },
    ]);
  });

  it('of a router go back as they were', () => {
    const answer = (message: Json): Block[] => openAiChatProvider.readAnswer({ choices: [{ message }] }).choices[0]!.content;
    const details = [
      { type: 'reasoning.summary', summary: 'Sum.', format: 'openai-responses-v1', index: 0 },
      { type: 'reasoning.encrypted', data: 'ZW5j', format: 'openai-responses-v1', id: 'rs_1', index: 1 },
      { type: 'reasoning.text', text: 'Hm.', signature: 'c2ln', format: 'anthropic', index: 2 },
    ];
    expect(messagesOf([say('assistant', ...answer({ content: 'Hello', reasoning_details: details }))])[0]).toEqual({
      role: 'assistant',
      content: 'Hello',
      reasoning_details: details,
    });
  });

  it('of others, and any to OpenAI, which refuses them, stay behind without a word', () => {
    const google = { dialect: 'google', value: 'R09P' } as const;
    const message = say('assistant', own('reasoning'), { type: 'text', text: 'Hello', signature: { dialect: 'openai-chat', value: 'x' } });
    expect(messagesOf([message], 'gpt-5')).toEqual([{ role: 'assistant', content: 'Hello' }]);
    expect(write({ messages: [message], model: 'gpt-5' }).losses).toEqual([]);
    const signed = say(
      'assistant', { type: 'reasoning', text: 'Hm.', signature: google }, { ...call('a', 'f'), signature: google } as Block,
    );
    expect(messagesOf([signed])[0]).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c00000000', type: 'function', function: { name: 'f', arguments: '{}' } }],
    });
  });

  it("of Google's own endpoint go back on the call and on the text that they came with", () => {
    const extra = { google: { thought_signature: 'R09P' } };
    const toolCall = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: extra };
    const answer = openAiChatProvider.readAnswer(
      { choices: [{ message: { content: 'Hello', extra_content: extra, tool_calls: [toolCall] } }] },
    );
    const written = messagesOf([say('assistant', ...answer.choices[0]!.content)], 'gemini-3-pro')[0]!;
    expect(written).toMatchObject({ content: 'Hello', extra_content: extra, tool_calls: [{ extra_content: extra }] });
  });
});

const CLOSED = { type: 'object', properties: {}, additionalProperties: false };

describe('tools', () => {
  const tools: Tool[] = [
    { type: 'function', name: 'f', description: 'd', parameters: CLOSED, strict: true },
    { type: 'function', name: 'bare' },
    { type: 'custom', name: 'sql', format: { type: 'text' } },
    { type: 'other', dialect: 'anthropic', kind: 'web_search', value: {} },
  ];
  const written = (options: ChatOptions, model: string): Json => write({ tools, options, model }).body;

  it('are written with parameters, which some servers demand', () => {
    const { body, losses } = write({ tools, model: 'gpt-5' });
    expect(body['tools']).toEqual([
      { type: 'function', function: { name: 'f', description: 'd', parameters: CLOSED, strict: true } },
      { type: 'function', function: { name: 'bare', parameters: { type: 'object', properties: {} } } },
      { type: 'custom', custom: { name: 'sql', format: { type: 'text' } } },
    ]);
    expect(losses).toEqual(['tools[3]']);
  });

  it.each([
    ['open', { type: 'object', properties: {} }],
    ['with a property that is not required', { ...CLOSED, properties: { a: { type: 'string' } } }],
    ['open further in', { ...CLOSED, properties: { a: { type: 'array', items: { type: 'object' } } }, required: ['a'] }],
    ['open in a definition', { ...CLOSED, $defs: { a: { type: 'object' } } }],
  ])('leave the strict mode out, and say so, where the schema is %s', (_how, parameters) => {
    const { body, losses } = write({ tools: [{ type: 'function', name: 'f', parameters, strict: true }] });
    expect(body['tools']).toEqual([{ type: 'function', function: { name: 'f', parameters } }]);
    expect(losses).toEqual(['tools[0].strict']);
  });

  it('without parameters can be strict', () => {
    const { body, losses } = write({ tools: [{ type: 'function', name: 'f', strict: true }] });
    expect(body['tools']).toEqual([{ type: 'function', function: { name: 'f', parameters: CLOSED, strict: true } }]);
    expect(losses).toEqual([]);
  });

  it('are chosen', () => {
    expect(written({ toolChoice: { type: 'required' }, parallelToolCalls: false }, 'gpt-5')).toMatchObject({
      tool_choice: 'required',
      parallel_tool_calls: false,
    });
    expect(written({ toolChoice: { type: 'tool', name: 'f' } }, 'gpt-5')['tool_choice']).toEqual(
      { type: 'function', function: { name: 'f' } },
    );
    expect(written({ toolChoice: { type: 'tool', name: 'sql' } }, 'gpt-5')['tool_choice']).toEqual(
      { type: 'custom', custom: { name: 'sql' } },
    );
  });

  it('of which only some are allowed are named to OpenAI and are the only ones for others', () => {
    const toolChoice: ToolChoice = { type: 'allowed', names: ['bare'], mode: 'required' };
    expect(written({ toolChoice }, 'gpt-5')['tool_choice']).toEqual({
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'bare' } }] },
    });
    const elsewhere = written({ toolChoice }, 'llama-4');
    expect(elsewhere['tool_choice']).toBe('required');
    expect(elsewhere['tools'].map((tool: Json) => tool['function'].name)).toEqual(['bare']);
  });

  it('that are not there cannot be chosen', () => {
    expect(optionsOf({ toolChoice: { type: 'auto' }, parallelToolCalls: false }).fields).toEqual({});
  });
});

describe('options', () => {
  it('come out under their names', () => {
    const { fields, losses } = optionsOf({
      maxTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      stop: ['END'],
      seed: 0,
      n: 2,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      logitBias: { 1: -1 },
      logprobs: true,
      topLogprobs: 2,
      user: 'u',
      serviceTier: 'standard_only',
      store: true,
      metadata: { a: 'b' },
      modalities: ['text', 'image'],
      own: { dialect: 'openai-chat', fields: { prediction: { type: 'content', content: 'x' } } },
    });
    expect(fields).toEqual({
      max_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      stop: ['END'],
      seed: 0,
      n: 2,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      logit_bias: { 1: -1 },
      logprobs: true,
      top_logprobs: 2,
      user: 'u',
      service_tier: 'default',
      store: true,
      metadata: { a: 'b' },
      modalities: ['text', 'image'],
      prediction: { type: 'content', content: 'x' },
    });
    expect(losses).toEqual([]);
  });

  it('that say no more than the default are neither written nor lost', () => {
    const options: ChatOptions = {
      n: 1, temperature: 1, logprobs: false, store: false, stop: [], metadata: {}, verbosity: 'medium', frequencyPenalty: 0,
    };
    expect(optionsOf(options, 'o3')).toEqual({ fields: {}, losses: [] });
  });

  it('that a server does not know are told by the name of the caller', () => {
    const options: ChatOptions = {
      topK: 5,
      metadata: { a: 'b' },
      verbosity: 'low',
      cacheKey: 'k',
      own: { dialect: 'google', fields: { safetySettings: [] } },
    };
    expect(optionsOf(options)).toEqual({
      fields: {},
      losses: ['safetySettings', 'their topK', 'their metadata', 'their verbosity', 'their cacheKey'],
    });
    expect(optionsOf({ verbosity: 'low', cacheKey: 'k' }, 'gpt-5').fields).toEqual({ verbosity: 'low', prompt_cache_key: 'k' });
  });

  it.each([
    ['gpt-4o', 'max_completion_tokens'],
    ['o3-mini', 'max_completion_tokens'],
    ['my-gpt-35-turbo', 'max_completion_tokens'],
    ['openai/gpt-5.1', 'max_completion_tokens'],
    ['gpt-oss-120b', 'max_tokens'],
    ['mistral-small-latest', 'max_tokens'],
    ['qwen/qwen-3', 'max_tokens'],
  ])('limit %s by %s', (model, field) => {
    expect(optionsOf({ maxTokens: 5 }, model).fields).toEqual({ [field]: 5 });
  });

  it('about sampling stay away from models that think', () => {
    const options: ChatOptions = { temperature: 0.5, stop: ['END'], logprobs: true };
    expect(optionsOf(options, 'o3')).toEqual({ fields: {}, losses: ['their temperature', 'their logprobs', 'their stop'] });
    const awake = optionsOf({ ...options, reasoning: { effort: 'none' } }, 'gpt-5.1');
    expect(awake).toEqual({ fields: { temperature: 0.5, logprobs: true, reasoning_effort: 'none' }, losses: ['their stop'] });
  });

  it.each<[string, ChatOptions['reasoning'], Json, number]>([
    ['gpt-5', { effort: 'low' }, { reasoning_effort: 'low' }, 0],
    ['gpt-5', { budget: 2000 }, { reasoning_effort: 'low' }, 0],
    ['gpt-5', { budget: 9000 }, { reasoning_effort: 'medium' }, 0],
    ['gpt-5', { budget: 30_000 }, { reasoning_effort: 'high' }, 0],
    ['gpt-5', { budget: 0 }, { reasoning_effort: 'minimal' }, 0],
    ['gpt-5.1', { budget: 0 }, { reasoning_effort: 'none' }, 0],
    ['o3', { budget: 0 }, { reasoning_effort: 'low' }, 0],
    ['gpt-5', { budget: -1 }, {}, 0],
    ['gpt-4o', { budget: 0 }, {}, 0],
    ['gpt-4o', { visible: true }, {}, 0],
    ['gpt-4o', { effort: 'high' }, {}, 1],
    ['gpt-4o', { budget: 2000 }, {}, 1],
    ['deepseek-v4', { effort: 'high' }, { reasoning_effort: 'high' }, 0],
    ['deepseek-v4', { budget: 0 }, {}, 1],
  ])('tell %s to think by %j', (model, reasoning, fields, lost) => {
    expect(optionsOf({ reasoning: reasoning! }, model)).toEqual({ fields, losses: lost === 0 ? [] : ['their reasoning'] });
  });

  it('ask for a form of the answer by a name that is legal', () => {
    expect(optionsOf({ output: { type: 'json' } }).fields).toEqual({ response_format: { type: 'json_object' } });
    expect(optionsOf({ output: { type: 'schema', schema: { type: 'object' }, name: 'My city!', strict: true } }).fields).toEqual({
      response_format: { type: 'json_schema', json_schema: { name: 'My_city_', schema: { type: 'object' }, strict: true } },
    });
    expect(optionsOf({ output: { type: 'schema', schema: {} } }).fields['response_format'].json_schema.name).toBe('answer');
  });

  it('of a stream ask for its usage', () => {
    expect(write({ stream: true }).body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });
});

it('a request that was read and written means the same when it is read again', () => {
  const body = {
    model: 'gpt-5',
    messages: [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [{ type: 'text', text: 'Look' }, { type: 'image_url', image_url: { url: 'https://a.test/b.png', detail: 'high' } }],
      },
      { role: 'assistant', content: 'Hm', tool_calls: [
        { id: 'abcdefgh1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
      ] },
      { role: 'tool', tool_call_id: 'abcdefgh1', content: '1' },
    ],
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
    tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] } },
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' }, strict: true } },
    max_completion_tokens: 9,
    reasoning_effort: 'low',
    web_search_options: { search_context_size: 'low' },
  };
  const { request } = read(body);
  const losses = new Losses();
  const written = openAiChatProvider.writeRequest(request, { losses, nameOf: openAiChatSurface.nameOf });
  expect(read(written).request).toEqual(request);
  expect(losses.names).toEqual([]);
});
