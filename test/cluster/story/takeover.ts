// A step of the story: the operator is killed, and another one goes on where it was.
import { expect, test } from 'vitest';
import { chatKeyId } from '../../../src/platform/stats/chat-keys.ts';
import { eventually } from '../stack/stack.ts';
import { make } from './acts.ts';
import { CARD } from './billing-provider.ts';
import type { Said } from './book.ts';
import type { Cast } from './cast.ts';
import { sumsOfRows } from './statistics.ts';
import { EDITOR, type World } from './world.ts';

export function takeover(world: () => World, cast: () => Cast): void {
  test('an operator that takes over goes on with conversations, and knows what was used and told', async () => {
    const { book, receiver, stack } = world();
    const { team, secrets, cards } = cast();
    const conversation = await make(world(), 'editor', '/conversation', { repoId: team.repo }, 'conversationId');
    const say = (prompt: string) => {
      const said = { prompt, user: EDITOR, conversation };
      const path = `/conversation/${conversation}/prompt`;
      return book.count({ ...team, key: chatKeyId(team.repo) }, said, true, () =>
        world().ok('editor', 'POST', path, { prompt, model: 'small-1' }),
      );
    };
    expect(await say('Hello')).toMatchObject({ message: 'pong 1' });
    await world().replaceOperator();
    expect(await say('Are you still there?')).toMatchObject({ message: 'pong 3' });
    const before = receiver.told.length;
    const said: Said = { prompt: `Once more: ${CARD}`, findings: [{ policy: cards, severity: 'HIGH', action: 2 }] };
    expect(await book.ask(team, said, { secret: secrets.team, baseURL: stack.baseUrl(0) })).toMatchObject({
      code: 'content_policy_violation',
    });
    await eventually('the alert', async () => (receiver.told.length > before ? true : undefined));
    expect(receiver.told).toHaveLength(before + 1);
    const expected = book.sums(({ repo }) => repo === team.repo);
    const used = await eventually('all of the use', async () => {
      const sums = sumsOfRows(await world().list('editor', `/aistats/daily?repoId=${team.repo}`));
      return sums.requests === expected.requests ? sums : undefined;
    });
    expect(used).toEqual(expected);
  });
}
