// Streams of streamGenerateContent, in every form in which they come.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunk, readAll, sse } from './helpers.ts';

const STOP = { finishReason: 'STOP' };
const CHUNKS = [
  chunk([{ text: 'Thinking', thought: true }], {}, { usageMetadata: { promptTokenCount: 9 } }),
  chunk([{ text: 'Grüße ' }], {}, { usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 1 } }),
  chunk([{ text: '😀' }, { functionCall: { name: 'f', args: { a: '"}' } }, thoughtSignature: 'c2ln' }]),
  chunk([{ text: '', thoughtSignature: 'ZW5k' }], STOP, {
    usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4, thoughtsTokenCount: 2 },
  }),
];
const FOLDED = {
  id: 'r1',
  model: 'gemini-2.5-flash',
  choices: [
    {
      finish: 'tool-calls',
      content: [
        { type: 'reasoning', text: 'Thinking' },
        { type: 'text', text: 'Grüße 😀' },
        {
          type: 'tool-call',
          kind: 'function',
          id: 'call_0',
          name: 'f',
          arguments: '{"a":"\\"}"}',
          signature: { dialect: 'google', value: 'c2ln' },
        },
        { type: 'text', text: '', signature: { dialect: 'google', value: 'ZW5k' } },
      ],
    },
  ],
  usage: { inputTokens: 9, outputTokens: 6, cachedInputTokens: 0, reasoningTokens: 2 },
};
const FORMS: [string, string][] = [
  ['events with CRLF', sse(CHUNKS)],
  ['events with LF and no space', CHUNKS.map((one) => `data:${JSON.stringify(one)}\n\n`).join('')],
  ['a JSON array', `[${CHUNKS.map((one) => JSON.stringify(one, null, 2)).join('\n,\r\n')}\n]\n`],
  ['events whose last blank line is missing', sse(CHUNKS).trimEnd()],
];

describe.each(FORMS)('%s', (_, text) => {
  it('are one answer, and the last usage holds', () => {
    const { answer, complete } = readAll([text]);
    expect(complete).toBe(true);
    expect(answer).toEqual(FOLDED);
  });

  it('give the same events however they are cut', () => {
    const whole = readAll([text]);
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
        const borders = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
        expect(readAll(pieces)).toEqual(whole);
      }),
    );
    expect(readAll([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });
});

it('a whole answer where a stream was asked for is its events', () => {
  const { answer, complete } = readAll([JSON.stringify(chunk([{ text: 'Hi' }], STOP), null, 2)]);
  expect(complete).toBe(true);
  expect(answer.choices).toEqual([{ content: [{ type: 'text', text: 'Hi' }], finish: 'stop' }]);
});

describe('an error', () => {
  const error = { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' };
  const event = { type: 'error', error: { message: 'The model is overloaded.', type: 'UNAVAILABLE', code: '503' } };

  it.each([
    ['as plain JSON', JSON.stringify({ error }, null, 2)],
    ['in a JSON array', `[${JSON.stringify({ error })}]`],
    ['as an event', sse([{ error }])],
  ])('%s is an error event', (_, text) => {
    expect(readAll([text])).toMatchObject({ events: [event], complete: false });
  });

  it('ends the answer in the middle', () => {
    const { events, complete } = readAll([sse([chunk([{ text: 'a' }]), { error }, chunk([{ text: 'b' }], STOP)])]);
    expect(complete).toBe(false);
    expect(events.at(-1)).toEqual(event);
    expect(events.filter(({ type }) => type === 'delta')).toHaveLength(1);
  });
});

describe('the end', () => {
  it('is missing where no finish reason came', () => {
    expect(readAll([sse([chunk([{ text: 'a' }])])])).toMatchObject({
      complete: false,
      answer: { choices: [{ content: [{ text: 'a' }] }] },
    });
  });

  it.each(['', null, 0, 'FINISH_REASON_UNSPECIFIED'])('is missing where the reason is %j', (finishReason) => {
    expect(readAll([sse([chunk([{ text: 'a' }], { finishReason })])]).complete).toBe(false);
  });

  it('is missing where nothing came', () => {
    expect(readAll([])).toMatchObject({ complete: false, events: [] });
  });

  it('is one, also for a model that says STOP in every chunk', () => {
    const { events, complete } = readAll([sse([chunk([{ text: 'a' }], STOP), chunk([{ text: 'b' }], STOP)])]);
    expect(complete).toBe(true);
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1);
    expect(events.at(-1)).toEqual({ type: 'finish', choice: 0, reason: 'stop' });
  });

  it('comes once all candidates have finished', () => {
    const second = { candidates: [{ index: 1, content: { parts: [{ text: 'b' }] } }] };
    expect(readAll([sse([chunk([{ text: 'a' }], STOP), second])]).complete).toBe(false);
    expect(readAll([sse([chunk([{ text: 'a' }], STOP), { candidates: [{ ...second.candidates[0], ...STOP }] }])]).complete).toBe(true);
  });

  it('comes with a prompt that was blocked', () => {
    const { events, complete } = readAll([sse([{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }])]);
    expect(complete).toBe(true);
    expect(events.at(-1)).toEqual({ type: 'finish', choice: 0, reason: 'content-filter' });
  });
});

describe('arguments in pieces', () => {
  const call = (functionCall: object) => chunk([{ functionCall }]);
  const part = (jsonPath: string, value: object) => call({ partialArgs: [{ jsonPath, ...value }], willContinue: true });
  const argumentsOf = (chunks: unknown[]) => {
    const { events, answer } = readAll([sse([...chunks, chunk([{ text: '' }], STOP)])]);
    const calls = answer.choices[0]!.content.map((block) => (block.type === 'tool-call' ? JSON.parse(block.arguments) : block));
    return { calls, finish: answer.choices[0]!.finish, deltas: events.filter(({ type }) => type === 'delta').length };
  };

  it('are passed on as they come, and are one JSON text', () => {
    const { calls, finish, deltas } = argumentsOf([
      call({ name: 'f', willContinue: true }),
      part('$.city', { stringValue: 'San "F', willContinue: true }),
      part('$.city', { stringValue: 'rancisco"' }),
      part('$.items[0].n', { numberValue: 1.5 }),
      part("$.items[0]['the ok']", { boolValue: true }),
      part('$.items[1].n', { nullValue: null }),
      part('$.deep.er.x', { stringValue: '' }),
      part('$.last', { numberValue: 0 }),
      call({}),
    ]);
    expect(calls).toEqual([
      { city: 'San "Francisco"', items: [{ n: 1.5, 'the ok': true }, { n: null }], deep: { er: { x: '' } }, last: 0 },
    ]);
    expect(finish).toBe('tool-calls');
    expect(deltas).toBeGreaterThan(7);
  });

  it('of two calls stay apart, with and without arguments', () => {
    expect(
      argumentsOf([
        call({ name: 'f', willContinue: true }),
        part('$.id', { stringValue: 'A', willContinue: true }),
        part('$.id', { stringValue: '' }),
        call({}),
        call({ name: 'g', willContinue: true }),
        call({}),
        call({ name: 'h' }),
      ]).calls,
    ).toEqual([{ id: 'A' }, {}, {}]);
  });

  it('are left open where the stream breaks off', () => {
    const { answer } = readAll([sse([call({ name: 'f', willContinue: true }), part('$.a', { stringValue: 'x', willContinue: true })])]);
    expect(answer.choices[0]!.content).toMatchObject([{ arguments: '{"a":"x' }]);
  });

  it('are closed where the answer ends without their end', () => {
    expect(argumentsOf([call({ name: 'f', willContinue: true }), part('$.a[0]', { stringValue: 'x', willContinue: true })]).calls).toEqual([
      { a: ['x'] },
    ]);
  });
});

it('grounding that a stream repeats is cited once', () => {
  const groundingMetadata = { groundingChunks: [{ web: { uri: 'https://example.com/', title: 'E' } }] };
  const { events } = readAll([
    sse([chunk([{ text: 'a' }], { groundingMetadata }), chunk([{ text: 'b' }], { groundingMetadata, ...STOP })]),
  ]);
  expect(events.filter(({ type }) => type === 'citation')).toHaveLength(1);
});

it('survives any bytes', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => `data: ${json}\n\n`),
          fc.json(),
        ),
      ),
      (pieces) => {
        expect(readAll(pieces).complete).toBe(false);
      },
    ),
  );
});
