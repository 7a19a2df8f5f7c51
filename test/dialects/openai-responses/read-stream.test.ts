import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/chat/answer.ts';
import { foldEvents } from '../../../src/chat/fold.ts';
import { openAiResponsesProvider as provider } from '../../../src/dialects/openai-responses/dialect.ts';
import { streamOf } from './support.ts';

type Read = { events: ChatEvent[]; complete: boolean };

function readBytes(bytes: Buffer, cuts: readonly number[] = []): Read {
  const reader = provider.readStream();
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const events = edges.slice(1).flatMap((edge, index) => reader.push(bytes.subarray(edges[index], edge)));
  const end = reader.end();
  return { events: [...events, ...end.events], complete: end.complete };
}

const sse = (events: readonly Record<string, unknown>[]): Buffer =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
const readEvents = (...events: Record<string, unknown>[]): Read => readBytes(sse(events));

const created = { type: 'response.created', response: { id: 'resp_1', model: 'gpt-5', output: [], usage: null } };
const usage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 6,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 16,
};
const completed = { type: 'response.completed', response: { id: 'resp_1', model: 'gpt-5', status: 'completed', output: [], usage } };
const USAGE = { inputTokens: 10, outputTokens: 6, cachedInputTokens: 4, reasoningTokens: 2 };

const message = (index: number, text: string): Record<string, unknown>[] => [
  { type: 'response.output_item.added', output_index: index, item: { type: 'message', id: `msg_${index}`, content: [] } },
  {
    type: 'response.output_text.delta',
    output_index: index,
    content_index: 0,
    item_id: `msg_${index}`,
    delta: text,
    obfuscation: 'xx',
    logprobs: [],
  },
  { type: 'response.output_text.done', output_index: index, content_index: 0, item_id: `msg_${index}`, text },
  {
    type: 'response.output_item.done',
    output_index: index,
    item: { type: 'message', id: `msg_${index}`, content: [{ type: 'output_text', text, annotations: [] }] },
  },
];
const added = (index: number, item: object): Record<string, unknown> => ({ type: 'response.output_item.added', output_index: index, item });
const done = (index: number, item: object): Record<string, unknown> => ({ type: 'response.output_item.done', output_index: index, item });
const args = (index: number, delta: string): Record<string, unknown> => ({
  type: 'response.function_call_arguments.delta',
  output_index: index,
  item_id: 'any',
  delta,
});
const contentOf = ({ events }: Read): unknown => foldEvents(events).choices[0]?.content;

describe('an answer in events', () => {
  it('has its thoughts, text and calls, with the name from output_item.added', () => {
    const read = readEvents(
      created,
      added(0, { type: 'reasoning', id: 'rs_1', summary: [] }),
      { type: 'response.reasoning_summary_part.added', output_index: 0, summary_index: 0, part: { type: 'summary_text', text: '' } },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'One' },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 1, delta: 'Two' },
      done(0, {
        type: 'reasoning',
        id: 'rs_1',
        summary: [
          { type: 'summary_text', text: 'One' },
          { type: 'summary_text', text: 'Two' },
        ],
        encrypted_content: 'enc',
      }),
      ...message(1, 'Hello'),
      added(2, { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '' }),
      args(2, '{"city":'),
      args(2, '"Oslo"}'),
      { type: 'response.function_call_arguments.done', output_index: 2, arguments: '{"city":"Oslo"}' },
      done(2, { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' }),
      completed,
    );
    expect(read.complete).toBe(true);
    expect(foldEvents(read.events)).toEqual({
      id: 'resp_1',
      model: 'gpt-5',
      usage: USAGE,
      choices: [
        {
          finish: 'tool-calls',
          content: [
            { type: 'reasoning', id: 'rs_1', text: 'One\n\nTwo', signature: { dialect: 'openai-responses', value: 'enc' } },
            { type: 'text', text: 'Hello' },
            { type: 'tool-call', id: 'call_1', name: 'weather', kind: 'function', arguments: '{"city":"Oslo"}' },
          ],
        },
      ],
    });
  });

  it('keeps thoughts that are only encrypted', () => {
    const read = readEvents(
      created,
      added(0, { type: 'reasoning', id: 'rs_1' }),
      done(0, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'enc' }),
      completed,
    );
    expect(contentOf(read)).toEqual([
      { type: 'reasoning', id: 'rs_1', text: '', redacted: true, signature: { dialect: 'openai-responses', value: 'enc' } },
    ]);
  });

  it('has reasoning_text where the provider shows the thoughts themselves, once', () => {
    const item = {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'short' }],
      content: [{ type: 'reasoning_text', text: 'Hm, so' }],
    };
    const read = readEvents(
      created,
      added(0, { type: 'reasoning', id: 'rs_1' }),
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'Hm, ' },
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'so' },
      { type: 'response.reasoning_text.done', output_index: 0, content_index: 0, text: 'Hm, so' },
      done(0, item),
      completed,
    );
    expect(contentOf(read)).toEqual([{ type: 'reasoning', id: 'rs_1', text: 'Hm, so' }]);
  });

  it('has what came only with the end of an item', () => {
    const read = readEvents(
      created,
      done(0, {
        type: 'message',
        content: [
          {
            type: 'output_text',
            text: 'Hi',
            annotations: [{ type: 'url_citation', url: 'https://example.com', title: 't', start_index: 0, end_index: 2 }],
          },
        ],
      }),
      added(1, { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '' }),
      done(1, { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1}' }),
      done(2, { type: 'custom_tool_call', call_id: 'call_2', name: 'c', input: 'ls' }),
      completed,
    );
    expect(contentOf(read)).toMatchObject([
      { type: 'text', text: 'Hi', citations: [{ url: 'https://example.com', start: 0, end: 2 }] },
      { type: 'tool-call', name: 'f', arguments: '{"a":1}' },
      { type: 'tool-call', name: 'c', arguments: 'ls', kind: 'custom' },
    ]);
  });

  it('has what came only with the end of the answer', () => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }];
    const read = readEvents(created, { ...completed, response: { ...completed.response, output } });
    expect([read.complete, contentOf(read)]).toEqual([true, [{ type: 'text', text: 'Hi' }]]);
    expect(read.events.filter(({ type }) => type === 'start')).toHaveLength(1);
  });

  it('has each annotation once', () => {
    const annotation = { type: 'url_citation', url: 'https://example.com', title: 't', start_index: 0, end_index: 2 };
    const [begin, delta, , end] = message(0, 'Hi') as [object, object, object, object];
    const part = { type: 'output_text', text: 'Hi', annotations: [annotation] };
    const read = readEvents(
      created,
      { ...begin },
      { ...delta },
      { type: 'response.output_text.annotation.added', output_index: 0, content_index: 0, annotation_index: 0, annotation },
      { type: 'response.content_part.done', output_index: 0, content_index: 0, part },
      { ...end, item: { type: 'message', content: [part] } },
      completed,
    );
    expect(contentOf(read)).toEqual([
      {
        type: 'text',
        text: 'Hi',
        citations: [
          { url: 'https://example.com', title: 't', start: 0, end: 2, original: { dialect: 'openai-responses', value: annotation } },
        ],
      },
    ]);
  });

  it('keeps calls whole that come at the same time', () => {
    const read = readEvents(
      created,
      added(0, { type: 'function_call', call_id: 'call_1', name: 'f' }),
      added(1, { type: 'function_call', call_id: 'call_2', name: 'g' }),
      args(0, '{"a"'),
      args(1, '{"b"'),
      args(0, ':1}'),
      args(1, ':2}'),
      done(1, { type: 'function_call', call_id: 'call_2', name: 'g', arguments: '{"b":2}' }),
      done(0, { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1}' }),
      completed,
    );
    expect(contentOf(read)).toMatchObject([
      { name: 'f', arguments: '{"a":1}' },
      { name: 'g', arguments: '{"b":2}' },
    ]);
  });

  it('lets text go on while thoughts end late', () => {
    const [begin, delta, doneText, end] = message(1, 'Hi there') as [object, object, object, object];
    const read = readEvents(
      created,
      added(0, { type: 'reasoning', id: 'rs_1' }),
      { type: 'response.reasoning_text.delta', output_index: 0, content_index: 0, delta: 'Hm' },
      { ...begin },
      { ...delta, delta: 'Hi ' },
      { type: 'response.reasoning_text.done', output_index: 0, content_index: 0, text: 'Hm' },
      done(0, { type: 'reasoning', id: 'rs_1', content: [{ text: 'Hm' }] }),
      { ...delta, delta: 'there' },
      { ...doneText },
      { ...end },
      completed,
    );
    expect(contentOf(read)).toEqual([
      { type: 'reasoning', id: 'rs_1', text: 'Hm' },
      { type: 'text', text: 'Hi there' },
    ]);
  });

  it('holds tools that ran at the provider as they are', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } };
    const read = readEvents(
      created,
      added(0, { ...search, status: 'in_progress' }),
      { type: 'response.web_search_call.searching', output_index: 0 },
      done(0, search),
      ...message(1, 'Hi'),
      completed,
    );
    expect(contentOf(read)).toEqual([
      { type: 'other', dialect: 'openai-responses', kind: 'web_search_call', value: search },
      { type: 'text', text: 'Hi' },
    ]);
  });

  it('that was refused ends by refusal', () => {
    const read = readEvents(
      created,
      { type: 'response.refusal.delta', output_index: 0, content_index: 0, delta: 'No' },
      { type: 'response.refusal.done', output_index: 0, content_index: 0, refusal: 'No.' },
      completed,
    );
    expect(foldEvents(read.events).choices).toEqual([{ content: [{ type: 'refusal', text: 'No.' }], finish: 'refusal' }]);
  });

  it('has its log probabilities in one list', () => {
    const entry = (token: string): object => ({ token, logprob: -1, bytes: [], top_logprobs: [] });
    const delta = (token: string): Record<string, unknown> => ({
      type: 'response.output_text.delta',
      output_index: 0,
      content_index: 0,
      delta: token,
      logprobs: [entry(token)],
    });
    const read = readEvents(
      created,
      delta('a'),
      delta('b'),
      done(0, { type: 'message', content: [{ type: 'output_text', text: 'ab', logprobs: [entry('a'), entry('b')] }] }),
      completed,
    );
    expect(foldEvents(read.events).choices[0]?.logprobs).toEqual({ content: [entry('a'), entry('b')], refusal: null });
  });
});

describe('the end', () => {
  it('by incomplete has its reason and its usage', () => {
    const end = (reason: string): Record<string, unknown> => ({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason }, usage },
    });
    for (const [reason, finish] of [
      ['max_output_tokens', 'length'],
      ['content_filter', 'content-filter'],
    ] as const) {
      const read = readEvents(created, ...message(0, 'Hi'), end(reason));
      expect(read.complete).toBe(true);
      expect(foldEvents(read.events)).toMatchObject({ usage: USAGE, choices: [{ finish }] });
    }
  });

  it('by error and then response.failed is one error, after the usage', () => {
    const failed = {
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'insufficient_quota', message: 'No money left.' }, usage },
    };
    const error = {
      type: 'error',
      error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'No money left.', param: null },
    };
    const expected = [
      { type: 'usage', usage: USAGE },
      { type: 'error', error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'No money left.' } },
    ];
    const read = readEvents(created, error, failed);
    expect(read).toEqual({ events: [{ type: 'start', id: 'resp_1', model: 'gpt-5' }, ...expected], complete: false });
    expect(readEvents(created, failed).events.at(-1)).toMatchObject({
      type: 'error',
      error: { code: 'insufficient_quota', message: 'No money left.' },
    });
  });

  it('by an error alone, in the form of the documentation, is an error', () => {
    expect(readEvents(created, { type: 'error', code: 'server_error', message: 'Oops', param: null }).events.at(-1)).toEqual({
      type: 'error',
      error: { type: null, code: 'server_error', message: 'Oops' },
    });
  });

  it('that never came leaves the answer incomplete, with its block closed', () => {
    const read = readEvents(created, ...message(0, 'Hi').slice(0, 2));
    expect([read.complete, read.events.at(-1)]).toEqual([false, { type: 'close', choice: 0 }]);
  });

  it('is the last that counts', () => {
    const read = readEvents(created, ...message(0, 'Hi'), completed, ...message(1, 'more'), completed);
    expect(contentOf(read)).toEqual([{ type: 'text', text: 'Hi' }]);
    expect(read.events.filter(({ type }) => type === 'finish')).toHaveLength(1);
  });
});

describe('bytes', () => {
  it('give the same events however they are cut, with CRLF, comments, pings and no space after the colon', () => {
    const events = [created, ...message(0, 'Grüße 🦊'), completed].map((event) => `data:${JSON.stringify(event)}`);
    const bytes = Buffer.from(
      `\uFEFF: hello\r\n\r\nevent: ping\r\ndata: {"type":"ping"}\r\n\r\n${events.join('\r\n\r\n')}\r\n\r\ndata: [DONE]\r\n\r\n`,
    );
    const whole = readBytes(bytes);
    expect([whole.complete, contentOf(whole)]).toEqual([true, [{ type: 'text', text: 'Grüße 🦊' }]]);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
        expect(readBytes(bytes, cuts)).toEqual(whole);
      }),
    );
    expect(
      readBytes(
        bytes,
        Array.from({ length: bytes.length }, (_, index) => index),
      ),
    ).toEqual(whole);
  });

  it('that are plain JSON are an error, or the whole answer', () => {
    expect(readBytes(Buffer.from('\n{"error":{"message":"Bad key","type":"invalid_request_error","code":null}}'), [3, 9])).toEqual({
      events: [{ type: 'error', error: { message: 'Bad key', type: 'invalid_request_error', code: null } }],
      complete: false,
    });
    const answer = {
      id: 'resp_1',
      model: 'm',
      status: 'completed',
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }],
      usage,
    };
    const read = readBytes(Buffer.from(JSON.stringify(answer)), [5, 20]);
    expect([read.complete, contentOf(read), foldEvents(read.events).usage]).toEqual([true, [{ type: 'text', text: 'Hi' }], USAGE]);
    expect(readBytes(Buffer.from('{"cut'))).toEqual({ events: [], complete: false });
  });

  it('of anything are no crash', () => {
    const types = [
      'response.created',
      'response.output_item.added',
      'response.output_item.done',
      'response.output_text.delta',
      'response.refusal.delta',
      'response.function_call_arguments.delta',
      'response.reasoning_summary_text.delta',
      'response.completed',
      'error',
    ];
    const event = fc.record(
      {
        type: fc.constantFrom(...types),
        output_index: fc.oneof(fc.nat(2), fc.jsonValue()),
        item: fc.oneof(
          fc.jsonValue(),
          fc.record({
            type: fc.constantFrom('message', 'reasoning', 'function_call', 'x'),
            content: fc.jsonValue(),
            summary: fc.jsonValue(),
            arguments: fc.jsonValue(),
            id: fc.jsonValue(),
          }),
        ),
        delta: fc.jsonValue(),
        response: fc.jsonValue(),
        error: fc.jsonValue(),
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (events) => {
        const { events: read } = readBytes(sse(events));
        let isOpen = false;
        for (const { type } of read) {
          if (type === 'open') expect(isOpen).toBe(false);
          if (type === 'delta' || type === 'close' || type === 'signature') expect(isOpen).toBe(true);
          if (type === 'open' || type === 'close') isOpen = type === 'open';
        }
        expect(isOpen).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('that the writer made are read as what they were made of', () => {
    const events: ChatEvent[] = [
      { type: 'start', id: 'x', model: 'm' },
      { type: 'open', choice: 0, block: { type: 'reasoning' } },
      { type: 'delta', choice: 0, text: 'Hm' },
      { type: 'signature', choice: 0, signature: { dialect: 'openai-responses', value: 'enc' } },
      { type: 'close', choice: 0 },
      { type: 'open', choice: 0, block: { type: 'text' } },
      { type: 'delta', choice: 0, text: 'Hi' },
      { type: 'close', choice: 0 },
      { type: 'open', choice: 0, block: { type: 'tool-call', id: 'c', name: 'f', kind: 'function' } },
      { type: 'close', choice: 0 },
      { type: 'usage', usage: { ...USAGE, cacheWriteTokens: 0 } },
      { type: 'finish', choice: 0, reason: 'tool-calls' },
    ];
    // Names are the writer's own, those of the provider are gone.
    const withoutNames = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (key, inner: unknown) => (['id', 'model'].includes(key) ? undefined : inner)));
    expect(withoutNames(foldEvents(readBytes(Buffer.from(streamOf(events))).events))).toEqual(withoutNames(foldEvents(events)));
  });
});
