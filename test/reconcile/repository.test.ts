import { describe, expect, it } from 'vitest';
import { hashKey, isWellFormedKey } from '../../src/api/api-key.ts';
import { ANNOTATIONS, LABELS, type KeyType, type Repository } from '../../src/api/resources.ts';
import { SecretForbiddenError } from '../../src/reconcile/store.ts';
import { BASE_URL, Harness, INVALID, valid } from './harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function started(overrides: Parameters<Harness['repository']>[1] = {}): Promise<Harness> {
  const harness = new Harness();
  harness.connection('main');
  harness.repository('repo', overrides);
  await harness.start();
  return harness;
}

function keyIn(harness: Harness, secret = 'repo-app'): string {
  return harness.store.secret(secret)?.data['OPENAI_API_KEY'] ?? '';
}

function status(harness: Harness) {
  return harness.store.get('Repository', { namespace: 'team', name: 'repo' })?.status;
}

describe('Repository', () => {
  it('delivers a key that gateways know by its hash only, and is Ready', async () => {
    const harness = await started();
    const secret = harness.store.secret('repo-app');
    expect(isWellFormedKey(keyIn(harness))).toBe(true);
    expect(secret?.data).toEqual({ OPENAI_API_KEY: keyIn(harness), OPENAI_BASE_URL: BASE_URL, FLASHBACK_KEY_SHA256: hashKey(keyIn(harness)) });
    expect(secret?.labels).toMatchObject({ [LABELS.repository]: 'repo', [LABELS.apiKey]: 'app', [LABELS.managedBy]: 'flashback-operator' });
    expect(secret?.ownerUid).toBe(harness.store.get('Repository', { namespace: 'team', name: 'repo' })?.metadata.uid);
    expect(harness.content.keys).toEqual({ [hashKey(keyIn(harness))]: { id: secret?.annotations[ANNOTATIONS.keyId], repository: 'team/repo' } });
    expect(JSON.stringify(harness.published)).not.toContain(keyIn(harness));
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    expect(status(harness)).toMatchObject({
      endpoint: BASE_URL,
      modelCount: 2,
      models: [{ name: 'model-a', llm: 'main' }, { name: 'model-b', llm: 'main' }],
      keys: [{ name: 'app', type: 'OpenAI', prefix: keyIn(harness).slice(0, 8), secretName: 'repo-app', createdAt: '2026-11-25T08:00:00Z' }],
    });
    expect(harness.notes('IssueKey')).toHaveLength(1);
    await harness.check();
  });

  it('tells gateways which surface a key is for, unless it is OpenAI', async () => {
    const harness = await started({ apiKeys: [{ name: 'app' }, { name: 'claude', type: 'Anthropic' }] });
    expect(Object.values(harness.content.keys).map(({ type }) => type).toSorted()).toEqual(['Anthropic', undefined]);
  });

  it('says which keys open nothing, because it does not offer the surface that they are for', async () => {
    const apiKeys: Repository['spec']['apiKeys'] = [{ name: 'app' }, { name: 'claude', type: 'Anthropic' }, { name: 'code', type: 'Anthropic' }, { name: 'gem', type: 'Google' }];
    const harness = await started({ surfaces: ['OpenAI', 'Google'], apiKeys });
    const note = 'spec.surfaces has no Anthropic, so these spec.apiKeys of that type open nothing: claude, code; add Anthropic there, or change their type';
    expect(harness.condition('Repository', 'repo', 'KeysIssued')).toMatchObject({ status: 'True', message: `4 keys are delivered; ${note}` });
    expect(harness.condition('Repository', 'repo', 'Ready')).toMatchObject({ status: 'True', message: `models and keys are in use; ${note}` });
    await harness.check();
    harness.repository('repo', { surfaces: ['Anthropic'], apiKeys: [{ name: 'claude', type: 'Anthropic' }, { name: 'app' }] });
    await harness.run();
    expect(harness.condition('Repository', 'repo', 'Ready')?.message).toContain('has no OpenAI, so these spec.apiKeys of that type open nothing: app;');
    harness.repository('repo', { surfaces: ['Anthropic', 'Google', 'OpenAI'], apiKeys });
    await harness.run();
    expect(harness.condition('Repository', 'repo', 'KeysIssued')?.message).toBe('4 keys are delivered');
    expect(harness.condition('Repository', 'repo', 'Ready')?.message).toBe('models and keys are in use');
  });

  it('is Ready without a connection, with its keys and no model', async () => {
    const harness = await started({ llms: [] });
    expect(harness.condition('Repository', 'repo', 'ResolvedRefs')).toMatchObject({ status: 'True', message: 'no AILLMConfig is attached, so there is no model' });
    expect(harness.condition('Repository', 'repo', 'Ready')).toMatchObject({ status: 'True', message: 'keys are in use; no AILLMConfig is attached, so there is no model' });
    expect(harness.store.get('Repository', { namespace: 'team', name: 'repo' })?.status).toMatchObject({ modelCount: 0 });
    await harness.check();
  });

  it('stays within the length of a message, however many keys open nothing', async () => {
    const entry = (type: KeyType, index: number) => ({ name: `${type.toLowerCase()}-${index}`.padEnd(63, 'x'), secretName: `${type.toLowerCase()}-${index}`, type });
    const apiKeys = (['Anthropic', 'Google'] as const).flatMap((type) => Array.from({ length: 50 }, (_, index) => entry(type, index)));
    const harness = await started({ apiKeys });
    expect(harness.condition('Repository', 'repo', 'Ready')?.message).toContain('spec.surfaces has no Anthropic');
    await harness.check();
  });

  it('writes nothing when nothing has changed, however often it is reconciled', async () => {
    const harness = await started({ apiKeys: [{ name: 'app' }, { name: 'batch', rotation: { every: '720h', overlap: '24h' } }] });
    harness.store.apply('AIPolicy', 'rule', { scope: 'Workspace', content: 'x', riskType: 'Low', action: 'Log' });
    await harness.run();
    const [writes, secrets, published, events] = [harness.store.statusWrites.length, harness.store.secretWrites.length, harness.published.length, harness.store.events.length];
    for (let i = 0; i < 50; i += 1) {
      harness.engine.onResource('Repository', { namespace: 'team', name: 'repo' });
      harness.engine.onResource('AILLMConfig', { namespace: 'team', name: 'main' });
      harness.engine.onResource('AIPolicy', { namespace: 'team', name: 'rule' });
      harness.engine.onSecret({ namespace: 'team', name: 'main-secret' });
      harness.engine.onDelivered(harness.revision, 1);
      // Stays below the validation interval, at which lastValidationTime may be written.
      await harness.run(5_000);
    }
    expect(harness.store.statusWrites.length).toBe(writes);
    expect(harness.store.secretWrites.length).toBe(secrets);
    expect(harness.published.length).toBe(published);
    expect(harness.store.events.length).toBe(events);
  });

  it('names what is missing and serves the rest', async () => {
    const harness = new Harness();
    harness.connection('main');
    harness.verdicts.set('bad', INVALID);
    harness.connection('broken', 'bad');
    harness.repository('repo', { llms: [{ name: 'absent' }, { name: 'broken' }, { name: 'main', models: ['model-a', 'model-zz'] }] });
    await harness.start();
    expect(harness.verdict('Repository', 'repo')).toBe('False LLMNotFound');
    expect(harness.condition('Repository', 'repo', 'ResolvedRefs')?.message).toMatch(/absent.*broken.*model-zz/);
    expect(harness.content.repositories['team/repo']?.models).toEqual({ 'model-a': { llm: 'team/main', upstream: 'model-a' } });
    expect(Object.keys(harness.content.keys)).toHaveLength(1);
    await harness.check();
    harness.connection('absent');
    await harness.run();
    expect(harness.verdict('Repository', 'repo')).toBe('False LLMNotReady');
    harness.repository('repo', { llms: [{ name: 'main', models: ['model-zz'] }, { name: 'absent' }] });
    await harness.run();
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    expect(harness.condition('Repository', 'repo', 'Ready')?.message).toContain('model-zz');
  });

  it('does not see an AILLMConfig of another namespace', async () => {
    const harness = new Harness();
    harness.store.setSecret('s', { apiKey: 'x' }, { namespace: 'other' });
    harness.store.apply('AILLMConfig', 'main', { type: 'OpenAI', credentials: { secretRef: { name: 's', key: 'apiKey' } } }, { namespace: 'other' });
    harness.repository('repo');
    await harness.start();
    expect(harness.verdict('Repository', 'repo')).toBe('False LLMNotFound');
    expect(harness.content.repositories['team/repo']?.models).toEqual({});
  });

  it('lets the connection that is attached first serve a model, and the next one when it is gone', async () => {
    const harness = new Harness();
    harness.connection('main');
    harness.connection('spare');
    harness.repository('repo', { llms: [{ name: 'spare' }, { name: 'main' }] });
    await harness.start();
    expect(harness.content.repositories['team/repo']?.models['model-a']?.llm).toBe('team/spare');
    harness.store.removeSecret('spare-secret');
    await harness.run(150);
    expect(harness.content.repositories['team/repo']?.models['model-a']?.llm).toBe('team/main');
  });

  it('sends models that nobody lists to the first connection without a list', async () => {
    const harness = new Harness();
    harness.verdicts.set('open', valid([]));
    harness.connection('open', 'open');
    harness.connection('main');
    harness.repository('repo', { llms: [{ name: 'open' }, { name: 'main' }] });
    await harness.start();
    expect(harness.content.repositories['team/repo']).toMatchObject({ openLlm: 'team/open', models: { 'model-a': { llm: 'team/main' } } });
  });

  it('keeps its keys while it is suspended', async () => {
    const harness = await started();
    const key = keyIn(harness);
    harness.repository('repo', { suspend: true });
    await harness.run();
    expect(harness.content.repositories['team/repo']?.suspended).toBe(true);
    expect(harness.verdict('Repository', 'repo')).toBe('False Suspended');
    expect(keyIn(harness)).toBe(key);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(key)]);
    await harness.check();
  });

  it('revokes its keys when it is deleted', async () => {
    const harness = await started();
    const hash = hashKey(keyIn(harness));
    harness.store.remove('Repository', 'repo');
    await harness.run(150);
    expect(harness.content.repositories).toEqual({});
    expect(harness.content.keys).toEqual({});
    expect(harness.content.revokedKeys[hash]).toMatchObject({ repository: 'team/repo' });
  });
});

describe('a key Secret', () => {
  it('that a user deletes revokes its key within a second and is made anew', async () => {
    const harness = await started();
    const before = hashKey(keyIn(harness));
    harness.store.removeSecret('repo-app');
    await harness.run();
    expect(harness.content.keys).not.toHaveProperty(before);
    expect(harness.content.revokedKeys).toHaveProperty(before);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
    expect(hashKey(keyIn(harness))).not.toBe(before);
    expect(harness.notes('RevokeKey')).toHaveLength(1);
    await harness.check();
  });

  it('that a user deletes revokes its key even while no new one can be written', async () => {
    const harness = await started();
    const before = hashKey(keyIn(harness));
    harness.store.faults.set('applySecret', new Error('the API server refuses writes'));
    harness.store.removeSecret('repo-app');
    await harness.run();
    expect(harness.content.revokedKeys).toHaveProperty(before);
    expect(harness.content.keys).toEqual({});
    harness.store.faults.clear();
    await harness.run(10_000);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
  });

  it('that a user deletes revokes its key before the new one is written', async () => {
    const harness = await started();
    const before = hashKey(keyIn(harness));
    let release: () => void = () => {};
    harness.store.blocked = new Promise((resolve) => (release = resolve));
    harness.store.removeSecret('repo-app');
    await harness.run();
    expect(harness.content.revokedKeys).toHaveProperty(before);
    expect(harness.content.keys).toEqual({});
    release();
    await harness.run();
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
  });

  it('that a user restores from a backup does not bring a revoked key back', async () => {
    const harness = await started();
    const backup = harness.store.secret('repo-app');
    harness.store.removeSecret('repo-app');
    await harness.run();
    harness.store.setSecret('repo-app', backup?.data ?? {}, { annotations: backup?.annotations ?? {} });
    await harness.run();
    expect(keyIn(harness)).not.toBe(backup?.data['OPENAI_API_KEY']);
    expect(harness.content.revokedKeys).toHaveProperty(hashKey(backup?.data['OPENAI_API_KEY'] ?? ''));
  });

  it('gets its base URL back, and keeps what others added', async () => {
    const harness = await started();
    const secret = harness.store.secret('repo-app');
    harness.store.setSecret('repo-app', { ...secret?.data, OPENAI_BASE_URL: 'http://elsewhere' });
    await harness.run();
    expect(harness.store.secret('repo-app')?.data['OPENAI_BASE_URL']).toBe(BASE_URL);
    expect(keyIn(harness)).toBe(secret?.data['OPENAI_API_KEY']);
  });

  it.each([
    ['key', { OPENAI_API_KEY: 'sk-something-else' }],
    ['hash', { FLASHBACK_KEY_SHA256: hashKey('something else') }],
  ])('whose %s was edited is not trusted: a new key is issued', async (_part, edit) => {
    const harness = await started();
    const before = harness.store.secret('repo-app')?.data ?? {};
    harness.store.setSecret('repo-app', { ...before, ...edit });
    await harness.run();
    expect(isWellFormedKey(keyIn(harness))).toBe(true);
    expect(keyIn(harness)).not.toBe(before['OPENAI_API_KEY']);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
  });

  it('of somebody else is never taken over, and the other keys work', async () => {
    const harness = new Harness();
    harness.connection('main');
    harness.store.setSecret('repo-app', { mine: 'yes' });
    harness.repository('repo', { apiKeys: [{ name: 'app' }, { name: 'batch' }] });
    await harness.start();
    expect(harness.store.secret('repo-app')?.data).toEqual({ mine: 'yes' });
    expect(harness.verdict('Repository', 'repo', 'KeysIssued')).toBe('False KeySecretConflict');
    expect(harness.verdict('Repository', 'repo')).toBe('False KeySecretConflict');
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness, 'repo-batch'))]);
    await harness.check();
    harness.store.removeSecret('repo-app');
    await harness.run();
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    expect(Object.keys(harness.content.keys)).toHaveLength(2);
  });

  it('is deleted and its key revoked when its entry is removed, and only then', async () => {
    const harness = await started({ apiKeys: [{ name: 'app' }, { name: 'batch' }] });
    const [app, batch] = [hashKey(keyIn(harness)), hashKey(keyIn(harness, 'repo-batch'))];
    harness.repository('repo', { apiKeys: [{ name: 'app' }] });
    await harness.run();
    expect(harness.store.secret('repo-batch')).toBeUndefined();
    expect(Object.keys(harness.content.keys)).toEqual([app]);
    expect(Object.keys(harness.content.revokedKeys)).toEqual([batch]);
  });

  it.each([
    ['deletes the one whose entry is removed', undefined, undefined],
    ['leaves behind what it may not even read', 'team/repo-batch', 'left'],
  ])('is found by its name where the operator may not list Secrets, which %s', async (_what, forbidden, left) => {
    const harness = new Harness();
    harness.store.faults.set('listKeySecrets', new SecretForbiddenError('the operator may not read the Secrets of team'));
    harness.connection('main');
    harness.repository('repo', { apiKeys: [{ name: 'app' }, { name: 'batch' }] });
    await harness.start();
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    const [app, batch] = [hashKey(keyIn(harness)), hashKey(keyIn(harness, 'repo-batch'))];
    if (forbidden !== undefined) harness.store.forbidden.add(forbidden);
    harness.repository('repo', { apiKeys: [{ name: 'app' }] });
    await harness.run();
    expect(harness.store.secret('repo-batch') === undefined ? undefined : 'left').toBe(left);
    expect(Object.keys(harness.content.keys)).toEqual([app]);
    expect(Object.keys(harness.content.revokedKeys)).toEqual([batch]);
  });

  it('of another repository, forged into ours by labels, is not deleted', async () => {
    const harness = await started();
    harness.store.setSecret('forged', { x: 'y' }, { labels: { [LABELS.repository]: 'repo', [LABELS.managedBy]: 'flashback-operator' }, ownerUid: 'somebody' });
    await harness.run(15 * MINUTE);
    expect(harness.store.secret('forged')).toBeDefined();
  });

  it.each([['repo-app', 'repo-batch'], ['repo-batch', 'repo-app']])('that is a copy (%s as %s) gets a key of its own; the original stays', async (from, to) => {
    const harness = await started({ apiKeys: [{ name: 'app' }, { name: 'batch' }] });
    const { data, labels, annotations } = harness.store.secret(from)!;
    harness.store.setSecret(to, data, { labels, annotations });
    await harness.run();
    expect(keyIn(harness, from)).toBe(data['OPENAI_API_KEY']);
    expect(keyIn(harness, to)).not.toBe(keyIn(harness, from));
    expect(Object.keys(harness.content.keys)).toHaveLength(2);
  });
});

describe('the life of a key', () => {
  it('ends at expiresAt: gateways know the moment, and status says so', async () => {
    const harness = await started({ apiKeys: [{ name: 'app', expiresAt: '2026-11-25T09:00:00Z', models: ['model-a'] }] });
    expect(Object.values(harness.content.keys)).toMatchObject([{ expiresAt: Date.parse('2026-11-25T09:00:00Z'), models: ['model-a'] }]);
    await harness.run(HOUR);
    expect(harness.condition('Repository', 'repo', 'KeysIssued')?.message).toContain('expired: app');
    expect(Object.values(harness.content.keys)).toHaveLength(1);
    await harness.check();
  });

  it('rotates with an overlap in which both keys work, then only the new one', async () => {
    const harness = await started({ apiKeys: [{ name: 'app', rotation: { every: '10h', overlap: '2h' } }] });
    const first = hashKey(keyIn(harness));
    await harness.run(10 * HOUR);
    const second = hashKey(keyIn(harness));
    expect(second).not.toBe(first);
    expect(harness.content.keys[first]?.expiresAt).toBe(Date.parse('2026-11-25T20:00:00Z'));
    expect(harness.content.keys[second]).not.toHaveProperty('expiresAt');
    expect(status(harness)?.keys).toHaveLength(2);
    expect(harness.notes('RotateKey')).toHaveLength(1);
    await harness.check();
    await harness.run(2 * HOUR);
    expect(Object.keys(harness.content.keys)).toEqual([second]);
    expect(harness.content.revokedKeys).toHaveProperty(first);
    expect(harness.store.secret('repo-app')?.data).not.toHaveProperty('FLASHBACK_PREVIOUS_KEY_SHA256');
    expect(harness.notes('RevokeKey')).toEqual([]);
    expect(status(harness)?.keys).toHaveLength(1);
  });

  it('rotates without overlap in one step: at no moment is there no key', async () => {
    const harness = await started({ apiKeys: [{ name: 'app', rotation: { every: '1h' } }] });
    const first = hashKey(keyIn(harness));
    await harness.run(HOUR + 1_000);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
    expect(harness.content.keys).not.toHaveProperty(first);
    expect(harness.published.slice(1).every(({ keys }) => Object.keys(keys).length > 0)).toBe(true);
  });

  it('is not told to have ended where it was only to come', async () => {
    const harness = await started({ apiKeys: [{ name: 'app', rotation: { every: '1h' } }] });
    await harness.run(HOUR - 5_000);
    harness.repository('repo', { apiKeys: [{ name: 'app' }] });
    await harness.run(HOUR);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
    expect([harness.notes('RotateKey'), harness.notes('RevokeKey')]).toEqual([[], []]);
  });

  it('is known to gateways before an application can read the next one, and told of once', async () => {
    const harness = await started({ apiKeys: [{ name: 'app', rotation: { every: '1h' } }] });
    const first = hashKey(keyIn(harness));
    await harness.run(HOUR - 5_000);
    expect(hashKey(keyIn(harness))).toBe(first);
    const known = Object.keys(harness.content.keys);
    expect(known).toHaveLength(2);
    await harness.check();
    expect(Object.keys(harness.content.keys)).toEqual(known);
    await harness.run(6_000);
    expect(known).toContain(hashKey(keyIn(harness)));
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
    expect([harness.notes('RotateKey').length, harness.notes('RevokeKey')]).toEqual([1, []]);
  });
});

describe('a key that cannot be replaced', () => {
  it.each([
    ['a quota', 'applySecret'],
    ['an API server that lists no Secrets', 'listKeySecrets'],
  ] as const)('is not told to be delivered: %s', async (_name, method) => {
    const harness = await started();
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    harness.store.faults.set('applySecret', new Error('exceeded quota'));
    harness.store.removeSecret('repo-app');
    await harness.run();
    harness.store.faults.set(method, new Error('exceeded quota'));
    await harness.run(MINUTE);
    expect(harness.content.keys).toEqual({});
    expect(harness.verdict('Repository', 'repo', 'KeysIssued')).toBe('False ProgressingWithRetry');
    expect(harness.verdict('Repository', 'repo')).toBe('False ProgressingWithRetry');
    expect(harness.condition('Repository', 'repo', 'Reconciling')?.status).toBe('True');
    harness.store.faults.clear();
    await harness.run(10 * MINUTE);
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    await harness.check();
  });

  it('stays as it was told while it works and Secrets cannot be read', async () => {
    const harness = await started();
    harness.store.faults.set('listKeySecrets', new Error('busy'));
    harness.engine.onResource('Repository', { namespace: 'team', name: 'repo' });
    await harness.run(MINUTE);
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
  });
});
