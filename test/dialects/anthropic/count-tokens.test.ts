import { expect, it } from 'vitest';
import { Losses } from '../../../src/chat/losses.ts';
import { countRequest, readCount, writeCount } from '../../../src/dialects/anthropic/count-tokens.ts';
import { readCountRequest } from '../../../src/dialects/anthropic/read-request.ts';
import { messagesOf, written } from './fixtures.ts';

it('a request to count needs no limit of the answer', () => {
  const { options } = readCountRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }, new Losses());
  expect(options).toEqual({});
});

it('only what counts is sent to be counted', () => {
  const { body } = written({
    messages: messagesOf(['system', 'Be kind.'], ['user', 'Hi']),
    options: { temperature: 0.5, stop: ['x'] },
    stream: true,
  });
  expect(Object.keys(countRequest(body)).toSorted()).toEqual(['messages', 'model', 'system']);
});

it('the count is read and written', () => {
  expect(readCount({ input_tokens: 7, other: 1 })).toBe(7);
  expect(() => readCount({ input_tokens: '7' })).toThrow(/no number `input_tokens`/);
  expect(writeCount(7)).toEqual({ input_tokens: 7 });
});
