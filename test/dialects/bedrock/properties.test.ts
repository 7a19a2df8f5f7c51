// What holds for requests of any shape.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { markedConversations, unfaithful } from '../marked-conversations.ts';
import { CLAUDE, NOVA, write } from './converse.ts';

type Block = Record<string, { toolUseId?: string }>;
interface Turn {
  role: string;
  content: Block[];
}

const idsOf = (turn: Turn | undefined, kind: string): string[] => (turn?.content ?? []).flatMap((block) => block[kind]?.toolUseId ?? []);

it.each([CLAUDE, NOVA])('each block of a conversation arrives at %s or is named', (model) => {
  fc.assert(
    fc.property(markedConversations('bedrock'), (marked) => {
      const { body, losses } = write({ model, messages: marked.messages });
      expect(unfaithful(marked, body, losses)).toEqual([]);
    }),
  );
});

it.each([CLAUDE, NOVA])('turns for %s alternate, hold something, and begin with the results of all calls of the turn before', (model) => {
  fc.assert(
    fc.property(markedConversations('bedrock'), ({ messages }) => {
      const turns = write({ model, messages }).body['messages'] as Turn[];
      for (const [index, turn] of turns.entries()) {
        expect(turn.role).not.toBe(turns[index - 1]?.role);
        expect(turn.content).not.toEqual([]);
        const calls = idsOf(turn, 'toolUse');
        const results = idsOf(turns[index + 1], 'toolResult');
        expect(results).toEqual(calls);
        expect(new Set(calls).size).toBe(calls.length);
        if (turn.role === 'assistant') expect(turn.content.at(-1)).not.toHaveProperty('reasoningContent');
        const isResult = turn.content.map((block) => 'toolResult' in block);
        expect(isResult).toEqual(isResult.toSorted((a, b) => Number(b) - Number(a)));
      }
      const ids = turns.flatMap((turn) => idsOf(turn, 'toolUse'));
      expect(new Set(ids).size).toBe(ids.length);
    }),
  );
});
