import { describe, expect, it } from 'vitest';
import { readOpenAiUsage } from '../../../src/providers/openai/usage.ts';

const read = (text: string): unknown => readOpenAiUsage(Buffer.from(text));
const counts = (inputTokens: number, outputTokens: number, cachedInputTokens = 0, reasoningTokens = 0): object => ({
  inputTokens,
  outputTokens,
  cachedInputTokens,
  reasoningTokens,
});

/** Shapes as providers send them, made by hand. */
const SHAPES: readonly [who: string, text: string, expected: object | undefined][] = [
  ['OpenAI', '{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}', counts(9, 5)],
  [
    'OpenAI with details',
    '{"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":8,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":2}},"service_tier":"default"}',
    counts(9, 5, 8, 2),
  ],
  ['details that are null', '{"usage":{"prompt_tokens":9,"completion_tokens":5,"prompt_tokens_details":null,"completion_tokens_details":null}}', counts(9, 5)],
  ['embeddings', '{"data":[{"embedding":[1]}],"usage":{"prompt_tokens":9,"total_tokens":9}}', counts(9, 0)],
  ['blanks and line ends', '{\n  "usage" : {\n "prompt_tokens" : 9,\n "completion_tokens": 5 }\n}', counts(9, 5)],
  [
    'xAI, which leaves reasoning out of completion_tokens',
    '{"usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":303,"completion_tokens_details":{"reasoning_tokens":290}}}',
    counts(12, 291, 0, 290),
  ],
  [
    'Groq, inside its own member of the last chunk',
    'data: {"choices":[{"delta":{}}],"x_groq":{"id":"r","usage":{"prompt_tokens":12,"completion_tokens":24,"total_tokens":36}}}\n\ndata: [DONE]\n\n',
    counts(12, 24),
  ],
  [
    'Groq compound models, with a breakdown after the sum',
    '{"usage":{"prompt_tokens":50,"completion_tokens":30},"usage_breakdown":{"models":[{"model":"a","usage":{"prompt_tokens":20,"completion_tokens":10}},{"model":"b","usage":{"prompt_tokens":30,"completion_tokens":20}}]},"x_groq":{"id":"r"}}',
    counts(50, 30),
  ],
  [
    'the same in a stream',
    'data: {"choices":[{"delta":{}}],"x_groq":{"usage":{"prompt_tokens":50,"completion_tokens":30},"usage_breakdown":{"models":[{"usage":{"prompt_tokens":20,"completion_tokens":10}}]}}}\n\ndata: [DONE]\n\n',
    counts(50, 30),
  ],
  [
    'Perplexity, in front of the text and in every event',
    'data: {"usage":{"prompt_tokens":12,"completion_tokens":1},"choices":[{"message":{"content":"a } \\" { b"}}]}\r\n\r\ndata: {"usage":{"prompt_tokens":12,"completion_tokens":7},"citations":["https://example.com/[1]"],"choices":[]}\r\n\r\n',
    counts(12, 7),
  ],
  [
    'null in every event but the last',
    'data: {"choices":[{}],"usage":null}\n\ndata: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: [DONE]\n\n',
    counts(3, 4),
  ],
  [
    'a count before an event of null',
    'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: {"choices":[{}],"usage":null}\n\n',
    counts(3, 4),
  ],
  ['a text that quotes one', '{"choices":[{"message":{"content":"\\"usage\\":{\\"prompt_tokens\\":99}"}}],"usage":{"prompt_tokens":3,"completion_tokens":4}}', counts(3, 4)],
  ['only a text that quotes one', '{"choices":[{"message":{"content":"\\"usage\\":{\\"prompt_tokens\\":99}"}}]}', undefined],
  ['a token that is the word', '{"logprobs":[{"token":"usage"},{"token":"usage","x":{}}]}', undefined],
  ['a front that is cut off', 'mpt_tokens":3}},{"x":1}],"usage":{"prompt_tokens":3,"completion_tokens":4}}', counts(3, 4)],
  ['an end that is cut off', '{"usage":{"prompt_tokens":3,"completion_to', undefined],
  ['null', '{"usage":null}', undefined],
  ['another object of this name', '{"usage":{"input_tokens":3}}', undefined],
  ['nothing', '', undefined],
  ['numbers that are none', '{"usage":{"prompt_tokens":-1,"completion_tokens":1.5}}', counts(0, 0)],
];

describe('usage', () => {
  it.each(SHAPES)('of %s', (_who, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('is found in bounded time in an answer made to be slow', () => {
    const hostile = '{"a":['.repeat(3) + '{"usage":{"prompt_tokens":1}},'.repeat(30_000);
    expect(read(hostile)).toBeDefined();
  });
});
