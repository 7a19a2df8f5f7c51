import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { ChatRequest } from '../../../src/chat/request.ts';
import { anthropicProvider, anthropicSurface } from '../../../src/dialects/anthropic/dialect.ts';

const base = { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] };

function read(over: Record<string, unknown>): ChatRequest & { losses: readonly string[] } {
  const losses = new Losses();
  const request = anthropicSurface.readRequest({ ...base, ...over }, losses);
  return { ...request, losses: losses.names };
}

const blocksOf = (role: string, ...content: unknown[]): ReturnType<typeof read> => read({ messages: [{ role, content }] });

describe('a request', () => {
  it('has the system prompt before the messages, and everything in the caller’s order', () => {
    const { messages, losses } = read({
      system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [{ type: 'text', text: 'Yes?' }] },
        { role: 'user', content: [{ type: 'text', text: 'Bye' }] },
        { role: 'system', content: 'Rhyme.' },
      ],
    });
    expect(messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'Be kind.', cache: { ttl: '1h' } }], at: 'system' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }], at: 'messages[0]' },
      { role: 'assistant', content: [{ type: 'text', text: 'Yes?' }], at: 'messages[1]' },
      { role: 'user', content: [{ type: 'text', text: 'Bye' }], at: 'messages[2]' },
      { role: 'system', content: [{ type: 'text', text: 'Rhyme.' }], at: 'messages[3]' },
    ]);
    expect(losses).toEqual([]);
  });

  it('has its options under the names of the middle', () => {
    const { options, stream, losses } = read({
      stream: true,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      service_tier: 'standard_only',
      output_config: { effort: 'max', format: { type: 'json_schema', schema: { type: 'object' } } },
      thinking: { type: 'adaptive', display: 'summarized' },
    });
    expect(options).toEqual({
      maxTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 4,
      stop: ['END'],
      user: 'u1',
      serviceTier: 'default',
      output: { type: 'schema', schema: { type: 'object' }, strict: true },
      reasoning: { effort: 'xhigh', budget: -1, visible: true },
    });
    expect([stream, losses]).toEqual([true, []]);
  });

  it.each([
    [
      { type: 'enabled', budget_tokens: 2000 },
      { budget: 2000, visible: true },
    ],
    [
      { type: 'enabled', budget_tokens: 2000, display: 'omitted' },
      { budget: 2000, visible: false },
    ],
    [{ type: 'adaptive' }, { budget: -1 }],
    [{ type: 'disabled' }, { effort: 'none', budget: 0 }],
  ])('with thinking %j asks for %j', (thinking, reasoning) => {
    expect(read({ thinking }).options.reasoning).toEqual(reasoning);
  });

  it('marks its last block where the mark is on the request', () => {
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    ];
    expect(read({ messages, cache_control: { type: 'ephemeral' } }).messages[0]!.content).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', cache: {} },
    ]);
  });

  it('keeps what only Anthropic has for Anthropic and names what nobody knows, but nothing that asks for nothing', () => {
    const { options, losses } = read({
      container: 'c1',
      speed: 'fast',
      betas: [],
      mcp_servers: null,
      surprise: 1,
      metadata: { user_id: null, team: 'x' },
    });
    expect(losses).toEqual(['surprise', 'metadata.team']);
    expect(options.own).toEqual({ dialect: 'anthropic', fields: { container: 'c1', speed: 'fast' } });
  });

  it('takes -1 for a number that was not set', () => {
    const { options, losses } = read({ top_k: -1, top_p: -1 });
    expect([options.topK, options.topP, losses]).toEqual([undefined, undefined, []]);
  });

  it('has its tools and the choice between them', () => {
    const { tools, options, losses } = read({
      tools: [
        { name: 'now', description: 'Time.', input_schema: { type: 'object' }, strict: true, cache_control: { type: 'ephemeral' } },
        { type: 'custom', name: 'later', input_schema: { type: 'object' }, defer_loading: true, allowed_callers: ['direct'] },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
      tool_choice: { type: 'tool', name: 'now', disable_parallel_tool_use: true },
    });
    expect(tools).toEqual([
      { type: 'function', name: 'now', description: 'Time.', parameters: { type: 'object' }, strict: true, cache: {} },
      { type: 'function', name: 'later', parameters: { type: 'object' } },
      { type: 'other', dialect: 'anthropic', kind: 'web_search_20250305', value: { type: 'web_search_20250305', name: 'web_search' } },
    ]);
    expect(options).toMatchObject({ toolChoice: { type: 'tool', name: 'now' }, parallelToolCalls: false });
    expect(losses).toEqual(['tools[1].defer_loading']);
    expect(read({ tool_choice: { type: 'any' } }).options.toolChoice).toEqual({ type: 'required' });
  });
});

describe('blocks', () => {
  it('of users are read', () => {
    const { messages, losses } = blocksOf(
      'user',
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
        title: 't',
        context: 'c',
        citations: { enabled: true },
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a' }, { type: 'image' }] } },
      { type: 'search_result', source: 'https://example.com', title: 'Found', content: [{ type: 'text', text: 'b' }] },
      { type: 'container_upload', file_id: 'file_1' },
    );
    expect(messages[0]!.content).toEqual([
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } },
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'application/pdf', data: 'AAAA' },
        name: 't',
        context: 'c',
        citations: true,
      },
      { type: 'document', source: { type: 'text', text: 'words' } },
      { type: 'document', source: { type: 'text', text: 'a' } },
      { type: 'document', source: { type: 'text', text: 'b' }, name: 'Found', context: 'https://example.com' },
      { type: 'other', dialect: 'anthropic', kind: 'container_upload', value: { type: 'container_upload', file_id: 'file_1' } },
    ]);
    expect(losses).toEqual(['messages[0].content[4].source.content[1]']);
  });

  it('have fields that nobody knows named', () => {
    expect(blocksOf('user', { type: 'text', text: 'a', mood: 'sad' }).losses).toEqual(['messages[0].content[0].mood']);
  });

  it('of results are read, whole or in blocks', () => {
    const { messages, losses } = blocksOf(
      'user',
      { type: 'tool_result', tool_use_id: 'a', content: 'sun' },
      {
        type: 'tool_result',
        tool_use_id: 'b',
        is_error: true,
        content: [
          { type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } },
          { type: 'browser_state', tabs: [] },
        ],
      },
      { type: 'tool_result', tool_use_id: 'c' },
    );
    expect(messages[0]!.content).toEqual([
      { type: 'tool-result', callId: 'a', content: [{ type: 'text', text: 'sun' }] },
      {
        type: 'tool-result',
        callId: 'b',
        isError: true,
        content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } }],
      },
      { type: 'tool-result', callId: 'c', content: [] },
    ]);
    expect(losses).toEqual(['messages[0].content[1].content[1]']);
  });

  it('of calls name who called, where that was not the model itself', () => {
    const call = { type: 'tool_use', id: 'a', name: 'now', input: {} };
    const code = { type: 'code_execution_20250825', tool_id: 'srvtoolu_1' };
    expect(blocksOf('assistant', { ...call, caller: { type: 'direct' } }, { ...call, id: 'b', caller: code }).losses).toEqual([
      'messages[0].content[1].caller',
    ]);
  });

  it('of a search for tools say what it found, since all tools are at hand anyway', () => {
    const content = [{ type: 'tool_reference', tool_name: 'get_weather' }];
    const { messages, losses } = blocksOf('user', { type: 'tool_result', tool_use_id: 'a', content });
    expect(messages[0]!.content).toEqual([
      { type: 'tool-result', callId: 'a', content: [{ type: 'text', text: 'Found the tool get_weather.' }] },
    ]);
    expect(losses).toEqual([]);
  });

  it('of the model are read, with the signatures of whoever signed', () => {
    const { messages } = blocksOf(
      'assistant',
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'thinking', thinking: 'well', signature: 'openai-responses:enc:rypted' },
      { type: 'thinking', thinking: 'plain', signature: '' },
      { type: 'redacted_thinking', data: 'bedrock:data' },
      { type: 'tool_use', id: 'a', name: 'now', input: { zone: 'UTC' } },
      { type: 'thinking', thinking: '', signature: 'google+:thought' },
      { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
    );
    expect(messages[0]!.content).toEqual([
      { type: 'reasoning', text: 'hm', signature: { dialect: 'anthropic', value: 'sig' } },
      { type: 'reasoning', text: 'well', signature: { dialect: 'openai-responses', value: 'enc:rypted' } },
      { type: 'reasoning', text: 'plain' },
      { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'bedrock', value: 'data' } },
      {
        type: 'tool-call',
        id: 'a',
        name: 'now',
        kind: 'function',
        arguments: '{"zone":"UTC"}',
        signature: { dialect: 'google', value: 'thought' },
      },
      {
        type: 'other',
        dialect: 'anthropic',
        kind: 'server_tool_use',
        value: { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      },
    ]);
  });
});

describe('a bad request', () => {
  it.each([
    [{ model: undefined }, 'model'],
    [{ model: 7 }, 'model'],
    [{ max_tokens: undefined }, 'max_tokens'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ messages: [] }, 'messages'],
    [{ messages: ['Hi'] }, 'messages[0]'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'x' } }] }] }, 'messages[0].content[0].source.type'],
    [{ messages: [{ role: 'user', content: [{ type: 'tool_result' }] }] }, 'messages[0].content[0].tool_use_id'],
    [{ messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a' }] }] }, 'messages[0].content[0].name'],
    [{ system: 7 }, 'system'],
    [{ temperature: 1.5 }, 'temperature'],
    [{ stop_sequences: [1] }, 'stop_sequences[0]'],
    [{ tools: [{ name: 'x' }] }, 'tools[0].input_schema'],
    [{ tool_choice: { type: 'some' } }, 'tool_choice.type'],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
    [{ thinking: {} }, 'thinking.type'],
    [{ output_config: { effort: 'constructor' } }, 'output_config.effort'],
    [{ service_tier: 'flex' }, 'service_tier'],
    [{ cache_control: { type: 'ephemeral', ttl: '2d' } }, 'cache_control.ttl'],
  ])('%j is refused by the name of the field', (over, param) => {
    expect(() => read(over)).toThrow(expect.objectContaining({ name: 'RequestError', param, message: expect.stringContaining(param) }));
  });

  it('never breaks the reader, whatever it is', () => {
    const block = fc.record({
      type: fc.constantFrom('text', 'image', 'document', 'tool_use', 'tool_result', 'thinking', 'x'),
      source: fc.jsonValue(),
    });
    const message = fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: fc.oneof(fc.jsonValue(), fc.array(block)) });
    const fields = [
      'system',
      'tools',
      'tool_choice',
      'thinking',
      'output_config',
      'metadata',
      'stop_sequences',
      'cache_control',
      '__proto__',
    ];
    const body = fc.tuple(fc.array(message), fc.constantFrom(...fields), fc.jsonValue());
    fc.assert(
      fc.property(body, ([messages, field, value]) => {
        const json = JSON.parse(`{"model":"m","max_tokens":1,"messages":${JSON.stringify(messages)},"${field}":${JSON.stringify(value)}}`);
        try {
          expect(anthropicSurface.readRequest(json, new Losses()).model).toBe('m');
        } catch (error) {
          expect(error).toBeInstanceOf(RequestError);
        }
      }),
    );
  });
});

it('a request that was read is written with the same meaning', () => {
  const body = {
    model: 'claude-sonnet-4-5',
    max_tokens: 4000,
    system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } }],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: '', signature: 'sig' },
          { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'sun' }] }] },
    ],
    tools: [{ name: 'now', input_schema: { type: 'object', properties: {} } }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 2000 },
    stop_sequences: ['END'],
    metadata: { user_id: 'u1' },
    service_tier: 'auto',
    stream: true,
  };
  const losses = new Losses();
  const request = anthropicSurface.readRequest(body, losses);
  expect(anthropicProvider.writeRequest(request, { losses, nameOf: anthropicSurface.nameOf })).toEqual(body);
  expect(losses.names).toEqual([]);
});
