// What only a real API server can say: field ownership, preconditions, access rules, leases and Events.
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { ANNOTATIONS, LABELS, type AILLMConfig, type Repository } from '../../src/api/resources.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { KubeClient, PATCH, createKubeClient, type KubeRequest } from '../../src/kubernetes/client.ts';
import { hasCode } from '../../src/kubernetes/kubernetes-error.ts';
import { LeaderElector } from '../../src/kubernetes/lease.ts';
import { collectionPath, objectPath, type KubeList, type KubeObject, type KubeSecret } from '../../src/kubernetes/objects.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import { ReleaseSecrets } from '../../src/kubernetes/secrets.ts';
import { StatusWriter } from '../../src/kubernetes/status-writer.ts';
import { KubernetesStore } from '../../src/kubernetes/store.ts';
import { SecretConflictError, SecretForbiddenError, type OwnedSecret } from '../../src/reconcile/store.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { FakeClock } from '../kubernetes/fixture.ts';

const GROUP_VERSION = 'ai.flashback.tech/v1alpha1';
const namespace = `kubernetes-${randomUUID().slice(0, 8)}`;
const logger = createLogger({ name: 'test', level: 'silent' });
const client = newClient();

function newClient(impersonate?: string): KubeClient {
  const made = createKubeClient({ kubeconfig: inject('kubeconfig'), metrics: createOperatorMetrics(new Registry()) });
  const user = made.config.getCurrentUser();
  if (impersonate !== undefined && user !== null) Object.assign(user, { impersonateUser: impersonate });
  return made;
}

const at = (plural: string, name: string, groupVersion = GROUP_VERSION): string => objectPath(groupVersion, plural, { namespace, name });
const secretAt = (name: string): string => at('secrets', name, 'v1');

function apply<T>(path: string, body: object, query: KubeRequest['query'] = {}): Promise<T> {
  return client.request<T>({ method: 'PATCH', path, query: { fieldManager: 'platform-team', ...query }, contentType: PATCH.apply, body });
}

function manifestOf(name: string): Record<string, unknown> {
  return { apiVersion: GROUP_VERSION, kind: 'Repository', metadata: { name, namespace }, spec: { llms: [{ name: 'openai' }], apiKeys: [{ name: 'app' }] } };
}

async function repository(name: string): Promise<Repository> {
  return apply<Repository>(at('repositories', name), manifestOf(name));
}

function storeOf(kube: KubeClient, clock: Clock = systemClock): KubernetesStore {
  return new KubernetesStore({ client: kube, watchNamespaces: [namespace], identity: 'pod-1', clock, random: Math.random, logger });
}

const silent = { onResource: () => {}, onSecret: () => {} };

beforeAll(async () => {
  await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
});

// The namespace stays: without a controller manager its deletion would never end.
afterAll(async () => {
  await client.config.close();
});

describe('status', () => {
  test('of an object that nobody has looked at says so', async () => {
    expect((await repository('unseen')).status).toEqual({ observedGeneration: -1 });
  });

  test('belongs to the operator alone, and writing it makes no drift for whoever applies the manifest', async () => {
    const applied = await repository('drift');
    const condition = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'x', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 };
    const second = { ...condition, type: 'Programmed' };
    const writer = new StatusWriter(client);
    await writer.apply(applied, undefined, { observedGeneration: 1, conditions: [condition, second] });
    const live = await client.request<Repository & KubeSecret>({ method: 'GET', path: at('repositories', 'drift') });
    expect(live.status).toEqual({ observedGeneration: 1, conditions: [condition, second] });
    expect(live.metadata.generation).toBe(applied.metadata.generation);
    expect(live.metadata.managedFields?.filter(({ subresource }) => subresource === 'status')).toMatchObject([{ manager: 'flashback-operator', operation: 'Apply' }]);
    expect(live.metadata.managedFields?.filter(({ manager, subresource }) => manager === 'flashback-operator' && subresource === undefined)).toEqual([]);
    const again = await apply<Repository>(at('repositories', 'drift'), manifestOf('drift'), { dryRun: 'All' });
    expect(again.metadata.resourceVersion).toBe(live.metadata.resourceVersion);
    expect({ spec: again.spec, status: again.status }).toEqual({ spec: live.spec, status: live.status });

    await writer.apply(applied, undefined, { observedGeneration: 1, conditions: [condition] });
    const later = await client.request<Repository>({ method: 'GET', path: at('repositories', 'drift') });
    expect(later.status?.conditions).toEqual([condition]);
  });

  test('never reaches the successor of the object that was looked at, and does not bring a deleted one back', async () => {
    const old = await repository('replaced');
    await client.request({ method: 'DELETE', path: at('repositories', 'replaced') });
    const writer = new StatusWriter(client);
    await writer.apply(old, undefined, { observedGeneration: 1 });
    await expect(client.request({ method: 'GET', path: at('repositories', 'replaced') })).rejects.toMatchObject({ code: 404 });
    await repository('replaced');
    await writer.apply(old, undefined, { observedGeneration: 1 });
    const live = await client.request<Repository>({ method: 'GET', path: at('repositories', 'replaced') });
    expect(live.status).toEqual({ observedGeneration: -1 });
  });
});

describe('the store', () => {
  test('lists with schema defaults, announces changes, and keeps silent about its own status writes', async () => {
    const own = new AbortController();
    const seen: string[] = [];
    const store = storeOf(client);
    const run = store.start({ onResource: (kind, { name }) => void seen.push(`${kind} ${name}`), onSecret: () => {} }, own.signal);
    await store.synced();
    const spec = { type: 'OpenAI', credentials: { secretRef: { name: 'openai' } } };
    await apply(at('aillmconfigs', 'announced'), { apiVersion: GROUP_VERSION, kind: 'AILLMConfig', metadata: { name: 'announced', namespace }, spec });
    await vi.waitFor(() => expect(seen).toContain('AILLMConfig announced'));
    const object = store.get('AILLMConfig', { namespace, name: 'announced' }) as AILLMConfig;
    expect(object).toMatchObject({ kind: 'AILLMConfig', spec: { credentials: { secretRef: { key: 'apiKey' } } }, status: { observedGeneration: -1 } });
    expect(object.metadata).not.toHaveProperty('managedFields');
    await store.applyStatus(object, { observedGeneration: 1 });
    await vi.waitFor(() => expect(store.get('AILLMConfig', { namespace, name: 'announced' })?.status).toEqual({ observedGeneration: 1 }));
    const before = store.get('AILLMConfig', { namespace, name: 'announced' })?.metadata.resourceVersion;
    await store.applyStatus(object, { observedGeneration: 1 });
    expect((await client.request<KubeObject>({ method: 'GET', path: at('aillmconfigs', 'announced') })).metadata.resourceVersion).toBe(before);
    expect(seen.filter((line) => line === 'AILLMConfig announced')).toHaveLength(1);
    await client.request({ method: 'DELETE', path: at('aillmconfigs', 'announced') });
    await vi.waitFor(() => expect(seen.filter((line) => line === 'AILLMConfig announced')).toHaveLength(2));
    own.abort();
    await run;
  });

  test('works without access to Secrets, says so, and recovers when access is granted', async () => {
    const rbac = 'rbac.authorization.k8s.io/v1';
    const bind = async (name: string, rules: object[]): Promise<void> => {
      const subjects = [{ kind: 'User', name: 'restricted', apiGroup: 'rbac.authorization.k8s.io' }];
      await apply(at('roles', name, rbac), { apiVersion: rbac, kind: 'Role', metadata: { name, namespace }, rules });
      const roleRef = { kind: 'Role', name, apiGroup: 'rbac.authorization.k8s.io' };
      await apply(at('rolebindings', name, rbac), { apiVersion: rbac, kind: 'RoleBinding', metadata: { name, namespace }, roleRef, subjects });
    };
    await bind('kinds', [{ apiGroups: ['ai.flashback.tech'], resources: ['*'], verbs: ['get', 'list', 'watch'] }]);
    const clock = new FakeClock();
    const own = new AbortController();
    const restricted = newClient('restricted');
    const store = storeOf(restricted, clock);
    const seen: string[] = [];
    const run = store.start({ ...silent, onSecret: ({ name }) => void seen.push(name) }, own.signal);
    await vi.waitFor(() => {
      clock.advance(30_000);
      expect(store.health().synced).toBe(true);
      expect(store.health().secretWatchForbidden).toBe(true);
    }, { timeout: 20_000, interval: 200 });
    await expect(store.getSecret({ namespace, name: 'any' })).rejects.toThrow(SecretForbiddenError);
    await bind('secrets', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }]);
    await vi.waitFor(() => {
      clock.advance(30_000);
      expect(store.health().secretWatchForbidden).toBe(false);
    }, { timeout: 20_000, interval: 200 });
    await client.request({ method: 'POST', path: collectionPath('v1', 'secrets', namespace), body: { metadata: { name: 'granted' } } });
    await vi.waitFor(() => expect(seen).toContain('granted'), { timeout: 10_000 });
    own.abort();
    await run;
    await restricted.config.close();
  });

  test('sees a Secret change without seeing its data', async () => {
    const own = new AbortController();
    const raw: KubeObject[] = [];
    const reflector = new Reflector<KubeObject>({
      client,
      kind: 'Secret',
      path: collectionPath('v1', 'secrets', namespace),
      metadataOnly: true,
      keep: (object) => {
        raw.push(object);
        return object;
      },
      onChange: () => {},
      clock: systemClock,
      random: Math.random,
      logger,
    });
    const run = reflector.run(own.signal);
    await reflector.whenSynced();
    const path = secretAt('rotated');
    await apply(path, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'rotated', namespace }, stringData: { apiKey: 'planted-one' } });
    await vi.waitFor(() => expect(raw.filter(({ metadata }) => metadata.name === 'rotated')).toHaveLength(1));
    await apply(path, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'rotated', namespace }, stringData: { apiKey: 'planted-two' } }, { force: true });
    await vi.waitFor(() => expect(raw.filter(({ metadata }) => metadata.name === 'rotated')).toHaveLength(2));
    expect(raw.every((object) => !('data' in object))).toBe(true);
    expect(JSON.stringify(raw)).not.toContain(Buffer.from('planted-two').toString('base64'));
    own.abort();
    await run;
  });
});

describe('owned Secrets', () => {
  const owned = (owner: Repository, name: string, change: Partial<OwnedSecret> = {}): OwnedSecret => ({
    key: { namespace, name },
    owner: { kind: 'Repository', name: owner.metadata.name, uid: owner.metadata.uid },
    data: { OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: 'http://gateway/v1' },
    labels: { [LABELS.repository]: owner.metadata.name },
    annotations: { [ANNOTATIONS.keyId]: 'k1' },
    ...change,
  });
  const store = storeOf(client);
  const live = (name: string): Promise<KubeSecret> => client.request<KubeSecret>({ method: 'GET', path: secretAt(name) });

  test('are created, changed, and freed of what they no longer have; labels of others stay', async () => {
    const owner = await repository('owner');
    await store.applySecret(owned(owner, 'key-a', { annotations: { [ANNOTATIONS.keyId]: 'k1', [ANNOTATIONS.previousKeyId]: 'k0' } }));
    await apply(secretAt('key-a'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key-a', namespace, labels: { team: 'theirs' } } });
    await store.applySecret(owned(owner, 'key-a', { data: { OPENAI_API_KEY: 'sk-2' }, annotations: { [ANNOTATIONS.keyId]: 'k2' } }));
    const secret = await live('key-a');
    expect(secret.metadata.annotations).toEqual({ [ANNOTATIONS.keyId]: 'k2' });
    expect(secret.metadata.labels).toEqual({ [LABELS.repository]: 'owner', team: 'theirs' });
    expect(secret.data).toEqual({ OPENAI_API_KEY: Buffer.from('sk-2').toString('base64') });
    expect(secret.metadata.ownerReferences).toMatchObject([{ uid: owner.metadata.uid, controller: true, blockOwnerDeletion: true }]);
    await store.applySecret(owned(owner, 'key-a', { data: { OPENAI_API_KEY: 'sk-2' }, annotations: { [ANNOTATIONS.keyId]: 'k2' } }));
    expect((await live('key-a')).metadata.resourceVersion).toBe(secret.metadata.resourceVersion);
    expect(await store.listKeySecrets({ namespace, name: 'owner' })).toMatchObject([{ key: { namespace, name: 'key-a' }, value: { data: { OPENAI_API_KEY: 'sk-2' }, ownerUid: owner.metadata.uid } }]);
  });

  test('of somebody else are left alone', async () => {
    const owner = await repository('owner');
    await client.request({ method: 'POST', path: collectionPath('v1', 'secrets', namespace), body: { metadata: { name: 'theirs' }, stringData: { a: 'b' } } });
    const before = await live('theirs');
    await expect(store.applySecret(owned(owner, 'theirs'))).rejects.toThrow(SecretConflictError);
    expect(await live('theirs')).toEqual(before);
  });

  test('are never written through to a successor, nor made again by a write that was meant for an old one', async () => {
    const body = (metadata: object): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, ...metadata }, data: { a: 'Yg==' } });
    const create = { method: 'POST', path: collectionPath('v1', 'secrets', namespace), body: { metadata: { name: 'guarded' } } } as const;
    const { uid, resourceVersion } = (await client.request<KubeSecret>(create)).metadata;
    const write = (): Promise<unknown> =>
      apply(secretAt('guarded'), body({ name: 'guarded', uid, resourceVersion }), { force: true }).catch((error: unknown) => error);
    await client.request({ method: 'DELETE', path: secretAt('guarded') });
    expect(await write()).toMatchObject({ code: 409 });
    expect(await store.getSecret({ namespace, name: 'guarded' })).toBeUndefined();
    await client.request(create);
    expect(await write()).toMatchObject({ code: 409 });
    expect(await live('guarded')).not.toHaveProperty('data');
  });

  test('that two owners want at the same moment go to one of them', async () => {
    const owners = [await repository('racer-1'), await repository('racer-2')];
    for (let round = 0; round < 5; round += 1) {
      const results = await Promise.allSettled([...owners, ...owners].map((owner) => store.applySecret(owned(owner, `race-${round}`))));
      const winner = (await live(`race-${round}`)).metadata.ownerReferences;
      expect(winner).toHaveLength(1);
      const outcome = results.map(({ status }, index) => status === 'fulfilled' === ([...owners, ...owners][index]?.metadata.uid === winner?.[0]?.uid));
      expect(outcome).toEqual([true, true, true, true]);
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(SecretConflictError);
    }
  });

  test('are deleted by uid only', async () => {
    const owner = await repository('owner');
    await store.applySecret(owned(owner, 'key-d'));
    await store.deleteSecret({ namespace, name: 'key-d' }, randomUUID());
    await store.deleteSecret({ namespace, name: 'key-d' }, (await live('key-d')).metadata.uid);
    expect(await store.getSecret({ namespace, name: 'key-d' })).toBeUndefined();
  });
});

test('an Event is visible on its object', async () => {
  const { metadata } = await repository('told');
  const regarding = { kind: 'Repository', namespace, name: 'told', uid: metadata.uid } as const;
  storeOf(client).emit({ regarding, type: 'Warning', reason: 'LLMNotFound', action: 'Reconcile', note: 'AILLMConfig openai does not exist' });
  await vi.waitFor(async () => {
    const query = { fieldSelector: 'regarding.name=told' };
    const { items } = await client.request<KubeList<{ note: string; reason: string }>>({ method: 'GET', path: collectionPath('events.k8s.io/v1', 'events', namespace), query });
    expect(items).toMatchObject([{ reason: 'LLMNotFound', note: 'AILLMConfig openai does not exist' }]);
  });
});

test('Secrets of the release are kept byte for byte, and lose entries that are no longer written', async () => {
  const secrets = new ReleaseSecrets(client, namespace);
  await secrets.write('boot-0', { a: Buffer.from([0, 255]), b: 'x' });
  await secrets.write('boot-0', { a: Buffer.from([1, 254]) });
  expect(await secrets.read('boot-0')).toEqual({ a: Buffer.from([1, 254]) });
  expect(await secrets.list('boot-')).toEqual(['boot-0']);
  await secrets.delete('boot-0');
  expect(await secrets.list('boot-')).toEqual([]);
});

describe('leader election', () => {
  function candidate(name: string, identity: string): { elector: LeaderElector; epochs: number[]; losses: string[]; stop: AbortController; done: Promise<void> } {
    const epochs: number[] = [];
    const losses: string[] = [];
    const own = new AbortController();
    const elector = new LeaderElector({
      ...{ client, namespace, name, identity, clock: systemClock, random: Math.random, logger },
      ...{ leaseDurationMs: 3_000, renewDeadlineMs: 2_000, retryPeriodMs: 200 },
      onElected: (epoch) => epochs.push(epoch),
      onLost: (reason) => losses.push(reason),
    });
    return { elector, epochs, losses, stop: own, done: elector.run(own.signal) };
  }

  test('goes over to a standby when the leader lets go, with a higher epoch', async () => {
    const first = candidate('handover', 'one');
    await vi.waitFor(() => expect(first.epochs).toEqual([1]), { timeout: 5_000 });
    const second = candidate('handover', 'two');
    const renewed = async (): Promise<string | undefined> =>
      (await client.request<{ spec: { renewTime?: string } }>({ method: 'GET', path: at('leases', 'handover', 'coordination.k8s.io/v1') })).spec.renewTime;
    const before = await renewed();
    await vi.waitFor(async () => expect(await renewed()).not.toBe(before), { timeout: 5_000 });
    expect(second.epochs).toEqual([]);
    first.stop.abort();
    await first.done;
    await vi.waitFor(() => expect(second.epochs).toEqual([2]), { timeout: 5_000 });
    expect([first.elector.isLeader(), second.elector.isLeader()]).toEqual([false, true]);
    expect([...first.losses, ...second.losses]).toEqual([]);
    second.stop.abort();
    await second.done;
  });

  test('takes over from a dead leader when its lease has expired', async () => {
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 1, leaseTransitions: 8, renewTime: '2030-01-01T00:00:00.000000Z' };
    await client.request({ method: 'POST', path: collectionPath('coordination.k8s.io/v1', 'leases', namespace), body: { metadata: { name: 'dead' }, spec } });
    const heir = candidate('dead', 'heir');
    await vi.waitFor(() => expect(heir.epochs).toEqual([9]), { timeout: 10_000 });
    heir.stop.abort();
    await heir.done;
  });
});

test('a time with fewer than six digits is refused, which is why ours have them', async () => {
  const body = { metadata: { name: 'short' }, spec: { renewTime: '2026-01-01T00:00:00.000Z' } };
  const refusal = await client.request({ method: 'POST', path: collectionPath('coordination.k8s.io/v1', 'leases', namespace), body }).catch((error: unknown) => error);
  expect(hasCode(refusal, 400)).toBe(true);
});
