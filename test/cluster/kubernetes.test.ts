// What only a real API server can say about the kinds: field ownership, access rules, Events.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AILLMConfig, Repository } from '../../src/api/resources.ts';
import { systemClock } from '../../src/clock.ts';
import { collectionPath, type KubeList, type KubeObject, type KubeSecret } from '../../src/kubernetes/objects.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import { StatusApplier } from '../../src/kubernetes/status-applier.ts';
import { SecretForbiddenError } from '../../src/reconcile/store.ts';
import { FakeClock, eventually } from '../kubernetes/fixture.ts';
import { GROUP_VERSION, Workspace, newClient } from './workspace.ts';

const workspace = new Workspace();
const { client, namespace, logger } = workspace;
beforeAll(() => workspace.open());
afterAll(() => workspace.close());

describe('status', () => {
  test('of an object that nobody has looked at says so', async () => {
    expect((await workspace.repository('unseen')).status).toEqual({ observedGeneration: -1 });
  });

  test('belongs to the operator alone, and writing it makes no drift for whoever applies the manifest', async () => {
    const applied = await workspace.repository('drift');
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Succeeded',
      message: 'x',
      lastTransitionTime: '2026-01-01T00:00:00Z',
      observedGeneration: 1,
    };
    const second = { ...condition, type: 'Programmed' };
    const writer = new StatusApplier(client);
    await writer.apply(applied, undefined, { observedGeneration: 1, conditions: [condition, second] });
    const live = await client.request<Repository & KubeSecret>({ method: 'GET', path: workspace.at('repositories', 'drift') });
    expect(live.status).toEqual({ observedGeneration: 1, conditions: [condition, second] });
    expect(live.metadata.generation).toBe(applied.metadata.generation);
    expect(live.metadata.managedFields?.filter(({ subresource }) => subresource === 'status')).toMatchObject([
      { manager: 'flashback-operator', operation: 'Apply' },
    ]);
    expect(
      live.metadata.managedFields?.filter(({ manager, subresource }) => manager === 'flashback-operator' && subresource === undefined),
    ).toEqual([]);
    const again = await workspace.apply<Repository>(workspace.at('repositories', 'drift'), workspace.manifestOf('drift'), {
      dryRun: 'All',
    });
    expect(again.metadata.resourceVersion).toBe(live.metadata.resourceVersion);
    expect({ spec: again.spec, status: again.status }).toEqual({ spec: live.spec, status: live.status });

    await writer.apply(applied, undefined, { observedGeneration: 1, conditions: [condition] });
    const later = await client.request<Repository>({ method: 'GET', path: workspace.at('repositories', 'drift') });
    expect(later.status?.conditions).toEqual([condition]);
  });

  test('never reaches the successor of the object that was looked at, and does not bring a deleted one back', async () => {
    const old = await workspace.repository('replaced');
    await client.request({ method: 'DELETE', path: workspace.at('repositories', 'replaced') });
    const writer = new StatusApplier(client);
    await writer.apply(old, undefined, { observedGeneration: 1 });
    await expect(client.request({ method: 'GET', path: workspace.at('repositories', 'replaced') })).rejects.toMatchObject({ code: 404 });
    await workspace.repository('replaced');
    await writer.apply(old, undefined, { observedGeneration: 1 });
    const live = await client.request<Repository>({ method: 'GET', path: workspace.at('repositories', 'replaced') });
    expect(live.status).toEqual({ observedGeneration: -1 });
  });
});

describe('the store', () => {
  test('lists with schema defaults, announces changes, and keeps silent about its own status writes', async () => {
    const own = new AbortController();
    const seen: string[] = [];
    const store = workspace.store();
    const run = store.start({ onResource: (kind, { name }) => void seen.push(`${kind} ${name}`), onSecret: () => {}, onGrant: () => {}, onNamespace: () => {} }, own.signal);
    await store.synced();
    const spec = { type: 'OpenAI', credentials: { secretRef: { name: 'openai' } } };
    await workspace.apply(workspace.at('aillmconfigs', 'announced'), {
      apiVersion: GROUP_VERSION,
      kind: 'AILLMConfig',
      metadata: { name: 'announced', namespace },
      spec,
    });
    await eventually(() => expect(seen).toContain('AILLMConfig announced'));
    const object = store.get('AILLMConfig', { namespace, name: 'announced' }) as AILLMConfig;
    expect(object).toMatchObject({
      kind: 'AILLMConfig',
      spec: { credentials: { secretRef: { key: 'apiKey' } } },
      status: { observedGeneration: -1 },
    });
    expect(object.metadata).not.toHaveProperty('managedFields');
    await store.applyStatus(object, { observedGeneration: 1 });
    await eventually(() => expect(store.get('AILLMConfig', { namespace, name: 'announced' })?.status).toEqual({ observedGeneration: 1 }));
    const before = store.get('AILLMConfig', { namespace, name: 'announced' })?.metadata.resourceVersion;
    await store.applyStatus(object, { observedGeneration: 1 });
    expect(
      (await client.request<KubeObject>({ method: 'GET', path: workspace.at('aillmconfigs', 'announced') })).metadata.resourceVersion,
    ).toBe(before);
    expect(seen.filter((line) => line === 'AILLMConfig announced')).toHaveLength(1);
    await client.request({ method: 'DELETE', path: workspace.at('aillmconfigs', 'announced') });
    await eventually(() => expect(seen.filter((line) => line === 'AILLMConfig announced')).toHaveLength(2));
    own.abort();
    await run;
  });

  test('knows which organization a namespace belongs to, and hears of changes', async () => {
    const own = new AbortController();
    const seen: string[] = [];
    const store = workspace.store();
    const label = (labels: object) => {
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } };
      return workspace.apply(`/api/v1/namespaces/${namespace}`, body);
    };
    await label({ 'ai.flashback.tech/organization': 'acme', team: 'a' });
    const run = store.start({ onResource: () => {}, onSecret: () => {}, onGrant: () => {}, onNamespace: (name) => void seen.push(name) }, own.signal);
    await store.synced();
    expect(store.namespaceLabels(namespace)).toEqual({ 'ai.flashback.tech/organization': 'acme' });
    await label({ 'ai.flashback.tech/organization-home': 'true' });
    await eventually(() => expect(store.namespaceLabels(namespace)).toEqual({ 'ai.flashback.tech/organization-home': 'true' }));
    expect(seen.filter((name) => name === namespace)).toHaveLength(2);
    own.abort();
    await run;
  });

  test('works without access to Secrets, says so, and recovers when access is granted', async () => {
    const rbac = 'rbac.authorization.k8s.io/v1';
    const bind = async (name: string, rules: object[]): Promise<void> => {
      const subjects = [{ kind: 'User', name: 'restricted', apiGroup: 'rbac.authorization.k8s.io' }];
      await workspace.apply(workspace.at('roles', name, rbac), { apiVersion: rbac, kind: 'Role', metadata: { name, namespace }, rules });
      const roleRef = { kind: 'Role', name, apiGroup: 'rbac.authorization.k8s.io' };
      await workspace.apply(workspace.at('rolebindings', name, rbac), {
        apiVersion: rbac,
        kind: 'RoleBinding',
        metadata: { name, namespace },
        roleRef,
        subjects,
      });
    };
    await bind('kinds', [{ apiGroups: ['ai.flashback.tech'], resources: ['*'], verbs: ['get', 'list', 'watch'] }]);
    const clock = new FakeClock();
    const own = new AbortController();
    const restricted = newClient('restricted');
    const store = workspace.store(restricted, clock);
    const seen: string[] = [];
    const run = store.start({ onResource: () => {}, onSecret: ({ name }) => void seen.push(name), onGrant: () => {}, onNamespace: () => {} }, own.signal);
    await eventually(() => {
      clock.advance(30_000);
      expect(store.health().synced).toBe(true);
      expect(store.health().secretWatchForbidden).toBe(true);
    });
    await expect(store.getSecret({ namespace, name: 'any' })).rejects.toThrow(SecretForbiddenError);
    // Nor may it list Namespaces: rights in one namespace do not reach so far.
    expect(store.namespaceLabels(namespace)).toBeUndefined();
    await bind('secrets', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }]);
    await eventually(() => {
      clock.advance(30_000);
      expect(store.health().secretWatchForbidden).toBe(false);
    });
    await client.request({ method: 'POST', path: collectionPath('v1', 'secrets', namespace), body: { metadata: { name: 'granted' } } });
    await eventually(() => expect(seen).toContain('granted'));
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
    const path = workspace.at('secrets', 'rotated', 'v1');
    await workspace.apply(path, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'rotated', namespace },
      stringData: { apiKey: 'planted-one' },
    });
    await eventually(() => expect(raw.filter(({ metadata }) => metadata.name === 'rotated')).toHaveLength(1));
    await workspace.apply(
      path,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'rotated', namespace }, stringData: { apiKey: 'planted-two' } },
      { force: true },
    );
    await eventually(() => expect(raw.filter(({ metadata }) => metadata.name === 'rotated')).toHaveLength(2));
    expect(raw.every((object) => !('data' in object))).toBe(true);
    expect(JSON.stringify(raw)).not.toContain(Buffer.from('planted-two').toString('base64'));
    own.abort();
    await run;
  });
});

test('an Event is visible on its object', async () => {
  const { metadata } = await workspace.repository('told');
  const regarding = { kind: 'Repository', namespace, name: 'told', uid: metadata.uid } as const;
  workspace.store().emit({
    regarding,
    type: 'Warning',
    reason: 'LLMNotFound',
    action: 'Reconcile',
    note: 'AILLMConfig openai does not exist',
  });
  await eventually(async () => {
    const query = { fieldSelector: 'regarding.name=told' };
    const { items } = await client.request<KubeList<{ note: string; reason: string }>>({
      method: 'GET',
      path: collectionPath('events.k8s.io/v1', 'events', namespace),
      query,
    });
    expect(items).toMatchObject([{ reason: 'LLMNotFound', note: 'AILLMConfig openai does not exist' }]);
  });
});
