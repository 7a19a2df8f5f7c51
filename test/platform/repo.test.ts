// Repositories, their keys and their models over the Platform API.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/api/resources.ts';
import { ApiError } from '../../src/platform/operation.ts';
import { knownKeys } from '../../src/platform/repo/dto.ts';
import type { KeyRecord, RepositoryKeys } from '../../src/platform/services.ts';
import { chatKeyId } from '../../src/platform/stats/chat-keys.ts';
import { startPlatform, type RunningPlatform } from '../fake/platform.ts';

const KEY = 'sk-canary-key';

let platform: RunningPlatform;
let llm: string;
let kept: KeyRecord[];
const keys: RepositoryKeys = {
  list: async () => kept,
  create: async (_repository, { name, type }) => {
    const record = { id: `key_${kept.length}`, name, type, createdAt: 1_000, made: true };
    kept.unshift(record);
    return { record, key: KEY };
  },
  rename: async (_repository, id, name) => {
    kept = kept.map((record) => (record.id === id ? { ...record, name } : record));
  },
  revoke: async (_repository, id) => {
    if (!kept.some((record) => record.id === id)) throw new ApiError(404, 'gone');
    kept = kept.filter((record) => record.id !== id);
  },
};

beforeEach(async () => {
  kept = [];
  platform = await startPlatform({ services: { keys } });
  llm = platform.objects.put('AILLMConfig', 'team', 'main', { type: 'Anthropic' }).metadata.uid;
});
afterEach(async () => {
  expect(platform.log.join('')).not.toContain(KEY);
  await platform.close();
});

const body = (change: object = {}) => ({ name: 'Chat', storageType: 'S3', mode: 'NORMAL', workspaceId: 'team', repoBuckets: [], repoAiLlms: [{ aiLlmId: llm }], ...change });
const only = (): Repository => platform.objects.list('Repository')[0] as Repository;

describe('repositories', () => {
  it('are made with every surface, and remember what is only about buckets', async () => {
    const created = await platform.call('POST', '/repo', { body: body() });
    expect(created).toMatchObject({ status: 200, body: { success: true, repoId: only().metadata.uid, error_code: 'SUCCESS' } });
    expect(only().spec).toEqual({ surfaces: ['OpenAI', 'Anthropic', 'Google'], llms: [{ name: 'main' }] });
    const { body: listed } = await platform.call('GET', '/repo?walletAddress=0x1');
    expect(listed).toMatchObject({ repos: [{ name: 'Chat', storageType: 'S3', mode: 'NORMAL', workspaceId: 'team', buckets: [], aiLlms: [{ aiLlmId: llm, aiLlm: { name: 'main' } }], disabled: false }] });
  });

  it('show connections only to who may see those', async () => {
    await platform.call('POST', '/repo', { body: body() });
    platform.tokens.set('guest', ['list repositories']);
    expect((await platform.call('GET', '/repo', { token: 'guest' })).body).toMatchObject({ repos: [{ aiLlms: [{ aiLlmId: llm }] }] });
    expect(JSON.stringify((await platform.call('GET', '/repo', { token: 'guest' })).body)).not.toContain('"aiLlm"');
  });

  it.each([
    ['a bucket', { repoBuckets: [{ folder: 'a' }] }, 'repoBuckets must be empty', undefined],
    ['a connection that does not exist', { repoAiLlms: [{ aiLlmId: 'nobody' }] }, 'repoAiLlms[0].aiLlmId: there is no AI LLM', undefined],
    ['an unknown mode', { mode: 'X' }, 'mode must be one of NORMAL, MIRROR, BACKUP', undefined],
  ])('refuse %s in both forms of errors', async (_what, change, message, code) => {
    const { status, body: answer } = await platform.call('POST', '/repo', { body: body(change) });
    expect(status).toBe(400);
    expect(answer.message).toContain(message);
    expect([answer['error_message'], answer['error_code']]).toEqual([answer.message, code]);
  });

  it('refuse connections of another workspace, and names that are taken', async () => {
    const foreign = platform.objects.put('AILLMConfig', 'other', 'theirs', { type: 'OpenAI' }).metadata.uid;
    expect((await platform.call('POST', '/repo', { body: body({ repoAiLlms: [{ aiLlmId: foreign }] }) })).status).toBe(400);
    await platform.call('POST', '/repo', { body: body() });
    expect(await platform.call('POST', '/repo', { body: body() })).toMatchObject({ status: 400, body: { error_code: 'NAME_ALREADY_USED' } });
    expect(await platform.call('PUT', '/repo/nobody', { body: body() })).toMatchObject({ status: 404, body: { error_code: 'NOT_FOUND' } });
  });

  it('take the new list of connections, and keep what an entry says besides', async () => {
    const second = platform.objects.put('AILLMConfig', 'team', 'second', { type: 'OpenAI' }).metadata.uid;
    const { uid } = platform.objects.put('Repository', 'team', 'chat', { llms: [{ name: 'main', models: ['small'] }], fidelity: 'Strict' }).metadata;
    await platform.call('PUT', `/repo/${uid}`, { body: body({ repoAiLlms: [{ aiLlmId: second }, { aiLlmId: llm }, { aiLlmId: second }] }) });
    expect(only().spec).toEqual({ llms: [{ name: 'second' }, { name: 'main', models: ['small'] }], fidelity: 'Strict' });
    await platform.call('PUT', `/repo/${uid}`, { body: body({ repoAiLlms: undefined, name: 'Other' }) });
    expect([only().spec.llms.length, only().metadata.annotations?.['ai.flashback.tech/display-name']]).toEqual([2, 'Other']);
    expect((await platform.call('PUT', `/repo/${uid}`, { body: body({ workspaceId: 'other' }) })).status).toBe(400);
  });

  it('are made without a connection, and let go of their last one', async () => {
    expect((await platform.call('POST', '/repo', { body: body({ repoAiLlms: null }) })).status).toBe(200);
    expect(only().spec.llms).toEqual([]);
    const change = (repoAiLlms: object[]) => platform.call('PUT', `/repo/${only().metadata.uid}`, { body: body({ repoAiLlms }) });
    await change([{ aiLlmId: llm }]);
    expect(only().spec.llms).toEqual([{ name: 'main' }]);
    expect((await change([])).status).toBe(200);
    expect(only().spec.llms).toEqual([]);
  });

  it('are checked for buckets alone', async () => {
    expect((await platform.call('POST', '/repo/validate', { body: { mode: 'NORMAL', repoBuckets: [] } })).body).toMatchObject({ success: true, error_code: 'SUCCESS' });
    expect((await platform.call('POST', '/repo/validate', { body: { mode: 'NORMAL', repoBuckets: [{}] } })).status).toBe(400);
    expect((await platform.call('POST', '/repo/nobody/validate', { body: {} })).status).toBe(404);
  });
});

describe('keys', () => {
  let path: string;
  beforeEach(() => {
    const { uid } = platform.objects.put('Repository', 'team', 'chat', { llms: [{ name: 'main' }], apiKeys: [{ name: 'app' }, { name: 'other' }] }).metadata;
    path = `/repo/${uid}/ai/apikey`;
  });

  it('are shown once', async () => {
    const created = await platform.call('POST', path, { body: { name: 'Mine', aiType: 'AWS' } });
    expect(created).toMatchObject({ status: 200, body: { success: true, id: 'key_0', key: 'key_0', secret: KEY } });
    const listed = await platform.call('GET', path);
    expect(listed.body).toMatchObject({ apiKeys: [{ id: 'key_0', key: 'key_0', name: 'Mine', aiType: 'OPENAI', createdAt: '1970-01-01T00:00:01.000Z', deletedAt: null }] });
    expect(JSON.stringify(listed.body)).not.toContain(KEY);
  });

  it('are refused for an API that the repository does not speak', async () => {
    const { status, body: answer } = await platform.call('POST', path, { body: { name: 'Mine', aiType: 'ANTHROPIC' } });
    expect([status, answer.message]).toEqual([400, 'aiType: the repository does not speak the API of ANTHROPIC; add Anthropic to spec.surfaces of the Repository']);
    expect(kept).toEqual([]);
  });

  it('are renamed and revoked, and each step is in the audit with the id of the key', async () => {
    await platform.call('POST', path, { body: { name: 'Mine', aiType: 'OPENAI' } });
    expect((await platform.call('PUT', `${path}/key_0`, { body: { name: 'Ours' } })).status).toBe(200);
    expect((await platform.call('PUT', `${path}/key_0`, { body: {} })).body).toMatchObject({ success: true, message: 'nothing to change' });
    expect((await platform.call('DELETE', `${path}/key_0`)).status).toBe(200);
    expect((await platform.call('DELETE', `${path}/key_0`)).status).toBe(404);
    expect(platform.ledger.audits.map(({ event, kind, uid, name }) => [event, kind, uid, name])).toEqual([
      ['created', 'Key', 'key_0', 'Mine'],
      ['updated', 'Key', 'key_0', 'Ours'],
      ['deleted', 'Key', 'key_0', 'Ours'],
    ]);
  });

  it('of the spec are not renamed, and deleting one removes its entry and no other', async () => {
    kept = [{ id: 'key_app', name: 'app', type: 'OpenAI', createdAt: undefined, made: false }];
    expect((await platform.call('PUT', `${path}/key_app`, { body: { name: 'x' } })).status).toBe(400);
    expect((await platform.call('DELETE', `${path}/key_app`)).status).toBe(200);
    expect(only().spec.apiKeys).toEqual([{ name: 'other' }]);
  });

  it('that conversations are answered with are not among them: neither listed nor renamed nor revoked', async () => {
    const [repository] = platform.objects.list('Repository');
    const { uid } = repository!.metadata;
    const own = { id: chatKeyId(uid), name: 'private chat', type: 'OpenAI', createdAt: 1_000, made: true } as const;
    kept = [own];
    expect((await platform.call('GET', path)).body).toMatchObject({ success: true, apiKeys: [] });
    expect((await platform.call('PUT', `${path}/${own.id}`, { body: { name: 'Mine' } })).status).toBe(404);
    expect((await platform.call('DELETE', `${path}/${own.id}`)).status).toBe(404);
    expect(kept).toEqual([own]);
    const shown = { id: 'key_1', name: 'app', type: 'OpenAI' } as const;
    expect(knownKeys({ ...repository!, status: { keys: [{ ...own, createdAt: undefined }, shown] } } as Repository).map(({ id }) => id)).toEqual(['key_1']);
  });

  it('take the right to update the repository', async () => {
    platform.tokens.set('guest', ['get repositories', 'list repositories']);
    expect((await platform.call('GET', path, { token: 'guest' })).status).toBe(200);
    for (const [method, url] of [['POST', path], ['PUT', `${path}/key_0`], ['DELETE', `${path}/key_0`]] as const) {
      expect((await platform.call(method, url, { token: 'guest', body: method === 'DELETE' ? undefined : { name: 'x', aiType: 'OPENAI' } })).status).toBe(403);
    }
  });
});

it('models are those of status, with the type of the connection that serves each', async () => {
  const models = [{ name: 'claude', llm: 'main' }, { name: 'gone', llm: 'deleted' }];
  const { uid } = platform.objects.put('Repository', 'team', 'chat', { llms: [{ name: 'main' }] }, { status: { models } }).metadata;
  const ask = async (more: object) => (await platform.call('POST', '/ai/models', { body: { repoId: uid, ...more } })).body['models'];
  const claude = { id: 'claude', name: 'claude', aiType: 'ANTHROPIC', llmType: 'ANTHROPIC', llmProvider: 'main' };
  expect([await ask({}), await ask({ aiType: 'ANTHROPIC', llmType: 'anthropic' }), await ask({ aiType: 'OPENAI' })]).toEqual([[claude], [claude], []]);
});

it('models say how many the repository has, of which status names the first 200', async () => {
  const models = [{ name: 'claude', llm: 'main' }];
  const { uid } = platform.objects.put('Repository', 'team', 'chat', { llms: [{ name: 'main' }] }, { status: { models, modelCount: 350 } }).metadata;
  expect((await platform.call('POST', '/ai/models', { body: { repoId: uid, aiType: 'OPENAI' } })).body).toEqual({ success: true, models: [], total: 350 });
});

it('a change that the ledger cannot take is made all the same, and stands in the log', async () => {
  platform.ledger.audit = () => Promise.reject(new Error('away'));
  expect((await platform.call('POST', '/repo', { body: body() })).status).toBe(200);
  expect(platform.log.some((line) => line.includes('could not be written to the audit') && line.includes('"actor":"admin"'))).toBe(true);
});
