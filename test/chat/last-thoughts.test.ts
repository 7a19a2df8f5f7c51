import { expect, it } from 'vitest';
import { withoutLastThoughts } from '../../src/chat/last-thoughts.ts';
import { Losses } from '../../src/chat/losses.ts';
import type { Block, Message } from '../../src/chat/request.ts';

const said: Block = { type: 'text', text: 'So.' };
const blank: Block = { type: 'text', text: ' ' };
const nothing: Block = { type: 'text', text: '' };
const own: Block = { type: 'reasoning', text: 'Hm', signature: { dialect: 'anthropic', value: 'sig' } };
const foreign: Block = { type: 'reasoning', text: 'Hm', signature: { dialect: 'google', value: 'sig' } };

function without(...given: [Message['role'], Block[]][]): { contents: Block[][]; losses: readonly string[] } {
  const losses = new Losses();
  const messages = given.map(([role, content], index) => ({ role, content, at: `messages[${index}]` }));
  return { contents: withoutLastThoughts(messages, 'anthropic', losses).map(({ content }) => content), losses: losses.names };
}

it('thoughts before words stay', () => {
  expect(without(['assistant', [own, said]])).toEqual({ contents: [[own, said]], losses: [] });
});

it('thoughts after which nothing was said make place for nothing, and those of the own dialect are named', () => {
  expect(without(['assistant', [said, own, blank, foreign]], ['user', [said]])).toEqual({
    contents: [[said, nothing, blank, nothing], [said]],
    losses: ['messages[0].content[1]'],
  });
});

it('thoughts stay where the model goes on in the next message that says anything', () => {
  const given: [Message['role'], Block[]][] = [
    ['assistant', [own]],
    ['user', [blank]],
    ['assistant', [said]],
  ];
  expect(without(...given)).toEqual({ contents: given.map(([, content]) => content), losses: [] });
});
