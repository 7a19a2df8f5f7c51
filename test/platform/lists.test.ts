// Long lists: what an answer needs besides its rows is looked up once for all of them, however many there are.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Repository } from '../../src/api/resources.ts';
import { attachmentsOf } from '../../src/platform/repo/attachments.ts';
import { startPlatform, type RunningPlatform } from '../fake/platform.ts';

let platform: RunningPlatform;
let listed: number;
beforeEach(async () => {
  platform = await startPlatform({ services: { homes: { homesOf: () => [] } } });
  const list = platform.objects.list.bind(platform.objects);
  platform.objects.list = (kind) => {
    listed += 1;
    return list(kind);
  };
});
afterEach(() => platform.close());

function add(count: number): Repository[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `${platform.objects.list('Repository').length}-${at}`;
    platform.objects.put('AILLMConfig', 'team', `llm-${name}`, { type: 'OpenAI' });
    const repository = platform.objects.put('Repository', 'team', `repo-${name}`, { llms: [{ name: `llm-${name}` }] });
    const spec = { scope: 'Repository', repositoryRef: { name: repository.metadata.name }, content: 'No cards.', riskType: 'High', action: 'Log' } as const;
    platform.objects.put('AIPolicy', 'team', `policy-${name}`, spec);
    return repository;
  });
}

async function lookUps(path: string): Promise<number> {
  listed = 0;
  expect((await platform.call('GET', path)).status).toBe(200);
  return listed;
}

it.each(['/repo', '/ai/llm', '/ai/llm/available', '/policy?orgId=default&workspaceId=team'])('%s goes through the objects as often for forty as for one', async (path) => {
  const [first] = add(1);
  const own = path.startsWith('/policy') ? `&repoId=${first?.metadata.uid}` : '';
  const once = await lookUps(path + own);
  for (let at = 0; at < 39; at += 1) {
    const spec = { scope: 'Repository', repositoryRef: { name: first?.metadata.name ?? '' }, content: 'No cards.', riskType: 'High', action: 'Log' } as const;
    platform.objects.put('AIPolicy', 'team', `more-${at}`, spec);
  }
  add(39);
  expect([await lookUps(path + own), once]).toEqual([once, once]);
});

it('connections and repositories find each other in their own workspace alone, each once, in the order of the one who refers', () => {
  const [a, b] = ['a', 'b'].map((name) => platform.objects.put('AILLMConfig', 'team', name, { type: 'OpenAI' }));
  const far = platform.objects.put('AILLMConfig', 'far', 'a', { type: 'OpenAI' });
  const repository = platform.objects.put('Repository', 'team', 'r', { llms: [{ name: 'b' }, { name: 'gone' }, { name: 'a' }, { name: 'a', namespace: 'far' }] });
  const other = platform.objects.put('Repository', 'team', 's', { llms: [{ name: 'a' }, { name: 'a' }] });
  const { llmsOf, usersOf } = attachmentsOf([a!, b!, far], [repository, other]);
  expect(llmsOf(repository).map(({ metadata }) => [metadata.namespace, metadata.name])).toEqual([['team', 'b'], ['team', 'a']]);
  expect([a!, b!, far].map((config) => usersOf(config).map(({ metadata }) => metadata.name))).toEqual([['r', 's'], ['r'], []]);
});
