// Steps of the story: what was made over HTTP is listed, checked and changed there, and kubectl sees it.
import { describe, expect, test } from 'vitest';
import { eventually } from '../stack/stack.ts';
import { inForce, repositoryOf } from './acts.ts';
import type { Cast } from './cast.ts';
import { EDITOR, SECRET, TEAM, type World } from './world.ts';

export function changes(world: () => World, cast: () => Cast): void {
  describe('what is made', () => {
    test('is listed as it is called, and for whom', async () => {
      const { team, cards, advice } = cast();
      const llm = { id: team.llm, orgId: 'default', workspaceId: TEAM, userId: EDITOR, name: 'Our provider', aiType: 'OTHER', key: null };
      expect(await world().list('editor', `/ai/llm?workspaceId=${TEAM}`)).toMatchObject([
        { ...llm, repos: [{ id: team.repo, name: 'Chat' }] },
      ]);
      expect(await world().list('editor', `/repo?repoId=${team.repo}`)).toMatchObject([
        {
          id: team.repo,
          name: 'Chat',
          storageType: 'OPENAI',
          aiLlms: [{ aiLlmId: team.llm, aiLlm: llm }],
          aiApiKeys: [{ id: team.key, name: 'My app' }],
        },
      ]);
      expect(await world().list('viewer', `/repo/${team.repo}/ai/apikey`)).toMatchObject([
        { id: team.key, name: 'My app', deletedAt: null },
      ]);
      // Each level has its own.
      const policies = `/policy?orgId=default&workspaceId=${TEAM}`;
      expect(await world().list('viewer', policies)).toMatchObject([
        { id: cards, workspaceId: TEAM, repoId: null, actionType: 2, riskType: 'HIGH' },
      ]);
      expect(await world().list('viewer', `${policies}&repoId=${team.repo}`)).toMatchObject([
        { id: advice, repo: { id: team.repo, name: 'Chat' } },
      ]);
    });

    test('is changed, in force as it was changed, and changed by kubectl as well', async () => {
      const { team, advice } = cast();
      await world().ok('editor', 'PUT', `/ai/llm/${team.llm}`, { name: 'Ours', secret: SECRET });
      await world().ok('editor', 'PUT', `/repo/${team.repo}`, { ...repositoryOf('Chats', team), storageType: 'S3' });
      await world().ok('editor', 'PUT', `/repo/${team.repo}`, repositoryOf('Chat', team));
      await world().ok('editor', 'PUT', `/repo/${team.repo}/ai/apikey/${team.key}`, { name: 'Our app' });
      expect(await world().list('viewer', '/ai/llm')).toMatchObject([{ id: team.llm, name: 'Ours' }]);
      expect(await world().list('viewer', '/repo')).toMatchObject([
        { id: team.repo, name: 'Chat', storageType: 'OPENAI', aiApiKeys: [{ name: 'Our app' }] },
      ]);
      await world().ok('editor', 'PUT', `/policy/${advice}`, { riskType: 'MEDIUM' });
      expect((await world().platform.call('editor', 'PUT', `/policy/${advice}`, {})).status).toBe(400);
      await inForce(world(), advice);
      const { policy } = await world().ok('viewer', 'GET', `/policy/${advice}`);
      expect(policy).toMatchObject({ name: 'Advice', riskType: 'MEDIUM', actionType: 0, lastUpdatedBy: { id: EDITOR } });
      const { items } = JSON.parse(await world().stack.kubectl(['get', 'aip', '-n', TEAM, '-o', 'json'])) as {
        items: { metadata: { uid: string; name: string } }[];
      };
      const name = items.find(({ metadata }) => metadata.uid === advice)!.metadata.name;
      await world().stack.kubectl(['annotate', 'aip', name, '-n', TEAM, '--overwrite', 'ai.flashback.tech/display-name=Legal advice']);
      await eventually('the name that kubectl gave', async () => {
        const { policy: seen } = await world().ok('viewer', 'GET', `/policy/${advice}`);
        return (seen as { name: string }).name === 'Legal advice' || undefined;
      });
    });

    test('is checked before it is made', async () => {
      const { team } = cast();
      const buckets = { mode: 'NORMAL', repoBuckets: [] };
      expect(await world().ok('editor', 'POST', '/repo/validate', buckets)).toMatchObject({ error_code: 'SUCCESS' });
      expect(await world().ok('editor', 'POST', `/repo/${team.repo}/validate`, { repoId: team.repo, ...buckets })).toMatchObject({
        error_code: 'SUCCESS',
      });
      const { platform } = world();
      const advised = await platform.call('editor', 'POST', '/policy/validate', {
        policies: [{ policy_uuid: 'p-1', content: 'Be nice.' }],
      });
      expect(advised).toMatchObject({
        status: 200,
        body: { results: [{ policy_uuid: 'p-1', score: expect.any(Number), severity: expect.stringMatching(/./) }] },
      });
      const asked = { level: 1, uuid: TEAM, prompt: 'Nobody may send us payment card numbers.' };
      const proposed = await platform.call('editor', 'POST', '/policy/recommend', asked);
      expect(proposed).toMatchObject({
        status: 200,
        body: { level: 1, recommended_policies: [{ content: expect.stringMatching(/card/i) }] },
      });
    });
  });
}
