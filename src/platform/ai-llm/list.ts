// Lists connections to providers: all that the caller may see, and of those the ones that work.
import type { AILLMConfig } from '../../api/resources.ts';
import type { Access, Operation, Schema, Services } from '../operation.ts';
import { attachmentsOf } from '../repo/attachments.ts';
import { byAge, done, namespacesOf } from '../wire.ts';
import { listedWorkspace } from '../workspaces.ts';
import { AI_LLM, aiLlmDto, type AiLlmDto } from './dto.ts';
import { repositoriesIn } from './users.ts';

/** Newest first. @throws ApiError 400 where who may see all workspaces names none. */
export async function visibleLlms(access: Access, services: Services, workspaceId?: string): Promise<AILLMConfig[]> {
  const { objects } = services;
  const ofOne = async (id: string): Promise<string[]> => {
    const namespace = await listedWorkspace(id, 'aillmconfigs', { access, objects });
    return namespace === undefined ? [] : [namespace];
  };
  const visible = await (workspaceId === undefined ? access.namespaces('list', 'aillmconfigs') : ofOne(workspaceId));
  const seen = objects.list('AILLMConfig').filter(({ metadata }) => visible === 'all' || visible.includes(metadata.namespace));
  return seen.toSorted(byAge);
}

async function rowsOf(configs: readonly AILLMConfig[], access: Access, { objects }: Services): Promise<AiLlmDto[]> {
  const repositories = repositoriesIn(await access.namespaces('list', 'repositories', namespacesOf(configs)), objects);
  const attachments = attachmentsOf(configs, repositories);
  return configs.map((config) => aiLlmDto(config, objects, attachments.usersOf(config)));
}

const ANSWER: Schema = done({ aiLlms: { type: 'array', items: AI_LLM } }, ['aiLlms']);
const RIGHTS = 'list on aillmconfigs; others are left out. Repositories of them take list on repositories.';

export const listAiLlms: Operation<Services, never, { workspaceId?: string }> = {
  id: 'listAiLlms',
  method: 'get',
  path: '/ai/llm',
  tag: 'AI LLMs',
  summary: 'Connections to providers, the newest first.',
  rights: RIGHTS,
  query: { workspaceId: { type: 'string', description: 'Only those of this workspace.' } },
  answer: ANSWER,
  errors: {},
  async handle({ query, access }, services) {
    const found = await visibleLlms(access, services, query.workspaceId);
    return { success: true, aiLlms: await rowsOf(found, access, services) };
  },
};

/** Works now, by what the operator knows of its credential. */
function isReady({ status }: AILLMConfig): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

export const listAvailableAiLlms: Operation = {
  id: 'listAvailableAiLlms',
  method: 'get',
  path: '/ai/llm/available',
  tag: 'AI LLMs',
  summary: 'Connections whose credential the provider accepts (condition Ready), the newest first.',
  rights: RIGHTS,
  answer: ANSWER,
  errors: {},
  async handle({ access }, services) {
    const found = (await visibleLlms(access, services)).filter(isReady);
    return { success: true, aiLlms: await rowsOf(found, access, services) };
  },
};
