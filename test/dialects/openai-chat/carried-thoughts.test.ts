// SDKs that send back nothing but words, thoughts without signatures, and calls with what Google signs them with.
import { describe, expect, it } from 'vitest';
import type { ChatAnswer } from '../../../src/chat/answer.ts';
import { unfoldAnswer } from '../../../src/chat/fold.ts';
import type { Block } from '../../../src/chat/request.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { head, read } from './samples.ts';

type Json = Record<string, any>;
const signed = (text: string, value: string): Block => ({ type: 'reasoning', text, signature: { dialect: 'anthropic', value } });
const hidden: Block = { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'anthropic', value: 'aGlkZGVu' } };
const call = (name: string): Block => ({ type: 'tool-call', id: 'x', name, kind: 'function', arguments: '{}' });
const answerOf = (...content: Block[]): ChatAnswer => ({ id: 'a', model: 'm', choices: [{ content, finish: 'tool-calls' }] });

/** The message as such an SDK puts it together. */
const WAYS: Record<string, (answer: ChatAnswer) => Json> = {
  whole: (answer) => {
    const { content, reasoning_content, tool_calls } = (openAiChatSurface.writeAnswer(answer, head()) as Json)['choices'][0].message;
    return { role: 'assistant', content, reasoning_content, tool_calls };
  },
  streamed: (answer) => {
    const writer = openAiChatSurface.writeStream(head({}));
    const written = unfoldAnswer(answer).map((event) => writer.write(event)).join('') + writer.end();
    const data = written.split('\n\n').filter((line) => line.startsWith('data: {'));
    const deltas = data.map((line) => (JSON.parse(line.slice('data: '.length)) as Json)['choices'][0].delta as Json);
    const first = new Map<number, Json>();
    for (const { index, ...one } of deltas.flatMap(({ tool_calls: calls = [] }) => calls as Json[])) {
      // Only the first delta of a call is looked at for what Google signs.
      if (!first.has(index)) first.set(index, structuredClone(one));
      else first.get(index)!['function'].arguments += one['function']?.arguments ?? '';
    }
    const words = (field: string): string => deltas.map((delta) => delta[field] ?? '').join('');
    return { role: 'assistant', content: words('content'), reasoning_content: words('reasoning_content'), tool_calls: [...first.values()] };
  },
};
const back = (message: Json): { content: Block[]; losses: readonly string[] } => {
  const { request, losses } = read({ messages: [message] });
  return { content: request.messages[0]!.content, losses };
};
const unnamed = (content: readonly Block[]): Block[] =>
  content.map((block) => (block.type === 'tool-call' ? { ...block, id: 'x' } : block));

describe.each(Object.keys(WAYS))('thoughts of a %s answer', (way) => {
  it.each<[string, Block[]]>([
    ['one', [signed('Hm.', 'c2ln'), call('f')]],
    ['a hidden one', [hidden, call('f')]],
    ['one and a hidden one', [signed('Hm.', 'c2ln'), hidden, { type: 'text', text: 'I look.' }, call('f'), call('g')]],
    ['one whose words are not told', [signed('', 'c2ln'), call('f')]],
    ['several', [signed('Hm.', 'c2ln'), signed('So.', 'c2lnMg'), call('f')]],
  ])('come back with its calls: %s', (_, content) => {
    const { content: came, losses } = back(WAYS[way]!(answerOf(...content)));
    expect(unnamed(came)).toEqual(content);
    expect(losses).toEqual([]);
  });

  it('leave a call alone that Google signed', () => {
    const own = { ...call('f'), signature: { dialect: 'google', value: 'R09P' } } as Block;
    const { content } = back(WAYS[way]!(answerOf({ type: 'reasoning', text: 'Hm.' }, own)));
    expect(unnamed(content)).toEqual([{ type: 'reasoning', text: 'Hm.' }, own]);
  });
});

const withCall = (value: unknown, rest: Json = {}): Json => {
  const extra = { extra_content: { google: { thought_signature: value } } };
  const calls = [{ id: 'x', type: 'function', function: { name: 'f', arguments: '{}' }, ...extra }];
  return { role: 'assistant', content: null, reasoning_content: 'Hm.', tool_calls: calls, ...rest };
};

it.each(['thoughts:', 'thoughts:!', 'thoughts:bnVsbA==', 'thoughts:W251bGwsMV0=', 'thoughts:eyJhIjoxfQ=='])(
  'what is no list of thoughts is none: %s',
  (value) => {
    expect(back(withCall(value)).content).toEqual([{ type: 'reasoning', text: 'Hm.' }, call('f')]);
  },
);

it('details of the message say more than a call', () => {
  const { tool_calls: calls } = WAYS['whole']!(answerOf(signed('Hm.', 'c2ln'), call('f')));
  const carried: unknown = calls[0].extra_content.google.thought_signature;
  const details = [{ type: 'reasoning.text', text: 'So.', signature: 'b3RoZXI', format: 'anthropic', index: 0 }];
  expect(back(withCall(carried, { reasoning_details: details })).content).toEqual([signed('So.', 'b3RoZXI'), call('f')]);
});
