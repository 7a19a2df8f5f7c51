// Creates, changes and deletes repositories.
import { ANNOTATIONS, isOwnReference, type Repository } from '../../api/resources.ts';
import { demandObject } from '../by-id.ts';
import { auditObject, createNamed, demandFreeName, NOT_OURS } from '../changes.ts';
import { ApiError, type Objects, type Operation, type Schema, type Services } from '../operation.ts';
import { done, NAME } from '../wire.ts';
import { demandWorkspace } from '../workspaces.ts';
import { MODE, REPO_ANNOTATIONS, STORAGE_TYPE } from './dto.ts';
import { repoFailure } from './failure.ts';

interface Body {
  name: string;
  storageType: string;
  mode: string;
  workspaceId: string;
  repoBuckets?: unknown[] | null;
  repoUnits?: unknown[] | null;
  repoAiLlms?: { aiLlmId: string }[] | null;
}

type Attachment = Repository['spec']['llms'][number];

const NO_BUCKETS: Schema = { type: ['array', 'null'], description: 'Empty: there are no buckets here.' };
const BODY: Schema = {
  type: 'object',
  required: ['name', 'storageType', 'mode', 'workspaceId'],
  properties: {
    name: NAME,
    storageType: STORAGE_TYPE,
    mode: MODE,
    workspaceId: { type: 'string', minLength: 1, description: 'Name or UID of the namespace; a repository stays where it is.' },
    repoBuckets: NO_BUCKETS,
    repoUnits: NO_BUCKETS,
    repoAiLlms: {
      type: ['array', 'null'],
      maxItems: 32,
      items: { type: 'object', required: ['aiLlmId'], properties: { aiLlmId: { type: 'string', minLength: 1 } } },
      description: 'Connections of the same workspace; a repository without any offers no model. Where two offer the same model, the first one serves it. Absent in a change: they stay.',
    },
  },
};
const WRITTEN = done({ repoId: { type: 'string' }, error_code: { type: 'string', enum: ['SUCCESS'] } }, ['repoId']);

/** @throws ApiError 400. */
export function demandNoBuckets({ repoBuckets, repoUnits }: Pick<Body, 'repoBuckets' | 'repoUnits'>): void {
  if ((repoBuckets ?? []).length + (repoUnits ?? []).length > 0) throw new ApiError(400, 'repoBuckets must be empty: there are no buckets here');
}

/** Entries of spec.llms for what is asked for; what an entry says besides, it keeps, and so do those that other workspaces lend. @throws ApiError 400. */
function attachments(objects: Objects, namespace: string, wanted: readonly { aiLlmId: string }[], before: readonly Attachment[]): Attachment[] {
  const own = before.filter((entry) => isOwnReference(namespace, entry));
  const found = wanted.map(({ aiLlmId }, at) => {
    const config = objects.byUid('AILLMConfig', aiLlmId);
    if (config?.metadata.namespace !== namespace) throw new ApiError(400, `repoAiLlms[${at}].aiLlmId: there is no AI LLM with this id in the workspace ${namespace}`);
    return own.find(({ name }) => name === config.metadata.name) ?? { name: config.metadata.name };
  });
  return [...new Map(found.map((entry) => [entry.name, entry])).values(), ...before.filter((entry) => !own.includes(entry))];
}

function annotationsOf({ storageType, mode }: Body): Record<string, string> {
  return { [REPO_ANNOTATIONS.storageType]: storageType, [REPO_ANNOTATIONS.mode]: mode };
}

export const createRepo: Operation<Services, never, never, Body> = {
  id: 'createRepo',
  method: 'post',
  path: '/repo',
  tag: 'Repositories',
  summary: 'Makes a repository that speaks the APIs of OpenAI, Anthropic and Google.',
  rights: 'create on repositories in the namespace.',
  body: BODY,
  answer: WRITTEN,
  errors: { 403: 'No right to create it in this workspace.', 409: NOT_OURS },
  failure: repoFailure,
  async handle({ body, caller, access }, services) {
    const { objects } = services;
    const namespace = await demandWorkspace(body.workspaceId, 'create', 'repositories', { access, objects });
    demandNoBuckets(body);
    const llms = attachments(objects, namespace, body.repoAiLlms ?? [], []);
    const spec = (): Repository['spec'] => ({ surfaces: ['OpenAI', 'Anthropic', 'Google'], llms });
    const created = await createNamed(objects, caller, 'Repository', { namespace, name: body.name.trim(), spec, annotations: annotationsOf(body) });
    await auditObject(services, caller, 'created', created);
    return { success: true, repoId: created.metadata.uid, error_code: 'SUCCESS' };
  },
};

export const updateRepo: Operation<Services, { id: string }, never, Body> = {
  id: 'updateRepo',
  method: 'put',
  path: '/repo/{id}',
  tag: 'Repositories',
  summary: 'Changes a repository. The list of connections is the new one, not an addition.',
  rights: 'update on repositories in the namespace.',
  body: BODY,
  answer: WRITTEN,
  errors: { 403: 'No right to change it.', 404: 'There is none with this id.', 409: NOT_OURS },
  failure: repoFailure,
  async handle({ params, body, caller, access }, services) {
    const { objects } = services;
    const repository = await demandObject('Repository', params.id, { verb: 'update' }, { access, objects });
    const { namespace, uid } = repository.metadata;
    demandNoBuckets(body);
    if (objects.namespace(body.workspaceId) !== namespace) throw new ApiError(400, `workspaceId: the repository is in the workspace ${namespace}, and stays there`);
    demandFreeName(objects, 'Repository', namespace, body.name.trim(), uid);
    const wanted = body.repoAiLlms;
    const change = (spec: Repository['spec']): Repository['spec'] =>
      wanted === undefined || wanted === null ? spec : { ...spec, llms: attachments(objects, namespace, wanted, spec.llms) };
    const updated = await objects.update('Repository', uid, change, { ...annotationsOf(body), [ANNOTATIONS.displayName]: body.name.trim() });
    await auditObject(services, caller, 'updated', updated, repository);
    return { success: true, repoId: uid, error_code: 'SUCCESS' };
  },
};

export const deleteRepo: Operation<Services, { id: string }> = {
  id: 'deleteRepo',
  method: 'delete',
  path: '/repo/{id}',
  tag: 'Repositories',
  summary: 'Deletes a repository. Its keys stop working within seconds.',
  rights: 'delete on repositories in the namespace.',
  answer: done(),
  errors: { 403: 'No right to delete it.', 404: 'There is none with this id.', 409: NOT_OURS },
  failure: repoFailure,
  async handle({ params, caller, access }, services) {
    const { objects } = services;
    const repository = await demandObject('Repository', params.id, { verb: 'delete' }, { access, objects });
    await objects.remove('Repository', repository.metadata.uid);
    await auditObject(services, caller, 'deleted', repository);
    return { success: true, message: 'deleted, and its keys with it' };
  },
};
