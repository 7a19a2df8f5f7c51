// A workspaceId, wherever it is taken: one that is closed to the caller is answered as one that is not there.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPlatform, type RunningPlatform } from '../fake/platform.ts';

let platform: RunningPlatform;
let own: string;
beforeAll(async () => {
  platform = await startPlatform();
  platform.objects.put('AILLMConfig', 'closed', 'llm', { type: 'OpenAI' });
  platform.objects.put('Repository', 'closed', 'repo', { llms: [{ name: 'llm' }] });
  own = platform.objects.put('Repository', 'team', 'repo', { llms: [{ name: 'llm' }] }).metadata.uid;
  const verbs = ['create', 'list', 'update'].flatMap((verb) => ['aillmconfigs', 'repositories'].map((resource) => `${verb} ${resource} team`));
  platform.tokens.set('guest', verbs);
});
afterAll(() => platform.close());

const AI_LLM = { name: 'x', aiType: 'OPENAI', secret: 'canary' };
const REPO = { name: 'x', storageType: 'S3', mode: 'NORMAL' };

it.each([
  ['POST', () => '/ai/llm', (workspaceId: string) => ({ ...AI_LLM, workspaceId }), 403],
  ['POST', () => '/repo', (workspaceId: string) => ({ ...REPO, workspaceId }), 403],
  ['PUT', () => `/repo/${own}`, (workspaceId: string) => ({ ...REPO, workspaceId }), 400],
  ['GET', (id: string) => `/ai/llm?workspaceId=${id}`, undefined, 200],
  ['GET', (id: string) => `/repo?workspaceId=${id}`, undefined, 200],
  ['GET', (id: string) => `/v2/stats/ai?window=24h&scope=workspace&id=${id}`, undefined, 403],
] as const)('%s %s', async (method, path, body, status) => {
  const told = async (id: string): Promise<unknown> => {
    const reply = await platform.call(method, path(id), { token: 'guest', ...(body === undefined ? {} : { body: body(id) }) });
    return [reply.status, JSON.stringify(reply.body).replaceAll(id, 'ID')];
  };
  const missing = await told('nowhere');
  expect(missing).toEqual([status, expect.any(String)]);
  for (const id of ['closed', 'uid-of-closed']) expect(await told(id)).toEqual(missing);
});

it('is told to be none to whoever may do so everywhere', async () => {
  const { status, body } = await platform.call('POST', '/ai/llm', { body: { ...AI_LLM, workspaceId: 'nowhere' } });
  expect([status, body.message]).toEqual([400, 'workspaceId: there is no workspace "nowhere"; it is the name or the UID of a namespace']);
});
