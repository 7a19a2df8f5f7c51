// Repositories that use a connection of another workspace by a grant: the Platform API shows its callers their own workspace, and takes nothing away.
import { beforeEach, expect, it } from 'vitest';
import type { Operation } from '../../src/platform/operation.ts';
import { listModels } from '../../src/platform/models/list.ts';
import { attachmentsOf } from '../../src/platform/repo/attachments.ts';
import { listRepos } from '../../src/platform/repo/read.ts';
import { updateRepo } from '../../src/platform/repo/write.ts';
import { ask, stand, type Stand } from './stand.ts';

const LENT = { name: 'main', namespace: 'lender' };
const OPERATIONS = [listModels, listRepos, updateRepo] as readonly Operation[];

let services: Stand;
beforeEach(() => {
  services = stand();
  const { objects } = services;
  objects.add('AILLMConfig', 'team', 'main', 'llm-own', { type: 'OpenAI' });
  objects.add('AILLMConfig', 'lender', 'main', 'llm-lent', { type: 'OpenAI' });
  const models = [
    { name: 'a', llm: 'main' },
    { name: 'b', llm: 'lender/main' },
  ];
  objects.add('Repository', 'team', 'chat', 'repo-1', { llms: [LENT, { name: 'main', models: ['a'] }] }, { models });
  objects.add('Repository', 'team', 'lent-only', 'repo-2', { llms: [LENT] });
});

const llmsOf = (uid: string) => services.objects.byUid('Repository', uid)?.spec.llms;

function update(id: string, repoAiLlms: { aiLlmId: string }[]): Promise<unknown> {
  const body = { name: id, storageType: 'OPENAI', mode: 'NORMAL', workspaceId: 'team', repoAiLlms };
  return ask(OPERATIONS, 'updateRepo', { params: { id }, body }, services);
}

it('are listed with the connections of their own workspace', async () => {
  const { repos } = await ask<{ repos: { id: string; aiLlms: { aiLlmId: string }[] }[] }>(OPERATIONS, 'listRepos', {}, services);
  expect(Object.fromEntries(repos.map(({ id, aiLlms }) => [id, aiLlms.map(({ aiLlmId }) => aiLlmId)]))).toEqual({
    'repo-1': ['llm-own'],
    'repo-2': [],
  });
});

it('have the models of both, and say which connection serves them', async () => {
  const { models } = await ask<{ models: { id: string; llmProvider: string }[] }>(OPERATIONS, 'listModels', { body: { repoId: 'repo-1' } }, services);
  expect(models.map(({ id, llmProvider }) => [id, llmProvider])).toEqual([
    ['a', 'main'],
    ['b', 'lender/main'],
  ]);
});

it('keep what is lent when their own list is written', async () => {
  await update('repo-1', [{ aiLlmId: 'llm-own' }]);
  expect(llmsOf('repo-1')).toEqual([{ name: 'main', models: ['a'] }, LENT]);
  await update('repo-2', []);
  expect(llmsOf('repo-2')).toEqual([LENT]);
});

it('are given no connection of another workspace by its id', async () => {
  await expect(update('repo-1', [{ aiLlmId: 'llm-lent' }])).rejects.toMatchObject({ status: 400 });
});

it('count as users of a connection in its own workspace only, by what they mean and not by its name', () => {
  const repositories = services.objects.list('Repository');
  const { usersOf } = attachmentsOf(services.objects.list('AILLMConfig'), repositories);
  const usersOfUid = (uid: string) => usersOf(services.objects.byUid('AILLMConfig', uid)!).map(({ metadata }) => metadata.name);
  expect([usersOfUid('llm-own'), usersOfUid('llm-lent')]).toEqual([['chat'], []]);
});
