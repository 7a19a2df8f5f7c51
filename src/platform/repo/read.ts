// Lists repositories, and answers the checks that are about buckets.
import { demandObject } from '../by-id.ts';
import type { Operation, Services } from '../operation.ts';
import { repositoriesIn } from '../ai-llm/users.ts';
import { byAge, done, namespacesOf } from '../wire.ts';
import { listedWorkspace } from '../workspaces.ts';
import { attachmentsOf } from './attachments.ts';
import { MODE, REPO, repoDto } from './dto.ts';
import { repoFailure } from './failure.ts';
import { demandNoBuckets } from './write.ts';

export const listRepos: Operation<Services, never, { workspaceId?: string; repoId?: string }> = {
  id: 'listRepos',
  method: 'get',
  path: '/repo',
  tag: 'Repositories',
  summary: 'Repositories, the newest first. With repoId: that one alone.',
  rights: 'list on repositories; others are left out. Connections of them take list on aillmconfigs.',
  query: {
    workspaceId: { type: 'string', description: 'Only those of this workspace.' },
    repoId: { type: 'string', description: 'Only this one.' },
    walletAddress: { type: 'string', description: 'Ignored: there are no wallets here.' },
  },
  answer: done({ repos: { type: 'array', items: REPO } }, ['repos']),
  errors: {},
  async handle({ query, access }, { objects }) {
    const { workspaceId } = query;
    const namespace = workspaceId === undefined ? undefined : await listedWorkspace(workspaceId, 'repositories', { access, objects });
    if (workspaceId !== undefined && namespace === undefined) return { success: true, repos: [] };
    const wanted = objects
      .list('Repository')
      .filter(({ metadata }) => (namespace ?? metadata.namespace) === metadata.namespace && (query.repoId ?? metadata.uid) === metadata.uid);
    const among = namespacesOf(wanted);
    const [visible, shown] = await Promise.all([
      access.namespaces('list', 'repositories', among),
      access.namespaces('list', 'aillmconfigs', among),
    ]);
    const within = (namespaces: readonly string[] | 'all', name: string): boolean => namespaces === 'all' || namespaces.includes(name);
    // Beside those that are asked for stand the others of their namespaces, which the same connections may have.
    const seen = repositoriesIn(visible, objects);
    const repos = wanted.filter(({ metadata }) => within(visible, metadata.namespace)).toSorted(byAge);
    const attachments = attachmentsOf(objects.list('AILLMConfig'), seen);
    return { success: true, repos: repos.map((repository) => repoDto(repository, objects, within(shown, repository.metadata.namespace), attachments)) };
  },
};

interface ValidateBody {
  repoId?: string | null;
  repoBuckets?: unknown[] | null;
  repoUnits?: unknown[] | null;
}

const BODY = {
  type: 'object',
  properties: { repoId: { type: ['string', 'null'] }, mode: MODE, repoBuckets: { type: ['array', 'null'] }, repoUnits: { type: ['array', 'null'] } },
} as const;
const SUMMARY = 'Checks the buckets of a repository, of which there are none here: only an empty list is valid.';
const ANSWER = done({ repoId: { type: 'string' }, error_code: { type: 'string', enum: ['SUCCESS'] } });

/** Without an id it is about a repository that is yet to be made. */
async function validate(repoId: string | null | undefined, body: ValidateBody, { access }: { access: Parameters<Operation['handle']>[0]['access'] }, { objects }: Services): Promise<unknown> {
  if (repoId !== undefined && repoId !== null && repoId !== '') {
    await demandObject('Repository', repoId, { verb: 'get' }, { access, objects });
  }
  demandNoBuckets(body);
  return { success: true, ...(repoId === undefined || repoId === null ? {} : { repoId }), error_code: 'SUCCESS' };
}

export const validateNewRepo: Operation<Services, never, never, ValidateBody> = {
  id: 'validateNewRepo',
  method: 'post',
  path: '/repo/validate',
  tag: 'Repositories',
  summary: SUMMARY,
  rights: 'With repoId: get on repositories in the namespace.',
  body: BODY,
  answer: ANSWER,
  errors: { 403: 'No right to see it.', 404: 'There is none with this id.' },
  failure: repoFailure,
  handle: (call, services) => validate(call.body.repoId, call.body, call, services),
};

export const validateRepo: Operation<Services, { id: string }, never, ValidateBody> = {
  ...validateNewRepo,
  id: 'validateRepo',
  path: '/repo/{id}/validate',
  rights: 'get on repositories in the namespace.',
  handle: (call, services) => validate(call.params.id, call.body, call, services),
};
