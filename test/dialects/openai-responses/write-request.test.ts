import { describe, expect, it } from 'vitest';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block, ChatOptions, ChatRequest, Message, Tool } from '../../../src/chat/request.ts';
import { openAiResponsesProvider as provider } from '../../../src/dialects/openai-responses/dialect.ts';
import { read } from './support.ts';

function write(request: Partial<ChatRequest>): { body: Record<string, unknown>; losses: readonly string[] } {
  const losses = new Losses();
  const body = provider.writeRequest(
    { model: 'gpt-4o', messages: [], tools: [], options: {}, stream: false, ...request },
    { losses, nameOf: (option) => `caller.${option}` },
  );
  return { body, losses: losses.names };
}

const message = (role: Message['role'], ...content: Block[]): Message => ({ role, content, at: 'messages[0]' });
const itemsOf = (...messages: Message[]): unknown => write({ messages }).body['input'];
const text = (value: string): Block => ({ type: 'text', text: value });
const call = (id: string, kind: 'function' | 'custom' = 'function'): Block => ({ type: 'tool-call', id, name: 'f', arguments: '{}', kind });
const result = (callId: string, value = 'ok'): Block => ({ type: 'tool-result', callId, content: [{ type: 'text', text: value }] });
const thought = (value: string, dialect: 'openai-responses' | 'anthropic' = 'openai-responses'): Block => ({
  type: 'reasoning',
  text: 'Hm',
  id: 'rs_1',
  signature: { dialect, value },
});
const THOUGHT = { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm' }], encrypted_content: 'enc' };

describe('items', () => {
  it('hold each message, call and result by itself, in order', () => {
    expect(
      itemsOf(
        message('system', text('Rules')),
        message('user', text('Hi'), { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } }),
        message('assistant', thought('enc'), text('Let me see.'), call('call_1'), call('call_2', 'custom')),
        message('user', result('call_1'), result('call_2'), text('Go on')),
      ),
    ).toEqual([
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Rules' }] },
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'Hi' },
          { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
        ],
      },
      THOUGHT,
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Let me see.' }] },
      { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' },
      { type: 'custom_tool_call', call_id: 'call_2', name: 'f', input: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'ok' },
      { type: 'custom_tool_call_output', call_id: 'call_2', output: 'ok' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Go on' }] },
    ]);
  });

  it('leave out thoughts that nothing followed, which the API refuses, and name them', () => {
    const { body, losses } = write({ messages: [message('assistant', text('A'), thought('enc')), message('user', text('B'))] });
    expect(body['input']).toMatchObject([{ role: 'assistant' }, { role: 'user' }]);
    expect(losses).toEqual(['messages[0].content[1]']);
  });

  it('keep several thoughts in a row before the call that they led to', () => {
    expect(itemsOf(message('assistant', thought('enc'), thought('enc')), message('assistant', call('call_1')))).toMatchObject([
      THOUGHT,
      THOUGHT,
      { call_id: 'call_1' },
    ]);
  });

  it('hold no thoughts of other providers', () => {
    const { body, losses } = write({ messages: [message('assistant', thought('sig', 'anthropic'), text('A'))] });
    expect(body['input']).toMatchObject([{ role: 'assistant' }]);
    expect(losses).toEqual([]);
  });

  it('have ids that are legal and name one call each', () => {
    const items = itemsOf(
      message('assistant', call('functions.f:0')),
      message('user', result('functions.f:0')),
      message('assistant', call('call_1')),
      message('user', result('call_1')),
      message('assistant', call('call_1')),
      message('user', result('call_1')),
    ) as { call_id: string }[];
    const ids = items.map((item) => item.call_id);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id, index) => /^[\w-]+$/.test(id) && id === ids[index - (index % 2)])).toBe(true);
  });

  it('say in words that a tool failed', () => {
    const failed = (value: string): Block => ({
      type: 'tool-result',
      callId: 'c',
      isError: true,
      content: [{ type: 'text', text: value }],
    });
    expect(itemsOf(message('user', failed('no such file')))).toMatchObject([{ output: 'Error: no such file' }]);
    expect(itemsOf(message('user', failed('Error 5')))).toMatchObject([{ output: 'Error 5' }]);
  });

  it('hold pictures and files of tools', () => {
    const block: Block = {
      type: 'tool-result',
      callId: 'c',
      content: [
        { type: 'text', text: 'see' },
        { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      ],
    };
    expect(itemsOf(message('user', block))).toMatchObject([
      {
        output: [
          { type: 'input_text', text: 'see' },
          { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' },
        ],
      },
    ]);
  });

  it('hold documents of every source', () => {
    const document = (source: Extract<Block, { type: 'document' }>['source'], more = {}): Block => ({ type: 'document', source, ...more });
    expect(
      itemsOf(
        message(
          'user',
          document({ type: 'base64', mediaType: 'application/pdf', data: 'BBBB' }),
          document({ type: 'url', url: 'https://example.com/a.pdf' }),
          document({ type: 'file', id: 'file-1' }),
          document({ type: 'text', text: 'body' }, { name: 'Title', context: 'About it' }),
        ),
      ),
    ).toMatchObject([
      {
        content: [
          { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,BBBB' },
          { type: 'input_file', file_url: 'https://example.com/a.pdf' },
          { type: 'input_file', file_id: 'file-1' },
          { type: 'input_text', text: 'About it' },
          { type: 'input_text', text: 'Title\n\nbody' },
        ],
      },
    ]);
  });

  it('name blocks and names of speakers that there is no place for', () => {
    const { losses } = write({
      messages: [
        {
          ...message(
            'user',
            text('a'),
            { type: 'video', source: { type: 'url', url: 'https://example.com/v' } },
            { type: 'other', dialect: 'anthropic', kind: 'k', value: {} },
          ),
          name: 'Ann',
        },
      ],
    });
    expect(losses).toEqual(['messages[0].name', 'messages[0].content[1]', 'messages[0].content[2]']);
  });

  it('give back what only this dialect has as it was', () => {
    const item = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    expect(itemsOf(message('assistant', { type: 'other', dialect: 'openai-responses', kind: 'web_search_call', value: item }))).toEqual([
      item,
    ]);
  });
});

describe('options', () => {
  it('take the names of the API', () => {
    const options: ChatOptions = {
      maxTokens: 50,
      temperature: 0.5,
      topP: 0.9,
      logprobs: true,
      topLogprobs: 2,
      user: 'u',
      metadata: { a: 'b' },
      serviceTier: 'flex',
      cacheKey: 'k',
      verbosity: 'low',
      output: { type: 'schema', schema: { type: 'object' }, strict: true },
      reasoning: { effort: 'low', visible: true },
      store: true,
    };
    const { body, losses } = write({ options, stream: true });
    expect(body).toEqual({
      model: 'gpt-4o',
      input: [],
      stream: true,
      max_output_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 2,
      user: 'u',
      metadata: { a: 'b' },
      service_tier: 'flex',
      prompt_cache_key: 'k',
      reasoning: { effort: 'low', summary: 'auto' },
      store: true,
      text: { format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
    });
    expect(losses).toEqual([]);
  });

  it('that there is no field for are named as the caller does', () => {
    const options: ChatOptions = {
      topK: 5,
      stop: ['x'],
      seed: 0,
      n: 2,
      frequencyPenalty: 1,
      presencePenalty: 1,
      logitBias: { 1: 1 },
      modalities: ['audio'],
      serviceTier: 'standard_only',
      own: { dialect: 'google', fields: { safetySettings: [] } },
    };
    expect([...write({ options }).losses].toSorted()).toEqual([
      'caller.frequencyPenalty',
      'caller.logitBias',
      'caller.modalities',
      'caller.n',
      'caller.presencePenalty',
      'caller.seed',
      'caller.serviceTier',
      'caller.stop',
      'caller.topK',
      'safetySettings',
    ]);
  });

  it('that change nothing are no loss', () => {
    expect(
      write({ options: { n: 1, stop: [], frequencyPenalty: 0, presencePenalty: 0, logitBias: {}, modalities: ['text'], logprobs: false } })
        .losses,
    ).toEqual([]);
  });

  it('ask for no fewer tokens than the API gives', () => {
    const { body, losses } = write({ options: { maxTokens: 1 } });
    expect([body['max_output_tokens'], losses]).toEqual([16, ['caller.maxTokens']]);
  });

  it('keep a name of a user that is too long for the API as a short one, the same each time', () => {
    const userOf = (user: string): unknown => write({ options: { user } }).body['user'];
    expect(userOf('u'.repeat(64))).toBe('u'.repeat(64));
    expect(userOf('u'.repeat(65))).toMatch(/^[0-9a-f]{64}$/);
    expect(userOf('u'.repeat(65))).toBe(userOf('u'.repeat(65)));
    expect(userOf('u'.repeat(66))).not.toBe(userOf('u'.repeat(65)));
  });

  it('keep nothing at the provider unless the caller asked', () => {
    expect(write({}).body).toMatchObject({ store: false });
  });

  it.each([
    ['gpt-4o', {}, undefined],
    ['gpt-4o', { budget: 0 }, undefined],
    ['gpt-5.1', { budget: 0 }, { effort: 'none' }],
    ['gpt-5-mini', { budget: 0 }, { effort: 'minimal' }],
    ['o3', { budget: 0 }, { effort: 'low' }],
    ['gpt-5', { budget: 2000 }, { effort: 'low' }],
    ['gpt-5', { budget: 10_000 }, { effort: 'medium' }],
    ['gpt-5', { budget: 30_000 }, { effort: 'high' }],
    ['gpt-5', { budget: -1, visible: true }, { summary: 'auto' }],
  ])('of %s turn %j into %j', (model, reasoning, written) => {
    expect(write({ model, options: { reasoning } }).body['reasoning']).toEqual(written);
  });

  it.each([
    ['gpt-5', true],
    ['openai.gpt-5.6-luna', true],
    ['o4-mini', true],
    ['gpt-4o', false],
    ['gpt-4.1', false],
    ['gpt-5-chat-latest', false],
  ])('ask %s for encrypted thoughts only if it thinks', (model, isAsked) => {
    expect(write({ model }).body['include']).toEqual(isAsked ? ['reasoning.encrypted_content'] : undefined);
  });
});

describe('tools', () => {
  const tools: Tool[] = [
    { type: 'function', name: 'f', description: 'd', parameters: { type: 'object', properties: { a: {} } } },
    { type: 'function', name: 'g' },
    { type: 'custom', name: 'c', format: { type: 'text' } },
    { type: 'other', dialect: 'openai-responses', kind: 'web_search', value: { type: 'web_search' } },
    { type: 'other', dialect: 'google', kind: 'googleSearch', value: {} },
  ];

  it('are flat, and never strict unless the caller said so', () => {
    const { body, losses } = write({ tools });
    expect(body['tools']).toEqual([
      { type: 'function', name: 'f', description: 'd', parameters: { type: 'object', properties: { a: {} } }, strict: false },
      { type: 'function', name: 'g', parameters: { type: 'object', properties: {} }, strict: false },
      { type: 'custom', name: 'c', format: { type: 'text' } },
      { type: 'web_search' },
    ]);
    expect(losses).toEqual(['tools[4]']);
  });

  it.each([
    [{ type: 'auto' }, 'auto'],
    [{ type: 'required' }, 'required'],
    [
      { type: 'tool', name: 'f' },
      { type: 'function', name: 'f' },
    ],
    [
      { type: 'tool', name: 'c' },
      { type: 'custom', name: 'c' },
    ],
    [
      { type: 'allowed', names: ['f', 'c'], mode: 'auto' },
      {
        type: 'allowed_tools',
        mode: 'auto',
        tools: [
          { type: 'function', name: 'f' },
          { type: 'custom', name: 'c' },
        ],
      },
    ],
  ] as const)('are chosen by %j', (toolChoice, written) => {
    expect(write({ tools, options: { toolChoice: structuredClone(toolChoice) as never } }).body['tool_choice']).toEqual(written);
  });

  it('are not chosen where there are none, and called one by one where that was asked', () => {
    expect(write({ options: { toolChoice: { type: 'auto' }, parallelToolCalls: false } }).body).not.toHaveProperty('tool_choice');
    expect(write({ tools, options: { parallelToolCalls: false } }).body).toMatchObject({ parallel_tool_calls: false });
  });
});

it('a request that was read is written with the same meaning', () => {
  const body = {
    model: 'gpt-5',
    instructions: 'Be brief.',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'enc' },
      { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'ok' },
    ],
    tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: true }],
    tool_choice: 'auto',
    reasoning: { effort: 'low', summary: 'auto' },
    text: { format: { type: 'json_object' } },
    store: false,
    include: ['reasoning.encrypted_content'],
  };
  const { instructions, ...rest } = body;
  const { body: written } = write(read(body).request);
  const system = { type: 'message', role: 'system', content: [{ type: 'input_text', text: instructions }] };
  expect(written).toEqual({
    ...rest,
    input: [system, { type: 'message', ...body.input[0] }, ...body.input.slice(1)],
    tools: [{ ...body.tools[0], parameters: { type: 'object', properties: {}, additionalProperties: false } }],
  });
});
