// What lists ask about the rights of a caller: each namespace is a question to the API server, so none that the answer does not need.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startPlatform, type RunningPlatform } from '../fake/platform.ts';

let platform: RunningPlatform;
let repo: string;
let llm: string;

const nothing = async () => ({ rows: [], total: 0 });

beforeAll(async () => {
  const ledger = { violations: nothing, alerts: nothing, conversations: nothing, audited: nothing, usage: async () => [], countUsage: async () => 0 };
  platform = await startPlatform({ ledger, services: { homes: { homesOf: () => ['third'] } } });
  for (const namespace of ['team', 'other', 'third']) {
    const config = platform.objects.put('AILLMConfig', namespace, 'main', { type: 'OpenAI' });
    const repository = platform.objects.put('Repository', namespace, 'chat', { llms: [{ name: 'main' }] });
    if (namespace === 'team') [repo, llm] = [repository.metadata.uid, config.metadata.uid];
  }
  platform.objects.organizations.set('third', 'acme');
  const rights = ['repositories', 'aillmconfigs', 'aipolicies'].flatMap((resource) => ['team', 'third'].map((namespace) => `list ${resource} ${namespace}`));
  platform.tokens.set('guest', [...rights, 'delete aillmconfigs team', 'get aillmconfigs team']);
});
afterAll(() => platform.close());
beforeEach(() => platform.scans.splice(0));

it.each([
  ['GET', '/repo?workspaceId=team', ['repositories', 'aillmconfigs'], ['team']],
  ['GET', '/repo?repoId=REPO', ['repositories', 'aillmconfigs'], ['team']],
  ['GET', '/repo?repoId=nobody', ['repositories', 'aillmconfigs'], []],
  ['GET', '/ai/llm?workspaceId=team', ['repositories'], ['team']],
  ['GET', '/policy?orgId=default&workspaceId=team', ['aipolicies'], ['team']],
  ['GET', '/policy?orgId=default&repoId=REPO', ['aipolicies'], ['team']],
  ['GET', '/policy?orgId=default', ['aipolicies'], ['third']],
  ['GET', '/policy/violations?workspaceId=team', ['aipolicies'], ['team']],
  ['GET', '/policy/alerts?workspaceId=uid-of-team', ['aipolicies'], ['team']],
  ['GET', '/conversation?workspaceId=team', ['repositories', 'repositories'], ['team']],
  ['GET', '/v2/stats/ai?scope=org&id=acme&window=7d&timeBucketSize=1d', ['repositories'], ['third']],
  ['DELETE', '/ai/llm/LLM', ['repositories'], ['team']],
])('%s %s asks about the namespaces that it is about', async (method, path, resources, among) => {
  const { status } = await platform.call(method, path.replace('REPO', repo).replace('LLM', llm), { token: 'guest' });
  expect(status).toBe(method === 'DELETE' ? 403 : 200);
  expect(platform.scans.map(([right]) => right.split(' ')[1])).toEqual(resources);
  expect(platform.scans.map(([, namespaces]) => namespaces)).toEqual(resources.map(() => among));
});

it('asks about repositories where there are connections to show, and about connections everywhere', async () => {
  const { body } = await platform.call('GET', '/ai/llm', { token: 'guest' });
  expect((body['aiLlms'] as { workspaceId: string }[]).map(({ workspaceId }) => workspaceId)).toEqual(['third', 'team']);
  expect(platform.scans).toEqual([
    ['list aillmconfigs', undefined],
    ['list repositories', ['third', 'team']],
  ]);
});
