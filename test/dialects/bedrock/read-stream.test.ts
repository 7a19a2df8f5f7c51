// ConverseStream: frames cut anywhere, blocks without borders, usage after the end, errors in the middle.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/chat/answer.ts';
import { foldEvents } from '../../../src/chat/fold.ts';
import { event, frame, read } from './converse.ts';

const START = event('messageStart', { role: 'assistant' });
const delta = (contentBlockIndex: number, piece: object): Buffer => event('contentBlockDelta', { contentBlockIndex, delta: piece });
const begin = (contentBlockIndex: number, start: object): Buffer => event('contentBlockStart', { contentBlockIndex, start });
const stop = (contentBlockIndex: number): Buffer => event('contentBlockStop', { contentBlockIndex });
const end = (stopReason: string, more: object = {}): Buffer => event('messageStop', { stopReason, ...more });
const TOKENS = { inputTokens: 3, outputTokens: 4, cacheReadInputTokens: 2, cacheWriteInputTokens: 1 };
const USAGE = event('metadata', { usage: TOKENS, metrics: {} });

const WHOLE = Buffer.concat([
  START,
  delta(0, { reasoningContent: { text: 'Hm' } }),
  delta(0, { reasoningContent: { signature: 'sig' } }),
  stop(0),
  delta(1, { text: 'Grüße ' }),
  delta(1, { text: '🙂' }),
  stop(1),
  begin(2, { toolUse: { toolUseId: 'tooluse_a', name: 'look' } }),
  delta(2, { toolUse: { input: '{"at"' } }),
  delta(2, { toolUse: { input: ':1}' } }),
  stop(2),
  begin(3, { toolUse: { toolUseId: 'tooluse_b', name: 'now' } }),
  delta(3, { toolUse: { input: '' } }),
  stop(3),
  end('tool_use'),
  USAGE,
]);

const at = <E extends object>(rest: E): E & { choice: 0 } => ({ choice: 0, ...rest });
const WHOLE_EVENTS = [
  { type: 'start', id: '', model: '' },
  at({ type: 'open', block: { type: 'reasoning' } }),
  at({ type: 'delta', text: 'Hm' }),
  at({ type: 'signature', signature: { dialect: 'bedrock', value: 'sig' } }),
  at({ type: 'close' }),
  at({ type: 'open', block: { type: 'text' } }),
  at({ type: 'delta', text: 'Grüße ' }),
  at({ type: 'delta', text: '🙂' }),
  at({ type: 'close' }),
  at({ type: 'open', block: { type: 'tool-call', id: 'tooluse_a', name: 'look', kind: 'function' } }),
  at({ type: 'delta', text: '{"at"' }),
  at({ type: 'delta', text: ':1}' }),
  at({ type: 'close' }),
  at({ type: 'open', block: { type: 'tool-call', id: 'tooluse_b', name: 'now', kind: 'function' } }),
  at({ type: 'close' }),
  at({ type: 'finish', reason: 'tool-calls' }),
  { type: 'usage', usage: { inputTokens: 6, outputTokens: 4, cachedInputTokens: 2, reasoningTokens: 0, cacheWriteTokens: 1 } },
];

const contentOf = (...frames: Buffer[]): unknown => foldEvents(read(Buffer.concat(frames)).events).choices[0]?.content;
const errorsOf = (events: ChatEvent[]): unknown[] => events.flatMap((one) => (one.type === 'error' ? [one.error] : []));

describe('a stream', () => {
  it('opens blocks that Bedrock does not announce, and tells usage after the end', () => {
    expect(read(WHOLE)).toEqual({ events: WHOLE_EVENTS, complete: true });
  });

  it('says the same when it is cut at any byte, and at all of them', () => {
    for (let cut = 1; cut < WHOLE.length; cut++) expect(read(WHOLE, [cut]).events, `cut at ${cut}`).toEqual(WHOLE_EVENTS);
    expect(read(WHOLE, Array.from(WHOLE.keys()))).toEqual({ events: WHOLE_EVENTS, complete: true });
  });

  it('says the same however it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        expect(read(WHOLE, cuts)).toEqual({ events: WHOLE_EVENTS, complete: true });
      }),
    );
  });

  it('is not complete without messageStop', () => {
    const { events, complete } = read(Buffer.concat([START, delta(0, { text: 'a' })]));
    expect(complete).toBe(false);
    expect(events.at(-1)).toEqual(at({ type: 'delta', text: 'a' }));
  });

  it('is complete without usage', () => {
    expect(read(Buffer.concat([START, delta(0, { text: 'a' }), end('end_turn')]))).toMatchObject({ complete: true });
  });

  it('that is empty is not complete', () => {
    expect(read(Buffer.alloc(0))).toEqual({ events: [], complete: false });
  });

  it('passes over events that nobody knows, and payloads that are none', () => {
    const odd = [event('ping', {}), frame({ ':event-type': 'contentBlockDelta' }, 'text'), frame({}, {}), event('contentBlockDelta', {})];
    expect(read(Buffer.concat([...odd, WHOLE]))).toEqual({ events: WHOLE_EVENTS, complete: true });
  });

  it('begins also without messageStart', () => {
    expect(read(Buffer.concat([delta(0, { text: 'a' })])).events[0]).toEqual({ type: 'start', id: '', model: '' });
  });
});

describe('blocks', () => {
  it('end where another one goes on, if nothing else says so', () => {
    expect(contentOf(START, delta(0, { text: 'a' }), delta(1, { text: 'b' }), end('end_turn'))).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
  });

  it('may be a thought that is signed and empty', () => {
    expect(contentOf(START, delta(0, { reasoningContent: { signature: 'sig' } }), stop(0), delta(1, { text: 'a' }), stop(1))).toEqual([
      { type: 'reasoning', text: '', signature: { dialect: 'bedrock', value: 'sig' } },
      { type: 'text', text: 'a' },
    ]);
  });

  it('may be a thought with nothing in it, which is none', () => {
    expect(contentOf(START, delta(0, { reasoningContent: {} }), stop(0), delta(1, { text: 'a' }))).toEqual([{ type: 'text', text: 'a' }]);
  });

  it('may be hidden thoughts, whose bytes come in pieces', () => {
    const piece = (text: string): object => ({ reasoningContent: { redactedContent: Buffer.from(text).toString('base64') } });
    const value = Buffer.from('abcde').toString('base64');
    const open = delta(1, { reasoningContent: { text: 'Hm' } });
    expect(contentOf(START, delta(0, piece('ab')), delta(0, piece('cde')), stop(0), open)).toEqual([
      { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'bedrock', value } },
      { type: 'reasoning', text: 'Hm' },
    ]);
  });

  it('may be tools that ran at Bedrock', () => {
    const use = { toolUseId: 'a', name: 'nova_code_interpreter', type: 'server_tool_use' };
    const frames = [
      begin(0, { toolUse: use }),
      delta(0, { toolUse: { input: '{"code":' } }),
      delta(0, { toolUse: { input: '"1"}' } }),
      stop(0),
      begin(1, { toolResult: { toolUseId: 'a', status: 'success' } }),
      delta(1, { toolResult: [{ json: { out: 1 } }] }),
      stop(1),
      end('end_turn'),
    ];
    const { events } = read(Buffer.concat([START, ...frames]));
    const result = { toolUseId: 'a', status: 'success', content: [{ json: { out: 1 } }] };
    expect(foldEvents(events).choices[0]).toEqual({
      finish: 'stop',
      content: [
        { type: 'other', dialect: 'bedrock', kind: 'toolUse', value: { ...use, input: { code: '1' } } },
        { type: 'other', dialect: 'bedrock', kind: 'toolResult', value: result },
      ],
    });
  });

  it('may be an image', () => {
    const frames = [begin(0, { image: { format: 'png' } }), delta(0, { image: { source: { bytes: 'AA==' } } }), stop(0)];
    expect(contentOf(START, ...frames)).toEqual([{ type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AA==' } }]);
  });

  it('cite', () => {
    const citation = { title: 'Sea', location: { web: { url: 'https://example.org' } } };
    expect(contentOf(START, delta(0, { text: 'a' }), delta(0, { citation }), stop(0))).toMatchObject([
      { type: 'text', text: 'a', citations: [{ title: 'Sea', url: 'https://example.org' }] },
    ]);
  });
});

it('says which stop sequence was met', () => {
  const additionalModelResponseFields = { delta: { stop_sequence: 'END' } };
  const { events } = read(Buffer.concat([START, end('stop_sequence', { additionalModelResponseFields })]));
  expect(events.at(-1)).toEqual(at({ type: 'finish', reason: 'stop-sequence', stopSequence: 'END' }));
});

describe('an error', () => {
  it('comes as an exception, and nothing after it counts', () => {
    const exception = frame({ ':message-type': 'exception', ':exception-type': 'throttlingException' }, { message: 'Too many requests' });
    const bytes = Buffer.concat([START, delta(0, { text: 'a' }), exception, delta(0, { text: 'b' }), end('end_turn')]);
    for (const cuts of [[], Array.from(bytes.keys())]) {
      const { events, complete } = read(bytes, cuts);
      expect(events.slice(-2)).toEqual([
        at({ type: 'delta', text: 'a' }),
        { type: 'error', error: { message: 'Too many requests', type: 'throttlingException', code: null } },
      ]);
      expect(complete).toBe(false);
    }
  });

  it('comes as an error of the transport', () => {
    const error = frame({ ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'broken' }, {});
    expect(errorsOf(read(error).events)).toEqual([{ message: 'broken', type: 'InternalError', code: null }]);
  });

  it('has words also where Bedrock says none', () => {
    const exception = frame({ ':message-type': 'exception', ':exception-type': 'modelStreamErrorException' }, {});
    expect(errorsOf(read(exception).events)).toMatchObject([{ message: 'the provider stopped with modelStreamErrorException' }]);
  });

  it.each([
    { name: 'in a prelude', byte: 2 },
    { name: 'in the sum of a prelude', byte: 9 },
    { name: 'in a payload', byte: START.length - 8 },
    { name: 'in the sum of a message', byte: START.length - 1 },
  ])('is a damaged bit $name', ({ byte }) => {
    const damaged = Buffer.from(WHOLE);
    damaged[byte]! ^= 1;
    const { events, complete } = read(damaged);
    expect(errorsOf(events)).toMatchObject([{ message: expect.stringContaining('the stream of the provider is damaged') }]);
    expect(events).toHaveLength(1);
    expect(complete).toBe(false);
  });

  it('in a length is found before the bytes that it promises', () => {
    const damaged = Buffer.from(START);
    damaged[1]! ^= 1;
    expect(errorsOf(read(damaged).events)).toHaveLength(1);
  });

  it('comes as JSON, whatever the content type says', () => {
    const { events, complete } = read(Buffer.from('{"message":"The security token included in the request is expired"}'), [1, 5]);
    expect(errorsOf(events)).toMatchObject([{ message: 'The security token included in the request is expired' }]);
    expect(complete).toBe(false);
  });

  it.each(['{', '[1]', ' ', '{}'])('is a body that is nothing: %j', (text) => {
    const message = 'the answer of the provider is neither an event stream nor JSON';
    expect(errorsOf(read(Buffer.from(text)).events)).toMatchObject([{ message }]);
  });
});

it('a whole answer where a stream was asked for is told as its events', () => {
  const body = { output: { message: { content: [{ text: 'a' }] } }, stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1 } };
  const { events, complete } = read(Buffer.from(JSON.stringify(body)), [3]);
  const choices = [{ content: [{ type: 'text', text: 'a' }], finish: 'stop' }];
  expect(foldEvents(events)).toMatchObject({ choices, usage: { inputTokens: 1 } });
  expect(complete).toBe(true);
});

it('any bytes at all are read or refused, without a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat()), (bytes, cuts) => {
      expect(read(Buffer.from(bytes), cuts).complete).toBe(false);
    }),
  );
});

it('any events at all are read without a crash', () => {
  const type = fc.constantFrom('messageStart', 'contentBlockStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata');
  const piece = fc.dictionary(fc.constantFrom('text', 'toolUse', 'reasoningContent', 'image', 'citation', 'toolResult'), fc.jsonValue());
  const any = fc.jsonValue();
  const payload = fc.record({ contentBlockIndex: any, start: piece, delta: piece, usage: any, stopReason: any });
  fc.assert(
    fc.property(fc.array(fc.tuple(type, payload)), (events) => {
      expect(() => read(Buffer.concat(events.map((one) => event(...one))))).not.toThrow();
    }),
  );
});
