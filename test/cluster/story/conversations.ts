// Steps of the story: somebody talks to the models of the repository over the Platform API, and what is said is nobody else's business.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chatKeyId } from '../../../src/platform/stats/chat-keys.ts';
import { eventually } from '../stack/stack.ts';
import { CARD } from './billing-provider.ts';
import type { Said } from './book.ts';
import type { Cast } from './cast.ts';
import { EDITOR, TEAM, type World } from './world.ts';

const SAID = 'conversation-canary-3d90';

interface Listed {
  id: string;
  deletedAt: string | null;
}

export function conversations(world: () => World, cast: () => Cast): void {
  describe('a conversation', () => {
    let id: string;
    const begin = async (who: string): Promise<string> =>
      String((await world().ok(who, 'POST', '/conversation', { repoId: cast().team.repo }))['conversationId']);
    const say = (prompt: string, findings: Said['findings'] = []) => {
      const { book, platform } = world();
      const { team } = cast();
      const place = { ...team, key: chatKeyId(team.repo) };
      const said = { prompt, user: EDITOR, conversation: id, findings };
      return book.count(place, said, true, () =>
        platform.call('editor', 'POST', `/conversation/${id}/prompt`, { prompt, model: 'small-1' }),
      );
    };
    const messages = async (who = 'editor') => world().platform.call(who, 'GET', `/conversation/${id}/messages`);
    const listed = async (who: string, query = ''): Promise<Listed[]> =>
      (await world().ok(who, 'GET', `/conversation${query}`))['conversations'] as Listed[];

    test('is answered by the model, which is told what was said before', async () => {
      id = await begin('editor');
      expect(await say(`Please remember ${SAID}.`)).toEqual({ status: 200, body: { success: true, message: 'pong 1' } });
      expect(await say('What was it?')).toEqual({ status: 200, body: { success: true, message: 'pong 3' } });
      const { body } = await messages();
      expect(body).toMatchObject({ success: true, total: 4, title: `Please remember ${SAID}.` });
      expect(body['messages']).toMatchObject([
        { role: 'user', content: `Please remember ${SAID}.`, conversationId: id },
        { role: 'assistant', content: 'pong 1', model: 'small-1' },
        { role: 'user', content: 'What was it?' },
        { role: 'assistant', content: 'pong 3' },
      ]);
      const { tokensIn, tokensOut } = world().book.sums((call) => call.conversation === id);
      expect(await listed('editor')).toMatchObject([
        {
          id,
          workspaceId: TEAM,
          repoId: cast().team.repo,
          createdBy: EDITOR,
          tokensIn: String(tokensIn),
          tokensOut: String(tokensOut),
          deletedAt: null,
          repo: { name: 'Chat' },
        },
      ]);
    });

    test('is turned over page by page, and found by who began it and when', async () => {
      const page = (await world().platform.call('editor', 'GET', `/conversation/${id}/messages?take=2&skip=1`)).body;
      expect(page).toMatchObject({ total: 4, messages: [{ content: 'pong 1' }, { content: 'What was it?' }] });
      const other = await begin('editor');
      expect((await listed('editor')).map((row) => row.id)).toEqual([other, id]);
      expect(await world().ok('editor', 'GET', '/conversation?take=1&skip=1')).toMatchObject({ total: 2, conversations: [{ id }] });
      for (const [query, count] of [
        [`userId=${EDITOR}&from=2026-01-01`, 2],
        ['userId=somebody', 0],
        ['to=2026-01-01', 0],
      ] as const) {
        expect([query, (await listed('editor', `?${query}`)).length]).toEqual([query, count]);
      }
      await world().ok('editor', 'DELETE', `/conversation/${other}?hardDelete=true`);
    });

    test('is seen by whoever began it, and by those who administer the workspace', async () => {
      expect([await listed('viewer'), await listed('stranger')]).toEqual([[], []]);
      expect([(await messages('viewer')).status, (await messages('stranger')).status]).toEqual([404, 404]);
      expect(await listed('chief', `?workspaceId=${TEAM}&repoId=${cast().team.repo}`)).toMatchObject([{ id }]);
      expect((await messages('chief')).body).toMatchObject({ total: 4 });
      expect(
        (await world().platform.call('chief', 'POST', `/conversation/${id}/prompt`, { prompt: 'And I?', model: 'small-1' })).status,
      ).toBe(403);
    });

    test('is unreadable in the files of the ledger', async () => {
      const files = ['', '-wal'].map((end) => join(world().stack.directory, `ledger.sqlite${end}`));
      // It is there, and sealed.
      const kept = await eventually('the conversation in the files', async () => {
        const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
        return texts.some((text) => text.includes(id)) ? texts.join('\n') : undefined;
      });
      // Not toContain, which would print the files.
      expect([SAID, 'pong 3'].filter((words) => kept.includes(words))).toEqual([]);
    });

    test('goes on without what a policy has blocked, or the repository does not serve', async () => {
      const blocked = await say(`My card is ${CARD}.`, [{ policy: cast().cards, severity: 'HIGH', action: 2 }]);
      expect(blocked).toMatchObject({ status: 200, body: { success: false, message: expect.stringContaining('violates the policy') } });
      const unknown = await world().platform.call('editor', 'POST', `/conversation/${id}/prompt`, {
        prompt: 'Hello',
        model: 'no-such-model',
      });
      expect(unknown).toMatchObject({ status: 200, body: { success: false, message: expect.stringContaining('no-such-model') } });
      expect((await messages()).body).toMatchObject({ total: 4 });
      expect((await say('Go on')).body).toEqual({ success: true, message: 'pong 5' });
    });

    test('is hidden by its deletion, and gone by a hard one', async () => {
      expect((await world().platform.call('viewer', 'DELETE', `/conversation/${id}`)).status).toBe(404);
      await world().ok('editor', 'DELETE', `/conversation/${id}?hardDelete=false`);
      expect(await listed('editor')).toEqual([]);
      expect(await listed('editor', '?showDeleted=true')).toMatchObject([{ id, deletedAt: expect.stringMatching(/^20/) }]);
      expect((await world().platform.call('editor', 'DELETE', `/conversation/${id}`)).status).toBe(404);
      expect(
        (await world().platform.call('editor', 'POST', `/conversation/${id}/prompt`, { prompt: 'Hello?', model: 'small-1' })).status,
      ).toBe(400);
      await world().ok('editor', 'DELETE', `/conversation/${id}?hardDelete=true`);
      expect(await listed('editor', '?showDeleted=true')).toEqual([]);
      expect((await messages()).status).toBe(404);
    });
  });
}
