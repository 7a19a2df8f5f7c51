import { expect, it } from 'vitest';
import { countingModelOf, countRequest, readCount } from '../../../src/dialects/bedrock/count-tokens.ts';
import { message, write } from './converse.ts';

it('only what counts is sent to be counted', () => {
  const { body } = write({ messages: [message('system', 'Be kind.'), message('user', 'Hello')], options: { maxTokens: 5, topK: 3 } });
  expect(countRequest(body)).toEqual({
    input: { converse: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }], system: [{ text: 'Be kind.' }] } },
  });
});

it('the count is read, and nothing else is taken for one', () => {
  expect(readCount({ inputTokens: 7 })).toBe(7);
  expect(() => readCount({ inputTokens: '7' })).toThrow(/no number `inputTokens`/);
  expect(() => readCount(null)).toThrow(/no number `inputTokens`/);
});

it.each([
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ['global.amazon.nova-2-lite-v1:0', 'amazon.nova-2-lite-v1:0'],
  ['anthropic.claude-3-haiku-20240307-v1:0', 'anthropic.claude-3-haiku-20240307-v1:0'],
  ['us.custom', 'us.custom'],
])('%s is counted by %s', (model, counting) => {
  expect(countingModelOf(model)).toBe(counting);
});
