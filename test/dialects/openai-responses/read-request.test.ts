import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import { openAiResponsesSurface as surface } from '../../../src/dialects/openai-responses/dialect.ts';
import { read } from './support.ts';

function errorOf(body: Record<string, unknown>): RequestError {
  try {
    read(body);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('input', () => {
  it('may be a string, after instructions that are a system message', () => {
    const { request, losses } = read({ instructions: 'Be brief.', input: 'Hello' });
    expect(request.messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }], at: 'instructions' },
      { role: 'user', content: [{ type: 'text', text: 'Hello' }], at: 'input' },
    ]);
    expect(losses).toEqual([]);
  });

  it('tells of a call that only this dialect has as of any other once its output is one of a function', () => {
    const search = { type: 'tool_search_call', execution: 'client', call_id: 'c', arguments: { queries: ['rates'] }, status: 'completed' };
    const { request } = read({ input: [{ role: 'user', content: 'Hi' }, search, { type: 'function_call_output', call_id: 'c', output: 'Found.' }] });
    expect(request.messages.slice(1).map(({ content }) => content[0])).toEqual([
      { type: 'tool-call', id: 'c', name: 'tool_search', arguments: '{"queries":["rates"]}', kind: 'function' },
      { type: 'tool-result', callId: 'c', content: [{ type: 'text', text: 'Found.' }] },
    ]);
    const alone = read({ input: [{ role: 'user', content: 'Hi' }, search] }).request;
    expect(alone.messages[1]?.content[0]).toMatchObject({ type: 'other', kind: 'tool_search_call' });
  });

  it('takes messages with and without type, and developer as system', () => {
    const { request } = read({
      input: [
        { role: 'developer', content: 'Rules' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
        {
          type: 'message',
          role: 'assistant',
          id: 'msg_1',
          status: 'completed',
          phase: 'final_answer',
          content: [{ type: 'output_text', text: 'Ho', annotations: [] }],
        },
      ],
    });
    expect(request.messages.map(({ role, at }) => [role, at])).toEqual([
      ['system', 'input[0]'],
      ['user', 'input[1]'],
      ['assistant', 'input[2]'],
    ]);
  });

  it('puts the items of one turn of the model into one message', () => {
    const { request, losses } = read({
      input: [
        { role: 'user', content: 'Weather?' },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [
            { type: 'summary_text', text: 'Two' },
            { type: 'summary_text', text: 'parts' },
          ],
          encrypted_content: 'gAAA',
        },
        { role: 'assistant', content: 'Let me see.' },
        { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}', status: 'completed' },
        { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_2', name: 'shell', input: 'ls' },
        { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
        { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'a.txt' }] },
      ],
    });
    expect(request.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        at: 'input[1]',
        content: [
          { type: 'reasoning', text: 'Two\n\nparts', id: 'rs_1', signature: { dialect: 'openai-responses', value: 'gAAA' } },
          { type: 'text', text: 'Let me see.' },
          { type: 'tool-call', id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}', kind: 'function' },
          { type: 'tool-call', id: 'call_2', name: 'shell', arguments: 'ls', kind: 'custom' },
        ],
      },
      { role: 'user', at: 'input[5]', content: [{ type: 'tool-result', callId: 'call_1', content: [{ type: 'text', text: 'rain' }] }] },
      { role: 'user', at: 'input[6]', content: [{ type: 'tool-result', callId: 'call_2', content: [{ type: 'text', text: 'a.txt' }] }] },
    ]);
    expect(losses).toEqual([]);
  });

  it('keeps two messages of the model in a row apart', () => {
    const { request } = read({
      input: [
        { role: 'assistant', content: 'One' },
        { role: 'assistant', content: 'Two' },
      ],
    });
    expect(request.messages.map(({ content }) => content)).toEqual([[{ type: 'text', text: 'One' }], [{ type: 'text', text: 'Two' }]]);
  });

  it('begins a new turn of the model after each result', () => {
    const turn = (id: string): object[] => [
      { type: 'function_call', call_id: id, name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: id, output: 'ok' },
    ];
    const { request } = read({ input: [...turn('call_1'), ...turn('call_2')] });
    expect(request.messages.map(({ role, at }) => [role, at])).toEqual([
      ['assistant', 'input[0]'],
      ['user', 'input[1]'],
      ['assistant', 'input[2]'],
      ['user', 'input[3]'],
    ]);
  });

  it('gives a call without arguments an empty object', () => {
    const { request } = read({ input: [{ type: 'function_call', call_id: 'c', name: 'now', arguments: '' }] });
    expect(request.messages[0]?.content[0]).toMatchObject({ arguments: '{}' });
  });

  it('reads images, files and sound from where they are', () => {
    const { request } = read({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' },
            { type: 'input_image', image_url: 'https://example.com/a.png' },
            { type: 'input_image', file_id: 'file-1' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'BBBB' },
            { type: 'input_file', file_url: 'https://example.com/a.pdf' },
            { type: 'input_audio', input_audio: { data: 'CCCC', format: 'mp3' } },
          ],
        },
      ],
    });
    expect(request.messages[0]?.content).toEqual([
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' }, detail: 'high' },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { type: 'image', source: { type: 'file', id: 'file-1' } },
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'BBBB' }, name: 'a.pdf' },
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'BBBB' }, name: 'a.pdf' },
      { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'CCCC' } },
    ]);
  });

  it('holds what ran at the provider as what it is, on the side that it came from', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    const approval = { type: 'mcp_approval_response', approval_request_id: 'a', approve: true };
    const { request } = read({ input: [search, approval] });
    expect(request.messages).toEqual([
      {
        role: 'assistant',
        at: 'input[0]',
        content: [{ type: 'other', dialect: 'openai-responses', kind: 'web_search_call', value: search }],
      },
      {
        role: 'user',
        at: 'input[1]',
        content: [{ type: 'other', dialect: 'openai-responses', kind: 'mcp_approval_response', value: approval }],
      },
    ]);
  });

  it('unwraps signatures of other dialects, and puts those of calls and text back where they were', () => {
    const { request } = read({
      input: [
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'anthropic:c2ln' },
        { role: 'assistant', content: 'Hm.' },
        { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'google@text:dGV4' },
        { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' },
        { type: 'function_call', call_id: 'call_2', name: 'f', arguments: '{}' },
        { type: 'reasoning', id: 'rs_3', summary: [], encrypted_content: 'google@call_1:Y2Fs' },
      ],
    });
    expect(request.messages[0]?.content).toEqual([
      { type: 'reasoning', text: '', id: 'rs_1', signature: { dialect: 'anthropic', value: 'c2ln' } },
      { type: 'text', text: 'Hm.', signature: { dialect: 'google', value: 'dGV4' } },
      { type: 'tool-call', id: 'call_1', name: 'f', arguments: '{}', kind: 'function', signature: { dialect: 'google', value: 'Y2Fs' } },
      { type: 'tool-call', id: 'call_2', name: 'f', arguments: '{}', kind: 'function' },
    ]);
  });
});

describe('options', () => {
  it('are read by their names', () => {
    const { request, losses } = read({
      stream: true,
      max_output_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 3,
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
      parallel_tool_calls: false,
      metadata: { a: 'b' },
      store: false,
      truncation: 'disabled',
      service_tier: 'flex',
      safety_identifier: 'hash',
      user: 'hash',
      prompt_cache_key: 'key',
      reasoning: { effort: 'low', summary: 'auto' },
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
      background: false,
      previous_response_id: null,
    });
    expect(request.stream).toBe(true);
    expect(request.options).toEqual({
      maxTokens: 50,
      temperature: 0.5,
      topP: 0.9,
      logprobs: true,
      topLogprobs: 3,
      parallelToolCalls: false,
      metadata: { a: 'b' },
      serviceTier: 'flex',
      user: 'hash',
      cacheKey: 'key',
      reasoning: { effort: 'low', visible: true },
      output: { type: 'schema', name: 'n', schema: { type: 'object' }, strict: true },
      verbosity: 'low',
    });
    expect(losses).toEqual([]);
  });

  it('read json_object, and text as no format', () => {
    expect(read({ text: { format: { type: 'json_object' } } }).request.options.output).toEqual({ type: 'json' });
    expect(read({ text: { format: { type: 'text' } } }).request.options).toEqual({});
  });

  it('that change nothing are none', () => {
    expect(read({ top_logprobs: 0, tools: [], include: [], metadata: {}, reasoning: {}, max_output_tokens: null }).request.options).toEqual(
      {},
    );
  });

  it('are those of the body itself only', () => {
    const body = Object.assign(Object.create({ temperature: 2, previous_response_id: 'resp_1' }) as object, { model: 'm', input: 'hi' });
    expect(surface.readRequest(body, new Losses()).options).toEqual({});
  });

  it('read the highest effort as the highest that others know', () => {
    expect(read({ reasoning: { effort: 'max' } }).request.options.reasoning).toEqual({ effort: 'xhigh' });
  });

  it('name what no other dialect can hold', () => {
    const { losses } = read({
      truncation: 'auto',
      max_tool_calls: 3,
      store: true,
      user: 'older',
      safety_identifier: 'newer',
      include: ['file_search_call.results'],
      reasoning: { context: 'all_turns' },
      context_management: [{ type: 'compaction' }],
      tools: [{ type: 'function', name: 'f', defer_loading: true }],
      tool_choice: { type: 'web_search' },
      input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: '{}', caller: { type: 'direct' } }],
    });
    expect([...losses].toSorted()).toEqual([
      'context_management',
      'include[0]',
      'input[0].caller',
      'max_tool_calls',
      'reasoning.context',
      'store',
      'tool_choice',
      'tools[0].defer_loading',
      'truncation',
      'user',
    ]);
  });
});

describe('tools', () => {
  it('are functions, custom tools, and those that run at the provider', () => {
    const search = { type: 'web_search', search_context_size: 'low' };
    const { request, losses } = read({
      tools: [
        { type: 'function', name: 'f', description: null, parameters: { type: 'object' }, strict: false },
        { type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' } },
        search,
      ],
    });
    expect(request.tools).toEqual([
      { type: 'function', name: 'f', parameters: { type: 'object' }, strict: false },
      { type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'lark', definition: 'start: "a"' } },
      { type: 'other', dialect: 'openai-responses', kind: 'web_search', value: search },
    ]);
    expect(losses).toEqual([]);
  });

  it.each([
    ['required', { type: 'required' }],
    [
      { type: 'function', name: 'f' },
      { type: 'tool', name: 'f' },
    ],
    [
      { type: 'custom', name: 'c' },
      { type: 'tool', name: 'c' },
    ],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
      { type: 'allowed', names: ['f'], mode: 'required' },
    ],
  ])('are chosen by %j', (tool_choice, toolChoice) => {
    expect(read({ tool_choice }).request.options.toolChoice).toEqual(toolChoice);
  });

  it('that are allowed but run at the provider are named as lost', () => {
    const tool_choice = { type: 'allowed_tools', tools: [{ type: 'web_search' }, { type: 'function', name: 'f' }] };
    const { request, losses } = read({ tool_choice });
    expect(request.options.toolChoice).toEqual({ type: 'allowed', names: ['f'], mode: 'auto' });
    expect(losses).toEqual(['tool_choice.tools[0]']);
  });
});

describe('what is refused', () => {
  it.each([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id', /whole conversation in input/],
    [{ conversation: 'conv_1' }, 'conversation', /whole conversation in input/],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt', /instructions and input/],
    [{ background: true }, 'background', /stream/],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0]', /whole item.*store is false/],
    [{ input: 7 }, 'input', /string or a list/],
    [{ input: [{ role: 'robot', content: 'x' }] }, 'input[0].role', /user, assistant/],
    [{ input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input[0].content[0]', /image_url/],
    [{ input: [{ type: 'function_call_output', output: 'x' }] }, 'input[0].call_id', /string/],
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools[0].function', /beside type/],
    [{ text: { format: { type: 'json_schema', name: 'n' } } }, 'text.format.schema', /JSON Schema/],
    [{ temperature: 'hot' }, 'temperature', /number/],
    [{ reasoning: { effort: 'huge' } }, 'reasoning.effort', /minimal/],
    [{ metadata: { a: 1 } }, 'metadata', /strings/],
  ])('%j is refused with the field and the fix', (body, param, message) => {
    const error = errorOf(body);
    expect(error.param).toBe(param);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(param);
  });

  it('is never a crash', () => {
    const names = [
      'model',
      'input',
      'type',
      'role',
      'content',
      'output',
      'tools',
      'tool_choice',
      'text',
      'format',
      'reasoning',
      'include',
      '__proto__',
      'summary',
    ];
    const words = [
      'message',
      'reasoning',
      'function_call',
      'input_text',
      'input_image',
      'user',
      'assistant',
      'allowed_tools',
      'json_schema',
      'custom',
    ];
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(...words),
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), tree), (body) => {
        try {
          surface.readRequest(JSON.parse(JSON.stringify({ model: 'm', ...body })) as Record<string, unknown>, new Losses());
        } catch (error) {
          if (!(error instanceof RequestError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

it('a tool that a search has found is declared once, though the input declares it again', () => {
  const tool = (name: string): object => ({ type: 'function', name, parameters: { type: 'object' } });
  const found = { type: 'additional_tools', role: 'developer', tools: [tool('found'), tool('other')] };
  const { request } = read({ model: 'm', input: [{ role: 'user', content: 'a' }, found], tools: [tool('ready'), tool('found')] });
  expect(request.tools.map((one) => one.type !== 'other' && one.name)).toEqual(['ready', 'found', 'other']);
});

it('pictures that a model made come back as such, and every block is named by where its caller wrote it', () => {
  const losses = new Losses();
  const input = [
    { role: 'user', content: 'Draw.' },
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A' }, { type: 'output_text', text: 'B' }] },
    { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'iVBO' },
    { type: 'web_search_call', id: 'ws_1', status: 'completed' },
  ];
  const { messages } = surface.readRequest({ model: 'm', input }, losses);
  expect(messages[1]!.content.map(({ type }) => type)).toEqual(['reasoning', 'text', 'text', 'image', 'other']);
  for (const place of [0, 1, 2, 3, 4]) losses.add(`${messages[1]!.at}.content[${place}]`);
  expect(losses.names).toEqual(['input[1]', 'input[2].content[0]', 'input[2].content[1]', 'input[3]', 'input[4]']);
});

it('a conversation of nothing is refused, one of instructions is not', () => {
  expect(errorOf({ input: [] })).toMatchObject({ param: 'input' });
  expect(read({ input: [], instructions: 'Say hello.' }).request.messages).toMatchObject([{ role: 'system' }]);
});
