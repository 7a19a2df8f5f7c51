// Answers of generateContent as the middle holds them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { googleProvider } from '../../../src/dialects/google/dialect.ts';
import { chunk } from './helpers.ts';

const { readAnswer } = googleProvider;
const contentOf = (parts: unknown[]) => readAnswer(chunk(parts, { finishReason: 'STOP' })).choices[0]!.content;

describe('an answer', () => {
  it('keeps text, thoughts and their signatures apart', () => {
    const parts = [
      { text: 'Let me see.', thought: true },
      { text: 'Hello', thoughtSignature: 'c2ln' },
    ];
    expect(contentOf(parts)).toEqual([
      { type: 'reasoning', text: 'Let me see.' },
      { type: 'text', text: 'Hello', signature: { dialect: 'google', value: 'c2ln' } },
    ]);
  });

  it('does not put text under the signature of the text before', () => {
    expect(contentOf([{ text: 'a', thoughtSignature: 'c2ln' }, { text: 'b' }])).toEqual([
      { type: 'text', text: 'a', signature: { dialect: 'google', value: 'c2ln' } },
      { type: 'text', text: 'b' },
    ]);
  });

  it('gives parallel calls ids of their own, keeps ids that came, and takes missing args for none', () => {
    const answer = readAnswer(
      chunk(
        [
          { functionCall: { name: 'now' }, thoughtSignature: 'c2ln' },
          { functionCall: { name: 'now', args: { zone: 'UTC' } } },
          { functionCall: { id: 'x7', name: 'now', args: {} } },
        ],
        { finishReason: 'STOP' },
      ),
    );
    expect(answer.choices[0]).toEqual({
      finish: 'tool-calls',
      content: [
        {
          type: 'tool-call',
          kind: 'function',
          id: 'call_0',
          name: 'now',
          arguments: '{}',
          signature: { dialect: 'google', value: 'c2ln' },
        },
        { type: 'tool-call', kind: 'function', id: 'call_1', name: 'now', arguments: '{"zone":"UTC"}' },
        { type: 'tool-call', kind: 'function', id: 'x7', name: 'now', arguments: '{}' },
      ],
    });
  });

  it('has images and sound in blocks of their own, and what Google ran as it came', () => {
    const code = { executableCode: { language: 'PYTHON', code: '1+1' }, thoughtSignature: 'c2ln' };
    expect(
      contentOf([
        { inlineData: { mimeType: 'image/png', data: 'aW1n' } },
        { inlineData: { mimeType: 'audio/wav', data: 'd2F2' } },
        { inlineData: { mimeType: 'image/png', data: 'ZHJhZnQ=' }, thought: true },
        code,
      ]),
    ).toEqual([
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'd2F2' } },
      {
        type: 'other',
        dialect: 'google',
        kind: 'thoughtImage',
        value: { inlineData: { mimeType: 'image/png', data: 'ZHJhZnQ=' }, thought: true },
      },
      { type: 'other', dialect: 'google', kind: 'executableCode', value: code },
    ]);
  });

  it.each([
    { audioTranscription: { text: 'Hello' } },
    { hologramData: { uri: 'x' }, partMetadata: { a: 1 } },
    { fileData: { fileUri: 'gs://b/a.png' }, thoughtSignature: 'c2ln' },
  ])('keeps a part of a kind yet to come as it is: %o', (part) => {
    expect(contentOf([part])).toEqual([{ type: 'other', dialect: 'google', kind: Object.keys(part)[0], value: part }]);
  });

  it('orders candidates by their index', () => {
    const answer = readAnswer({
      candidates: [
        { index: 1, content: { parts: [{ text: 'second' }] }, finishReason: 'STOP' },
        { content: { parts: [{ text: 'first' }] }, finishReason: 'MAX_TOKENS' },
      ],
    });
    expect(answer.choices).toEqual([
      { content: [{ type: 'text', text: 'first' }], finish: 'length' },
      { content: [{ type: 'text', text: 'second' }], finish: 'stop' },
    ]);
  });

  it('has log probabilities in the form of OpenAI', () => {
    const token = { token: 'é', tokenId: 7, logProbability: -0.5 };
    const logprobsResult = { chosenCandidates: [token], topCandidates: [{ candidates: [token, { token: 'a', logProbability: -2 }] }] };
    const answer = readAnswer(chunk([{ text: 'é' }], { finishReason: 'STOP', logprobsResult }));
    expect(answer.choices[0]!.logprobs).toEqual({
      content: [
        {
          token: 'é',
          logprob: -0.5,
          bytes: [195, 169],
          top_logprobs: [
            { token: 'é', logprob: -0.5, bytes: [195, 169] },
            { token: 'a', logprob: -2, bytes: [97] },
          ],
        },
      ],
      refusal: null,
    });
  });
});

describe('grounding', () => {
  const web = { uri: 'https://example.com/a', title: 'A' };

  it('becomes citations whose places count code units where Google counts bytes', () => {
    const segment = { startIndex: 5, endIndex: 11, text: 'sunny.' };
    const groundingMetadata = { groundingChunks: [{ web }], groundingSupports: [{ segment, groundingChunkIndices: [0] }] };
    const answer = readAnswer(chunk([{ text: '😀 sunny.' }], { finishReason: 'STOP', groundingMetadata }));
    const [block] = answer.choices[0]!.content;
    expect(block).toMatchObject({ citations: [{ text: 'sunny.', url: web.uri, title: 'A', start: 3, end: 9 }] });
  });

  it('points to the words that are meant where they come twice', () => {
    const segment = { startIndex: 12, endIndex: 18, text: 'sunny.' };
    const groundingMetadata = { groundingChunks: [{ web }], groundingSupports: [{ segment, groundingChunkIndices: [0] }] };
    const answer = readAnswer(chunk([{ text: '😀 sunny. sunny.' }], { finishReason: 'STOP', groundingMetadata }));
    expect(answer.choices[0]!.content[0]).toMatchObject({ citations: [{ start: 10, end: 16 }] });
  });

  it('finds words whose offsets count from elsewhere', () => {
    const segment = { startIndex: 60, endIndex: 66, text: 'sunny.' };
    const groundingMetadata = { groundingChunks: [{ web }], groundingSupports: [{ segment, groundingChunkIndices: [0] }] };
    const answer = readAnswer(chunk([{ text: 'It is sunny.' }], { finishReason: 'STOP', groundingMetadata }));
    expect(answer.choices[0]!.content[0]).toMatchObject({ citations: [{ start: 6, end: 12 }] });
  });

  it('names the page on which an image was found', () => {
    const groundingMetadata = { groundingChunks: [{ image: { sourceUri: web.uri, imageUri: 'https://example.com/a.png', title: 'A' } }] };
    const answer = readAnswer(chunk([{ text: 'x' }], { finishReason: 'STOP', groundingMetadata }));
    expect(answer.choices[0]!.content).toMatchObject([{ citations: [{ url: web.uri, title: 'A' }] }]);
  });

  it('names sources to which nothing points', () => {
    const groundingMetadata = { groundingChunks: [{ web }] };
    const answer = readAnswer(chunk([{ text: 'x', thoughtSignature: 'c2ln' }], { finishReason: 'STOP', groundingMetadata }));
    expect(answer.choices[0]!.content).toMatchObject([{ type: 'text', text: 'x', citations: [{ url: web.uri, title: 'A' }] }]);
  });
});

describe('an answer that was blocked', () => {
  it.each([
    ['has no candidates', { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { trafficType: 'ON_DEMAND' } }],
    ['has an empty content', { candidates: [{ content: {}, finishReason: 'SAFETY' }] }],
    ['has no content', { candidates: [{ finishReason: 'MODEL_ARMOR' }] }],
  ])('is empty and filtered when it %s', (_, json) => {
    expect(readAnswer(json)).toEqual({ id: '', model: '', choices: [{ content: [], finish: 'content-filter' }] });
  });
});

describe('the finish reason', () => {
  const finishOf = (finishReason: unknown, parts: unknown[] = [{ text: 'x' }]) =>
    readAnswer(chunk(parts, { finishReason })).choices[0]!.finish;

  it.each([
    ['STOP', 'stop'],
    [1, 'stop'],
    ['MAX_TOKENS', 'length'],
    [2, 'length'],
    ['RECITATION', 'content-filter'],
    [3, 'content-filter'],
    ['CONTINUATION', 'length'],
    ['ESCALATION', 'content-filter'],
    ['PUP_LIMITED_DISABLED', 'content-filter'],
    ['MALFORMED_FUNCTION_CALL', 'error'],
    ['MISSING_THOUGHT_SIGNATURE', 'error'],
    ['UNEXPECTED_TOOL_CALL', 'error'],
    ['A_REASON_YET_TO_COME', 'error'],
    ['constructor', 'error'],
  ])('%s is %s', (reason, finish) => {
    expect(finishOf(reason)).toBe(finish);
  });

  it.each(['STOP', 1, 'UNEXPECTED_TOOL_CALL'])('%s with a call is tool-calls', (reason) => {
    expect(finishOf(reason, [{ functionCall: { name: 'f' } }])).toBe('tool-calls');
  });
});

describe('usage', () => {
  const usageOf = (usageMetadata: object) => readAnswer(chunk([], { finishReason: 'STOP' }, { usageMetadata })).usage;

  it('counts thoughts as output and what tools read as input', () => {
    const counts = {
      promptTokenCount: 100,
      cachedContentTokenCount: 60,
      candidatesTokenCount: 10,
      thoughtsTokenCount: 5,
      toolUsePromptTokenCount: 7,
    };
    expect(usageOf(counts)).toEqual({ inputTokens: 107, outputTokens: 15, cachedInputTokens: 60, reasoningTokens: 5 });
  });

  it('takes absent counts for zero', () => {
    expect(usageOf({ promptTokenCount: 3, totalTokenCount: 3 })).toEqual({
      inputTokens: 3,
      outputTokens: 0,
      cachedInputTokens: 0,
      reasoningTokens: 0,
    });
  });

  it('is unknown where nothing was counted', () => {
    expect(usageOf({ trafficType: 'ON_DEMAND' })).toBeUndefined();
  });
});

it('is read from the list of its pieces, as a stream without `alt=sse` comes', () => {
  const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, serviceTier: 'flex' };
  const pieces = [chunk([{ text: 'a' }]), chunk([{ text: 'b' }], { finishReason: 'STOP' }, { usageMetadata })];
  expect(readAnswer(pieces)).toMatchObject({
    choices: [{ content: [{ type: 'text', text: 'ab' }], finish: 'stop' }],
    usage: { inputTokens: 3, outputTokens: 2 },
    serviceTier: 'flex',
  });
});

it('refuses what is no answer', () => {
  for (const json of [null, [], [[]], 'x', {}, { error: { code: 503, status: 'UNAVAILABLE' } }])
    expect(() => readAnswer(json)).toThrow('candidates');
});

it('survives whatever JSON there is among the candidates', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (part, candidate, json) => {
      const candidates = [{ content: { parts: [part, { functionCall: json, thoughtSignature: json }] }, finishReason: json }, candidate];
      expect(readAnswer({ candidates, usageMetadata: json, promptFeedback: json }).choices.length).toBeGreaterThan(0);
      expect(readAnswer({ candidates: json }).choices.length).toBeGreaterThan(0);
      readAnswer(
        chunk([{ text: 'x' }], { groundingMetadata: { groundingChunks: [json], groundingSupports: [part, json] }, logprobsResult: json }),
      );
    }),
  );
});
