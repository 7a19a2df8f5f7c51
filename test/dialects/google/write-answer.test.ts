// Answers, streams and errors as callers of generateContent get them.
import { describe, expect, it } from 'vitest';
import type { ChatAnswer } from '../../../src/chat/answer.ts';
import { unfoldAnswer } from '../../../src/chat/fold.ts';
import { googleArraySurface, googleProvider, googleSurface } from '../../../src/dialects/google/dialect.ts';
import { head, read, readAll, type Loose } from './helpers.ts';

const google = (value: string) => ({ dialect: 'google', value }) as const;
const base64 = (text: string) => Buffer.from(text).toString('base64');

const ANSWER: ChatAnswer = {
  id: 'r1',
  model: 'upstream-model',
  choices: [
    {
      finish: 'tool-calls',
      content: [
        { type: 'reasoning', text: 'Hm', signature: { dialect: 'anthropic', value: 'abc==' } },
        { type: 'reasoning', text: '', signature: { dialect: 'anthropic', value: 'hidden' }, redacted: true },
        {
          type: 'text',
          text: '😀 sunny',
          signature: google('dGV4dA=='),
          citations: [{ url: 'https://example.com/', title: 'E', start: 3, end: 8 }],
        },
        { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } },
        { type: 'tool-call', kind: 'function', id: 'toolu_1', name: 'f', arguments: '{"a":1}', signature: google('Y2FsbA==') },
        { type: 'tool-call', kind: 'function', id: 'toolu_2', name: 'f', arguments: '{}' },
        { type: 'tool-call', kind: 'custom', id: 'toolu_3', name: 'patch', arguments: '{"x":1}' },
      ],
    },
  ],
  usage: { inputTokens: 100, outputTokens: 15, cachedInputTokens: 60, reasoningTokens: 5 },
};
const USAGE = {
  promptTokenCount: 100,
  candidatesTokenCount: 10,
  thoughtsTokenCount: 5,
  cachedContentTokenCount: 60,
  totalTokenCount: 115,
};
const GROUNDING = (partIndex: number) => ({
  groundingChunks: [{ web: { uri: 'https://example.com/', title: 'E' } }],
  groundingSupports: [{ segment: { partIndex, startIndex: 5, endIndex: 10, text: 'sunny' }, groundingChunkIndices: [0] }],
});
const CALLS = [
  { functionCall: { id: 'call_id0', name: 'f', args: { a: 1 } }, thoughtSignature: 'Y2FsbA==' },
  { functionCall: { id: 'call_id1', name: 'f', args: {} } },
  { functionCall: { id: 'call_id2', name: 'patch', args: { input: '{"x":1}' } } },
];

describe('an answer', () => {
  it('has a part for each block, Google’s own counts and the name that the caller asked for', () => {
    expect(googleSurface.writeAnswer(ANSWER, head())).toEqual({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'Hm', thought: true, thoughtSignature: base64('anthropic:abc==') },
              { text: '', thought: true, thoughtSignature: base64('anthropic@redacted:hidden') },
              { text: '😀 sunny', thoughtSignature: 'dGV4dA==' },
              { inlineData: { mimeType: 'image/png', data: 'aW1n' } },
              ...CALLS,
            ],
          },
          finishReason: 'STOP',
          index: 0,
          groundingMetadata: GROUNDING(2),
        },
      ],
      usageMetadata: USAGE,
      modelVersion: 'my-model',
      responseId: 'r1',
    });
  });

  it.each([
    ['content-filter', 'SAFETY'],
    ['length', 'MAX_TOKENS'],
    ['stop-sequence', 'STOP'],
    ['error', 'OTHER'],
  ] as const)('without content that ended by %s has a role and the reason %s', (finish, finishReason) => {
    expect(googleSurface.writeAnswer({ id: '', model: 'm', choices: [{ content: [], finish }] }, head())).toEqual({
      candidates: [{ content: { role: 'model' }, finishReason, index: 0 }],
      modelVersion: 'my-model',
      responseId: 'id0',
    });
  });

  it('gives log probabilities back as they were read', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'a', logProbability: -0.5 }],
      topCandidates: [{ candidates: [{ token: 'a', logProbability: -0.5 }] }],
    };
    const answer = googleProvider.readAnswer({
      candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP', logprobsResult }],
    });
    expect(googleSurface.writeAnswer(answer, head())).toMatchObject({ candidates: [{ logprobsResult }] });
  });

  it('tells of blocks for which there is no part', () => {
    const at = head();
    const other = { type: 'other', dialect: 'anthropic', kind: 'server_tool_use', value: {} } as const;
    googleSurface.writeAnswer({ id: '', model: '', choices: [{ content: [other], finish: 'stop' }] }, at);
    expect(at.losses.names).toEqual(['server_tool_use']);
  });

  it('comes back with the signatures of every dialect when the caller sends it again', () => {
    const { candidates } = JSON.parse(JSON.stringify(googleSurface.writeAnswer(ANSWER, head()))) as Loose;
    const { request } = read({ contents: [candidates![0]!['content']] });
    expect(request.messages[0]!.content.map((block) => ('signature' in block ? block.signature : undefined))).toEqual([
      { dialect: 'anthropic', value: 'abc==' },
      { dialect: 'anthropic', value: 'hidden' },
      google('dGV4dA=='),
      undefined,
      google('Y2FsbA=='),
      undefined,
      undefined,
    ]);
  });
});

describe('a stream', () => {
  const EVENTS = unfoldAnswer(ANSWER);
  const chunksOf = (text: string): Loose[] =>
    text
      .split('\r\n\r\n')
      .filter((frame) => frame !== '')
      .map((frame) => JSON.parse(frame.replace(/^data: /, '')) as Loose);

  it('is one event for each part, and the last has the reason, the sources and the counts', () => {
    const writer = googleSurface.writeStream(head());
    const text = EVENTS.map((event) => writer.write(event)).join('') + writer.end();
    expect(text).toMatch(/^(?:data: [^\r\n]+\r\n\r\n)+$/);
    const chunks = chunksOf(text);
    expect(chunks.map((chunk) => chunk['candidates']![0]!['content']!['parts']![0])).toEqual([
      { text: 'Hm', thought: true },
      { text: '', thought: true, thoughtSignature: base64('anthropic:abc==') },
      { text: '', thought: true, thoughtSignature: base64('anthropic@redacted:hidden') },
      { text: '😀 sunny' },
      { text: '', thoughtSignature: 'dGV4dA==' },
      { inlineData: { mimeType: 'image/png', data: 'aW1n' } },
      ...CALLS,
      { text: '' },
    ]);
    expect(chunks.every((chunk) => String(chunk['responseId']) === 'r1' && String(chunk['modelVersion']) === 'my-model')).toBe(true);
    expect(chunks.slice(0, -1).every((chunk) => chunk['candidates']![0]!['finishReason'] === undefined)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ candidates: [{ finishReason: 'STOP', index: 0, groundingMetadata: {} }], usageMetadata: USAGE });
  });

  it('keeps choices apart', () => {
    const writer = googleSurface.writeStream(head());
    const choice = (index: number) =>
      unfoldAnswer({ id: '', model: '', choices: [{ content: [{ type: 'text', text: `t${index}` }], finish: 'length' }] }).flatMap(
        (event) => ('choice' in event ? [{ ...event, choice: index }] : []),
      );
    const text = [...choice(0), ...choice(1)].map((event) => writer.write(event)).join('') + writer.end();
    const { answer, complete } = readAll([text]);
    expect(complete).toBe(true);
    expect(answer.choices).toEqual([
      { content: [{ type: 'text', text: 't0' }], finish: 'length' },
      { content: [{ type: 'text', text: 't1' }], finish: 'length' },
    ]);
  });

  it.each([
    ['events', googleSurface],
    ['a JSON array', googleArraySurface],
  ])('as %s is read again as the same answer', (_, surface) => {
    const writer = surface.writeStream(head());
    const text = EVENTS.map((event) => writer.write(event)).join('') + writer.end();
    const { answer, complete } = readAll([text]);
    expect(complete).toBe(true);
    expect(answer.usage).toEqual(ANSWER.usage);
    expect(answer.choices[0]!.finish).toBe('tool-calls');
    expect(answer.choices[0]!.content.flatMap((block) => (block.type === 'tool-call' ? block.arguments : []))).toEqual([
      '{"a":1}',
      '{}',
      '{"input":"{\\"x\\":1}"}',
    ]);
  });

  it('as a JSON array is one in every case', () => {
    const whole = googleArraySurface.writeStream(head());
    const text = EVENTS.map((event) => whole.write(event)).join('') + whole.end();
    expect(JSON.parse(text)).toHaveLength(10);
    expect(googleArraySurface.streamType).toBe('application/json');
    expect(JSON.parse(googleArraySurface.writeStream(head()).end())).toHaveLength(1);
    const broken = googleArraySurface.writeStream(head());
    expect(
      JSON.parse(
        EVENTS.slice(0, 3)
          .map((event) => broken.write(event))
          .join('') + broken.fail(ERROR),
      ),
    ).toMatchObject([{ candidates: [{}] }, { error: {} }]);
  });

  it('that breaks off ends with an error', () => {
    const { events, complete } = readAll([googleSurface.writeStream(head()).fail(ERROR)]);
    expect(complete).toBe(false);
    expect(events).toEqual([{ type: 'error', error: { message: 'No.', type: 'RESOURCE_EXHAUSTED', code: '429' } }]);
  });
});

const ERROR = { status: 429, message: 'No.', type: 'rate_limit_error', code: 'rate_limited', param: null, requestId: 'req_1' };

describe('an error', () => {
  it('is a status with details', () => {
    expect(googleSurface.writeError({ ...ERROR, status: 400, param: 'contents' })).toEqual({
      error: {
        code: 400,
        message: 'No.',
        status: 'INVALID_ARGUMENT',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMITED', domain: 'flashback-ai-gateway' },
          { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents', description: 'No.' }] },
          { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'req_1' },
        ],
      },
    });
  });

  it.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [413, 'INVALID_ARGUMENT'],
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'INTERNAL'],
    [502, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [504, 'DEADLINE_EXCEEDED'],
  ])('%i is %s', (status, word) => {
    expect(googleSurface.writeError({ ...ERROR, status })).toMatchObject({ error: { code: status, status: word } });
  });
});
