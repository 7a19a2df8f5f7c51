import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/chat/answer.ts';
import { foldEvents } from '../../../src/chat/fold.ts';
import { openAiResponsesSurface as surface } from '../../../src/dialects/openai-responses/dialect.ts';
import { eventsOf, headOf, read, streamOf, withClient } from './support.ts';

const choice = 0;
const usage = { inputTokens: 12, outputTokens: 9, cachedInputTokens: 4, reasoningTokens: 3 };
const words = (type: 'text' | 'refusal', ...texts: string[]): ChatEvent[] => [
  { type: 'open', choice, block: { type } },
  ...texts.map((text) => ({ type: 'delta', choice, text }) as const),
  { type: 'close', choice },
];

/** Thoughts with a signature, text, and two calls, of which the one has no arguments and the other a signature. */
const RICH: ChatEvent[] = [
  { type: 'start', id: 'x', model: 'upstream-model' },
  { type: 'open', choice, block: { type: 'reasoning' } },
  { type: 'delta', choice, text: 'Let me ' },
  { type: 'delta', choice, text: 'think' },
  { type: 'signature', choice, signature: { dialect: 'anthropic', value: 'c2ln' } },
  { type: 'close', choice },
  ...words('text', 'Hello', ' wörld 🦊'),
  { type: 'open', choice, block: { type: 'tool-call', id: 'toolu_1', name: 'now', kind: 'function' } },
  { type: 'close', choice },
  { type: 'open', choice, block: { type: 'tool-call', id: 'toolu_1', name: 'weather', kind: 'function' } },
  { type: 'delta', choice, text: '{"city":' },
  { type: 'delta', choice, text: '"Oslo"}' },
  { type: 'signature', choice, signature: { dialect: 'google', value: 'Z3Nn' } },
  { type: 'close', choice },
  { type: 'finish', choice, reason: 'tool-calls' },
  { type: 'usage', usage },
];

describe('a stream', () => {
  it('has the events of the API in its order, each with a number that rises by one', () => {
    const sent = eventsOf(streamOf(RICH));
    expect(sent.map(({ type }) => type.replace('response.', ''))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'output_item.done',
      'completed',
    ]);
    expect(sent.map((event) => event.sequence_number)).toEqual(sent.map((_, index) => index));
  });

  it('is read by the client of the vendor', async () => {
    const response = await withClient('text/event-stream', streamOf(RICH), (client) =>
      client.responses.stream({ model: 'house-model', input: 'hi' }).finalResponse(),
    );
    expect(response).toMatchObject({
      status: 'completed',
      model: 'house-model',
      output_text: 'Hello wörld 🦊',
      usage: { total_tokens: 21 },
    });
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call', 'function_call', 'reasoning']);
    const [, , now, weather] = response.output;
    expect(now).toMatchObject({
      name: 'now',
      arguments: '{}',
      status: 'completed',
      id: expect.stringMatching(/^fc_/),
      call_id: expect.stringMatching(/^call_/),
    });
    expect(weather).toMatchObject({ name: 'weather', arguments: '{"city":"Oslo"}' });
    expect((now as { call_id: string }).call_id).not.toBe((weather as { call_id: string }).call_id);
  });

  it('of JSON is parsed by the client, though it came in several blocks', async () => {
    const events: ChatEvent[] = [...words('text', '{"a":'), ...words('text', '1}'), { type: 'finish', choice, reason: 'stop' }];
    const text = { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } } } as const;
    const response = await withClient('text/event-stream', streamOf(events, headOf({ text })), (client) =>
      client.responses.stream({ model: 'house-model', input: 'hi', text }).finalResponse(),
    );
    expect(response.output_parsed).toEqual({ a: 1 });
  });

  it('is read by the client though the provider gave an id twice', async () => {
    const value = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    const search: ChatEvent = { type: 'block', choice, block: { type: 'other', dialect: 'openai-responses', kind: value.type, value } };
    const thought: ChatEvent[] = [
      { type: 'open', choice, block: { type: 'reasoning', id: 'rs_1' } },
      { type: 'delta', choice, text: 'Hm' },
      { type: 'close', choice },
    ];
    const events: ChatEvent[] = [...thought, search, ...thought, search, { type: 'finish', choice, reason: 'stop' }];
    const response = await withClient('text/event-stream', streamOf(events), (client) =>
      client.responses.stream({ model: 'house-model', input: 'hi' }).finalResponse(),
    );
    expect(response.output.slice(0, 2)).toMatchObject([{ id: 'rs_1' }, { id: 'ws_1' }]);
    expect(new Set(response.output.map(({ id }) => id)).size).toBe(4);
  });

  it('of an answer that was refused or cut is read by the client', async () => {
    const events: ChatEvent[] = [
      ...words('text', 'Well'),
      ...words('refusal', 'I ', 'cannot'),
      { type: 'finish', choice, reason: 'length' },
    ];
    const response = await withClient('text/event-stream', streamOf(events), (client) =>
      client.responses.stream({ model: 'house-model', input: 'hi' }).finalResponse(),
    );
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [
        {
          status: 'incomplete',
          content: [
            { type: 'output_text', text: 'Well' },
            { type: 'refusal', refusal: 'I cannot' },
          ],
        },
      ],
    });
  });

  it('of a custom tool has its input', async () => {
    const events: ChatEvent[] = [
      { type: 'open', choice, block: { type: 'tool-call', id: 'c', name: 'shell', kind: 'custom' } },
      { type: 'delta', choice, text: 'ls' },
      { type: 'close', choice },
      { type: 'finish', choice, reason: 'tool-calls' },
    ];
    const response = await withClient('text/event-stream', streamOf(events), (client) =>
      client.responses.stream({ model: 'house-model', input: 'hi' }).finalResponse(),
    );
    expect(response.output).toMatchObject([{ type: 'custom_tool_call', name: 'shell', input: 'ls', id: expect.stringMatching(/^ctc_/) }]);
  });

  it('that failed ends with error and response.failed, which keep what had come', async () => {
    const writer = surface.writeStream(headOf());
    const begun = RICH.slice(0, 8)
      .map((event) => writer.write(event))
      .join('');
    const bytes =
      begun +
      writer.fail({
        status: 502,
        message: 'The provider broke off.',
        type: 'server_error',
        code: 'upstream_error',
        param: null,
        requestId: 'r',
      });
    expect(eventsOf(bytes).slice(-2)).toMatchObject([
      { type: 'error', code: 'upstream_error', message: 'The provider broke off.', error: { message: 'The provider broke off.' } },
      {
        type: 'response.failed',
        response: {
          status: 'failed',
          error: { code: 'server_error' },
          output: [{ type: 'reasoning' }, { type: 'message', status: 'incomplete', content: [{ text: 'Hello' }] }],
        },
      },
    ]);
    await expect(
      withClient('text/event-stream', bytes, (client) => client.responses.stream({ model: 'm', input: 'hi' }).finalResponse()),
    ).rejects.toThrow('The provider broke off.');
  });

  it('that failed before it began still names a response', () => {
    const writer = surface.writeStream(headOf());
    const sent = eventsOf(
      writer.fail({ status: 429, message: 'Slow down.', type: 'rate_limit_error', code: null, param: null, requestId: 'r' }),
    );
    expect(sent.map(({ type }) => type)).toEqual(['response.created', 'response.in_progress', 'error', 'response.failed']);
    expect(sent[3]).toMatchObject({ response: { error: { code: 'rate_limit_exceeded' } } });
  });

  it('that another vendor broke off ends in words of OpenAI, and with a code of its closed list', () => {
    const error = { status: 502, message: 'm', type: 'RESOURCE_EXHAUSTED', code: null, param: null, requestId: 'r' };
    const [, , event, failed] = eventsOf(surface.writeStream(headOf()).fail(error));
    expect(event).toMatchObject({ type: 'error', code: 'RESOURCE_EXHAUSTED', error: { type: 'rate_limit_error' } });
    expect(failed).toMatchObject({ type: 'response.failed', response: { error: { code: 'rate_limit_exceeded', message: 'm' } } });
    const broken = { ...error, type: 'api_error', code: 'provider_stream_broken' };
    const [, , , last] = eventsOf(surface.writeStream(headOf()).fail(broken));
    expect(last).toMatchObject({ type: 'response.failed', response: { error: { code: 'server_error' } } });
  });

  it('tells of annotations where they stand in the whole text', () => {
    const events: ChatEvent[] = [
      ...words('text', 'Intro. '),
      { type: 'open', choice, block: { type: 'text' } },
      { type: 'delta', choice, text: 'Cited' },
      { type: 'citation', choice, citation: { url: 'https://example.com', title: 'Ex' } },
      { type: 'citation', choice, citation: { text: 'a page of a document' } },
      { type: 'close', choice },
      { type: 'finish', choice, reason: 'stop' },
    ];
    const head = headOf();
    const sent = eventsOf(streamOf(events, head));
    expect(sent.find(({ type }) => type === 'response.output_text.annotation.added')).toMatchObject({
      annotation_index: 0,
      annotation: { type: 'url_citation', url: 'https://example.com', title: 'Ex', start_index: 7, end_index: 12 },
    });
    expect(head.losses.names).toEqual(['output[].content[].annotations']);
  });

  it('gives back annotations of this dialect, but for their place where the text before them grew', () => {
    const value = { type: 'url_citation', url: 'https://example.com', title: 'Ex', start_index: 0, end_index: 2 };
    const citation = { url: value.url, title: 'Ex', start: 0, end: 2, original: { dialect: 'openai-responses', value } } as const;
    const cited: ChatEvent[] = [
      { type: 'open', choice, block: { type: 'text' } },
      { type: 'delta', choice, text: 'abc' },
      { type: 'citation', choice, citation },
      { type: 'close', choice },
    ];
    const annotations = eventsOf(streamOf([...cited, ...cited, { type: 'finish', choice, reason: 'stop' }])).flatMap(
      (event) => event['annotation'] ?? [],
    );
    expect(annotations).toEqual([value, { ...value, start_index: 3, end_index: 5 }]);
  });

  it('makes no message of text that stays empty, but keeps its signature', () => {
    const events: ChatEvent[] = [
      { type: 'open', choice, block: { type: 'text' } },
      { type: 'signature', choice, signature: { dialect: 'google', value: 'Z3Nn' } },
      { type: 'close', choice },
      { type: 'finish', choice, reason: 'stop' },
    ];
    const { response } = eventsOf(streamOf(events)).at(-1) as unknown as { response: { output: unknown[] } };
    expect(response.output).toMatchObject([{ type: 'reasoning', encrypted_content: 'google@text:Z3Nn' }]);
  });
});

describe('a whole answer', () => {
  it('is the response that the stream ends with', () => {
    const { response } = eventsOf(streamOf(RICH)).at(-1) as unknown as { response: { output: { type: string }[] } };
    const whole = surface.writeAnswer(foldEvents(RICH), headOf()) as { output: { type: string }[] };
    const nameless = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(/[a-z]+_0{20}\d+/g, 'id'));
    expect(nameless(whole)).toEqual(nameless(response));
  });

  it('echoes the settings of the request as the API does', () => {
    const tools = [{ type: 'function', name: 'f' }];
    const head = headOf({ temperature: 0.3, tools, reasoning: { effort: 'low' }, store: true, metadata: { a: 'b' }, instructions: null });
    expect(
      surface.writeAnswer({ id: '', model: '', choices: [{ content: [{ type: 'text', text: 'x' }], finish: 'stop' }], usage }, head),
    ).toEqual({
      id: expect.stringMatching(/^resp_/),
      object: 'response',
      created_at: 1_700_000_000,
      status: 'completed',
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      model: 'house-model',
      output: [
        {
          id: expect.stringMatching(/^msg_/),
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'x', annotations: [], logprobs: [] }],
        },
      ],
      parallel_tool_calls: true,
      previous_response_id: null,
      prompt_cache_key: null,
      reasoning: { effort: 'low', summary: null },
      safety_identifier: null,
      service_tier: 'default',
      store: false,
      temperature: 0.3,
      text: { format: { type: 'text' }, verbosity: 'medium' },
      tool_choice: 'auto',
      tools,
      top_logprobs: 0,
      top_p: 1,
      truncation: 'disabled',
      usage: {
        input_tokens: 12,
        input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
        output_tokens: 9,
        output_tokens_details: { reasoning_tokens: 3 },
        total_tokens: 21,
      },
      user: null,
      metadata: { a: 'b' },
    });
  });

  it('does not repeat access to other servers', () => {
    const mcp = { type: 'mcp', server_label: 's', server_url: 'https://example.com' };
    const head = headOf({ tools: [{ ...mcp, authorization: 'secret', headers: { 'x-key': 'secret' } }] });
    expect(surface.writeAnswer({ id: '', model: '', choices: [] }, head)).toMatchObject({ tools: [mcp] });
    expect(JSON.stringify(surface.writeAnswer({ id: '', model: '', choices: [] }, head))).not.toContain('secret');
  });

  it('is read by the client of the vendor', async () => {
    const bytes = JSON.stringify(surface.writeAnswer(foldEvents(RICH), headOf()));
    const response = await withClient('application/json', bytes, (client) => client.responses.create({ model: 'm', input: 'hi' }));
    expect(response.output_text).toBe('Hello wörld 🦊');
  });

  it('that says its refusal itself is completed, as in the API', () => {
    const refused = { content: [{ type: 'refusal', text: 'No' } as const], finish: 'refusal' as const };
    expect(surface.writeAnswer({ id: '', model: '', choices: [refused] }, headOf())).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'refusal', refusal: 'No' }] }],
    });
  });

  it('has log probabilities with its text', () => {
    const entry = { token: 'x', bytes: [120], logprob: -0.1, top_logprobs: [] };
    const answer = {
      id: '',
      model: '',
      choices: [{ content: [{ type: 'text', text: 'x' } as const], finish: 'stop' as const, logprobs: { content: [entry] } }],
    };
    expect(surface.writeAnswer(answer, headOf())).toMatchObject({ output: [{ content: [{ logprobs: [entry] }] }] });
    const call = { type: 'tool-call', id: 'a', name: 'now', kind: 'function', arguments: '{}' } as const;
    const [choice] = answer.choices;
    const followed = { ...answer, choices: [{ ...choice!, content: [...choice!.content, call] }] };
    expect(surface.writeAnswer(followed, headOf())).toMatchObject({ output: [{ content: [{ logprobs: [entry] }] }, { name: 'now' }] });
  });

  it.each([
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['pause', 'incomplete', { reason: 'max_output_tokens' }],
    ['content-filter', 'incomplete', { reason: 'content_filter' }],
    ['refusal', 'incomplete', { reason: 'content_filter' }],
    ['error', 'failed', null],
    ['stop-sequence', 'completed', null],
  ] as const)('that ended by %s is %s', (finish, status, details) => {
    const answer = surface.writeAnswer({ id: '', model: '', choices: [{ content: [], finish }] }, headOf());
    expect(answer).toMatchObject({
      status,
      incomplete_details: details,
      error: status === 'failed' ? { code: 'server_error' } : null,
      usage: null,
    });
  });

  it('sent back as input has its signatures where the provider had put them', () => {
    const { output } = surface.writeAnswer(foldEvents(RICH), headOf()) as { output: unknown[] };
    const [turn] = read({ input: output }).request.messages;
    expect(turn?.content).toMatchObject([
      { type: 'reasoning', text: 'Let me think', signature: { dialect: 'anthropic', value: 'c2ln' } },
      { type: 'text', text: 'Hello wörld 🦊' },
      { type: 'tool-call', name: 'now' },
      { type: 'tool-call', name: 'weather', signature: { dialect: 'google', value: 'Z3Nn' } },
    ]);
    expect(turn?.content).toHaveLength(4);
  });

  it('sent back as input tells thoughts that are hidden from those that are empty', () => {
    const thought = (value: string, more = {}) =>
      ({ type: 'reasoning', text: '', signature: { dialect: 'anthropic', value }, ...more }) as const;
    const content = [thought('c2ln'), thought('ZGF0YQ==', { redacted: true })];
    const { output } = surface.writeAnswer({ id: '', model: '', choices: [{ content, finish: 'stop' }] }, headOf()) as {
      output: unknown[];
    };
    expect(output).toMatchObject([{ encrypted_content: 'anthropic:c2ln' }, { encrypted_content: 'anthropic@redacted:ZGF0YQ==' }]);
    const blocks = read({ input: output }).request.messages[0]?.content;
    expect(blocks).toEqual(content.map((block) => ({ ...block, id: expect.stringMatching(/^rs_/) as string })));
  });

  it('names further choices and blocks that there is no item for', () => {
    const head = headOf();
    const other = { type: 'other', dialect: 'anthropic', kind: 'server_tool_use', value: {} } as const;
    surface.writeAnswer(
      {
        id: '',
        model: '',
        choices: [
          { content: [other], finish: 'stop' },
          { content: [], finish: 'stop' },
        ],
      },
      head,
    );
    expect(head.losses.names).toEqual(['output[].server_tool_use', 'choices']);
  });

  it('has pictures as the items of their own that they are', () => {
    const image = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' } } as const;
    expect(surface.writeAnswer({ id: '', model: '', choices: [{ content: [image], finish: 'stop' }] }, headOf())).toMatchObject({
      output: [{ type: 'image_generation_call', status: 'completed', result: 'AAAA' }],
    });
  });
});

it('an error has the form of the API', () => {
  expect(surface.writeError({ status: 400, message: 'm', type: 'invalid_request_error', code: 'c', param: 'p', requestId: 'r' })).toEqual({
    error: { message: 'm', type: 'invalid_request_error', code: 'c', param: 'p' },
  });
  const foreign = { status: 403, message: 'm', type: 'permission_error', code: 'c', param: null, requestId: 'r' };
  expect(surface.writeError(foreign)).toMatchObject({ error: { type: 'invalid_request_error', code: 'c' } });
});
