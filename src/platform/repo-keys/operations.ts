// Keys of repositories: made, listed, renamed and revoked.
import type { Repository } from '../../api/resources.ts';
import { AI_TYPE } from '../ai-llm/dto.ts';
import { demandObject } from '../by-id.ts';
import { audit, NOT_OURS } from '../changes.ts';
import { ApiError, type Access, type Operation, type Schema } from '../operation.ts';
import { isShown, keyAiType, REPO_KEY, type RepoKeyDto } from '../repo/dto.ts';
import type { KeyRecord, PlatformServices } from '../services.ts';
import { done, keyTypeOf, PRINTABLE, type AiType } from '../wire.ts';

const PATH = '/repo/{repoId}/ai/apikey';
const RIGHTS = 'update on repositories in the namespace.';
const ERRORS = { 403: 'No right to change the repository.', 404: 'There is no such repository, or no such key.' } as const;
const WRITE_ERRORS = { ...ERRORS, 409: NOT_OURS } as const;
/** As long as names in the status of a Repository. */
const KEY_NAME: Schema = { type: 'string', minLength: 1, maxLength: 63, pattern: '\\S', ...PRINTABLE, description: 'As people call it.' };

interface OfRepository {
  repoId: string;
}
interface OfKey extends OfRepository {
  apikeyId: string;
}

function demandRepository(id: string, verb: 'get' | 'update', access: Access, { objects }: PlatformServices): Promise<Repository> {
  return demandObject('Repository', id, { verb }, { access, objects });
}

async function keysOf(repository: Repository, { keys }: PlatformServices): Promise<KeyRecord[]> {
  return (await keys.list(repository)).filter(({ id }) => isShown(repository, id));
}

async function demandKey(repository: Repository, id: string, services: PlatformServices): Promise<KeyRecord> {
  const record = (await keysOf(repository, services)).find((key) => key.id === id);
  if (record === undefined) throw new ApiError(404, 'the repository has no such key, or no longer');
  return record;
}

function dtoOf({ metadata }: Repository, { id, name, type, createdAt }: KeyRecord): RepoKeyDto {
  return { id, name, repoId: metadata.uid, key: id, aiType: keyAiType(type), createdAt: new Date(createdAt ?? 0).toISOString(), deletedAt: null };
}

function change(repository: Repository, { id: uid, name }: Pick<KeyRecord, 'id' | 'name'>) {
  return { kind: 'Key' as const, uid, workspace: repository.metadata.namespace, name };
}

export const createRepoKey: Operation<PlatformServices, OfRepository, never, { name: string; aiType: AiType }> = {
  id: 'createRepoKey',
  method: 'post',
  path: PATH,
  tag: 'Keys',
  summary: 'Makes a key. Its secret is what applications send; it is in this answer and nowhere else, as only its hash is kept.',
  rights: RIGHTS,
  body: {
    type: 'object',
    required: ['name', 'aiType'],
    properties: { name: KEY_NAME, aiType: { ...AI_TYPE, description: 'API that the key is for: ANTHROPIC and GOOGLE their own, all others that of OpenAI. Each reaches the models of every provider.' } },
  },
  answer: done({ id: { type: 'string' }, key: { type: 'string', description: 'Public: the same as id.' }, secret: { type: 'string', description: 'Shown this once.' } }, ['id', 'key', 'secret']),
  errors: WRITE_ERRORS,
  async handle({ params, body, caller, access }, services) {
    const repository = await demandRepository(params.repoId, 'update', access, services);
    const type = keyTypeOf(body.aiType);
    if (!(repository.spec.surfaces ?? ['OpenAI']).includes(type)) {
      throw new ApiError(400, `aiType: the repository does not speak the API of ${body.aiType}; add ${type} to spec.surfaces of the Repository`);
    }
    const { record, key } = await services.keys.create(repository, { name: body.name.trim(), type });
    await audit(services, caller, { event: 'created', ...change(repository, record) });
    return { success: true, id: record.id, key: record.id, secret: key, message: 'the secret is shown this once; keep it now' };
  },
};

export const listRepoKeys: Operation<PlatformServices, OfRepository> = {
  id: 'listRepoKeys',
  method: 'get',
  path: PATH,
  tag: 'Keys',
  summary: 'Keys that work, the newest first; those of spec.apiKeys are among them. Never the keys themselves.',
  rights: 'get on repositories in the namespace.',
  answer: done({ apiKeys: { type: 'array', items: REPO_KEY } }, ['apiKeys']),
  errors: { ...ERRORS, 403: 'No right to see the repository.' },
  async handle({ params, access }, services) {
    const repository = await demandRepository(params.repoId, 'get', access, services);
    return { success: true, apiKeys: (await keysOf(repository, services)).map((record) => dtoOf(repository, record)) };
  },
};

export const renameRepoKey: Operation<PlatformServices, OfKey, never, { name?: string | null }> = {
  id: 'renameRepoKey',
  method: 'put',
  path: `${PATH}/{apikeyId}`,
  tag: 'Keys',
  summary: 'Gives a key another name. Keys of spec.apiKeys keep theirs, as that is what their Secret is called by.',
  rights: RIGHTS,
  body: { type: 'object', properties: { name: { ...KEY_NAME, type: ['string', 'null'] } } },
  answer: done({}, ['message']),
  errors: WRITE_ERRORS,
  async handle({ params, body, caller, access }, services) {
    const repository = await demandRepository(params.repoId, 'update', access, services);
    const record = await demandKey(repository, params.apikeyId, services);
    const name = body.name?.trim() ?? record.name;
    if (name === record.name) return { success: true, message: 'nothing to change' };
    if (!record.made) throw new ApiError(400, `name: this key is the entry ${record.name} of spec.apiKeys of the Repository; its name is changed there`);
    await services.keys.rename(repository, record.id, name);
    await audit(services, caller, { event: 'updated', ...change(repository, { id: record.id, name }) });
    return { success: true, message: 'renamed' };
  },
};

export const deleteRepoKey: Operation<PlatformServices, OfKey> = {
  id: 'deleteRepoKey',
  method: 'delete',
  path: `${PATH}/{apikeyId}`,
  tag: 'Keys',
  summary: 'Revokes a key for good, within seconds. The audit and the statistics keep it by its id.',
  rights: RIGHTS,
  answer: done({}, ['message']),
  errors: WRITE_ERRORS,
  async handle({ params, caller, access }, services) {
    const repository = await demandRepository(params.repoId, 'update', access, services);
    const record = await demandKey(repository, params.apikeyId, services);
    if (record.made) await services.keys.revoke(repository, record.id);
    else {
      // With its entry its Secret goes, and with that the key.
      await services.objects.update('Repository', repository.metadata.uid, ({ apiKeys = [], ...spec }) => ({ ...spec, apiKeys: apiKeys.filter(({ name }) => name !== record.name) }));
    }
    await audit(services, caller, { event: 'deleted', ...change(repository, record) });
    return { success: true, message: 'revoked' };
  },
};
