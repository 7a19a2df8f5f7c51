// Events and whole answers say the same.
import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ChatEvent } from '../../src/chat/answer.ts';
import { Blocks } from '../../src/chat/blocks.ts';
import { foldEvents, unfoldAnswer } from '../../src/chat/fold.ts';

const ANSWER: ChatAnswer = {
  id: 'answer-1',
  model: 'model-1',
  choices: [
    {
      content: [
        { type: 'reasoning', text: '', signature: { dialect: 'anthropic', value: 's' } },
        { type: 'reasoning', text: 'hidden', redacted: true, id: 'rs_1' },
        { type: 'text', text: 'Hello', citations: [{ url: 'https://example.org' }], signature: { dialect: 'google', value: 't' } },
        { type: 'tool-call', id: 'call_1', name: 'look', kind: 'function', arguments: '{"a":1}' },
        { type: 'image', source: { type: 'url', url: 'https://example.org/a.png' } },
        { type: 'refusal', text: 'No.' },
      ],
      finish: 'stop-sequence',
      stopSequence: 'END',
      logprobs: { content: [] },
    },
    { content: [], finish: 'length' },
  ],
  usage: { inputTokens: 3, outputTokens: 2, cachedInputTokens: 1, reasoningTokens: 1 },
};

it('an answer comes out of its events as it was', () => {
  expect(foldEvents(unfoldAnswer(ANSWER))).toEqual(ANSWER);
});

it('the signature of a call comes before its arguments, as from providers that stream', () => {
  const call = { type: 'tool-call', id: 'c', name: 'look', kind: 'function', arguments: '{}' } as const;
  const content = [{ ...call, signature: { dialect: 'google', value: 's' } } as const];
  const answer: ChatAnswer = { id: 'a', model: 'm', choices: [{ content, finish: 'tool-calls' }] };
  expect(unfoldAnswer(answer).map(({ type }) => type)).toEqual(['start', 'open', 'signature', 'delta', 'close', 'finish']);
  expect(foldEvents(unfoldAnswer(answer))).toEqual(answer);
});

it('arguments that never came are those of a tool without any', () => {
  const call = { type: 'tool-call', id: 'c', name: 'now', kind: 'function' } as const;
  const events: ChatEvent[] = [{ type: 'open', choice: 0, block: call }, { type: 'close', choice: 0 }];
  expect(foldEvents(events).choices[0]?.content).toEqual([{ ...call, arguments: '{}' }]);
});

describe('blocks without borders', () => {
  it('end where one of another kind begins', () => {
    const blocks = new Blocks(0);
    const events = [
      blocks.add('reasoning', 'Hm'),
      blocks.add('reasoning', ''),
      blocks.sign('reasoning', { dialect: 'google', value: 's' }),
      blocks.add('text', 'a'),
      blocks.add('text', 'b'),
      blocks.cite({ url: 'https://example.org' }),
      blocks.open({ type: 'tool-call', id: 'c', name: 'n', kind: 'function' }),
      blocks.extend('{}'),
      blocks.close(),
      blocks.close(),
    ].flat();
    expect(events.map(({ type }) => type)).toEqual(['open', 'delta', 'signature', 'close', 'open', 'delta', 'delta', 'citation', 'close', 'open', 'delta', 'close']);
    expect(blocks.sawCall).toBe(true);
    expect(foldEvents(events).choices[0]?.content).toMatchObject([
      { type: 'reasoning', text: 'Hm' },
      { type: 'text', text: 'ab' },
      { type: 'tool-call', arguments: '{}' },
    ]);
  });
});
