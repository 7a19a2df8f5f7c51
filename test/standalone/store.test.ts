import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { LABELS, type AnyResource } from '../../src/api/resources.ts';
import { systemClock } from '../../src/clock.ts';
import { SecretConflictError, type OwnedSecret } from '../../src/reconcile/store.ts';
import { KeyFiles } from '../../src/standalone/key-files.ts';
import { EMPTY_SET, updateManifests, type ManifestSet } from '../../src/standalone/manifest-set.ts';
import { loadSchemas, validateResource, type Schemas } from '../../src/standalone/schema.ts';
import { StandaloneStore } from '../../src/standalone/store.ts';

let schemas: Schemas;
let root: string;
let keys: KeyFiles;
let store: StandaloneStore;
let changes: string[];
let statuses: AnyResource[];

const ASSISTANT = { namespace: 'default', name: 'assistant' };
const LLM = { namespace: 'default', name: 'demo' };

beforeAll(async () => {
  schemas = await loadSchemas(new URL('../../crds/', import.meta.url));
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashback-store-'));
  keys = new KeyFiles({ directory: root, clock: systemClock, onSecret: (key) => store.announceSecret(key), onProblem: () => undefined });
  store = aStore();
});
afterEach(async () => {
  await keys.stop();
  await rm(root, { recursive: true });
});

function aStore(): StandaloneStore {
  changes = [];
  statuses = [];
  const created = new StandaloneStore({
    keys,
    clock: systemClock,
    rewriteEndpoint: (endpoint) => endpoint.replace('demo-provider.flashback.svc', '127.0.0.1:4010'),
    onEvent: () => {
      throw new Error('nobody listens');
    },
    onStatus: (object) => void statuses.push(object),
  });
  created.subscribe({
    onResource: (kind, { namespace, name }) => void changes.push(`${kind} ${namespace}/${name}`),
    onSecret: ({ namespace, name }) => void changes.push(`Secret ${namespace}/${name}`),
    onGrant: ({ namespace, name }) => void changes.push(`AIReferenceGrant ${namespace}/${name}`),
    onNamespace: (name) => void changes.push(`Namespace ${name}`),
  });
  return created;
}

function manifests({ llm = 'demo', note = '', secret = 'one' } = {}): string {
  return `---
apiVersion: v1
kind: Secret
metadata: {name: key}
stringData: {apiKey: ${secret}}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: AILLMConfig
metadata: {name: demo}
spec: {type: Other, endpoint: "http://demo-provider.flashback.svc/v1", credentials: {secretRef: {name: key}}}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata: {name: assistant, annotations: {note: "${note}"}}
spec: {llms: [{name: ${llm}}]}
`;
}

function aSet(text = manifests()): ManifestSet {
  const validate = (object: unknown): ReturnType<typeof validateResource> => validateResource(schemas, object);
  const set = updateManifests(EMPTY_SET, [{ path: 'a.yaml', text }], { variables: {}, validate });
  expect(set.problems).toEqual([]);
  return set;
}

function aKey(name = 'assistant-app'): OwnedSecret {
  const owner = store.get('Repository', ASSISTANT)?.metadata;
  return {
    key: { namespace: 'default', name },
    owner: { kind: 'Repository', name: 'assistant', uid: owner?.uid ?? '' },
    data: { OPENAI_API_KEY: 'sk-1' },
    labels: { [LABELS.repository]: 'assistant', [LABELS.apiKey]: 'app' },
    annotations: {},
  };
}

it('announces everything once, and nothing when nothing changed', async () => {
  await store.replace(aSet());
  expect(changes).toEqual(['Secret default/key', 'AILLMConfig default/demo', 'Repository default/assistant']);
  await store.replace(aSet());
  expect(changes).toHaveLength(3);
});

it('knows the labels of Namespaces, wherever they stand, and announces what is different', async () => {
  const labelled = (label: string) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {${label}}}\n`;
  await store.replace(aSet(labelled('a: x') + labelled('b: y')));
  expect(store.namespaceLabels('default')).toEqual({ a: 'x', b: 'y' });
  expect(store.namespaceLabels('other')).toEqual({});
  await store.replace(aSet(labelled('a: x') + labelled('b: y')));
  await store.replace(aSet(labelled('a: x')));
  expect(changes).toEqual(['Namespace default', 'Namespace default']);
  await store.replace(aSet(''));
  expect(store.namespaceLabels('default')).toEqual({});
});

it('knows grants, and announces one that comes, says something else, or goes', async () => {
  const grant = (from: string) =>
    `---\napiVersion: ai.flashback.tech/v1alpha1\nkind: AIReferenceGrant\nmetadata: {name: g}\nspec: {from: [{kind: Repository, namespace: ${from}}], to: [{kind: AILLMConfig}]}\n`;
  await store.replace(aSet(grant('team-a')));
  expect(store.grants()).toMatchObject([{ metadata: { namespace: 'default', name: 'g' }, spec: { from: [{ kind: 'Repository', namespace: 'team-a' }] } }]);
  await store.replace(aSet(grant('team-a')));
  expect(changes).toEqual(['AIReferenceGrant default/g']);
  await store.replace(aSet(grant('team-b')));
  expect(store.grants()[0]?.spec.from).toEqual([{ kind: 'Repository', namespace: 'team-b' }]);
  await store.replace(aSet(''));
  expect(store.grants()).toEqual([]);
  expect(changes).toEqual(['AIReferenceGrant default/g', 'AIReferenceGrant default/g', 'AIReferenceGrant default/g']);
});

it('has the objects in place before it announces any', async () => {
  const seen: (string | undefined)[] = [];
  store.subscribe({
    onResource: () => void seen.push(store.get('Repository', ASSISTANT)?.metadata.name),
    onSecret: () => void seen.push(store.get('AILLMConfig', LLM)?.metadata.name),
    onGrant: () => undefined,
    onNamespace: () => undefined,
  });
  await store.replace(aSet());
  expect(seen).toEqual(['demo', 'assistant', 'assistant']);
});

it('gives objects the defaults of the schema and what a server assigns', async () => {
  await store.replace(aSet());
  const repository = store.get('Repository', ASSISTANT);
  expect(repository).toMatchObject({ spec: { surfaces: ['OpenAI'] }, metadata: { generation: 1 }, status: { observedGeneration: -1 } });
  expect(repository?.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
});

it('raises the generation with the spec, and not with metadata', async () => {
  await store.replace(aSet());
  const uid = store.get('Repository', ASSISTANT)?.metadata.uid;
  await store.replace(aSet(manifests({ note: 'x' })));
  expect(store.get('Repository', ASSISTANT)?.metadata).toMatchObject({ generation: 1, annotations: { note: 'x' }, uid });
  await store.replace(aSet(manifests({ note: 'x', llm: 'other' })));
  expect(store.get('Repository', ASSISTANT)?.metadata).toMatchObject({ generation: 2, uid });
  expect(changes.slice(3)).toEqual(['Repository default/assistant', 'Repository default/assistant']);
});

it('announces a Secret whose value changed, and reads it live', async () => {
  await store.replace(aSet());
  const before = await store.getSecret({ namespace: 'default', name: 'key' });
  await store.replace(aSet(manifests({ secret: 'two' })));
  const after = await store.getSecret({ namespace: 'default', name: 'key' });
  expect(changes.slice(3)).toEqual(['Secret default/key']);
  expect(after).toMatchObject({ data: { apiKey: 'two' }, uid: before?.uid });
  expect(after?.resourceVersion).not.toBe(before?.resourceVersion);
  expect(after).not.toHaveProperty('manifest');
});

it('announces what is gone, and no longer has it', async () => {
  await store.replace(aSet());
  await store.replace(EMPTY_SET);
  expect(changes.slice(3)).toEqual(['Secret default/key', 'AILLMConfig default/demo', 'Repository default/assistant']);
  expect(store.list('Repository')).toEqual([]);
  expect(await store.getSecret({ namespace: 'default', name: 'key' })).toBeUndefined();
});

it('keeps status in memory, tells of it once, and keeps it when the spec changes', async () => {
  await store.replace(aSet());
  const repository = store.get('Repository', ASSISTANT)!;
  await store.applyStatus(repository, { observedGeneration: 1 });
  await store.applyStatus(repository, { observedGeneration: 1 });
  expect(statuses).toHaveLength(1);
  await store.replace(aSet(manifests({ llm: 'other' })));
  expect(store.get('Repository', ASSISTANT)?.status).toEqual({ observedGeneration: 1 });
  expect(changes.slice(3)).toEqual(['Repository default/assistant']);
});

it('writes no status on an object that is gone or was replaced', async () => {
  await store.replace(aSet());
  const repository = store.get('Repository', ASSISTANT)!;
  await store.applyStatus({ ...repository, metadata: { ...repository.metadata, uid: 'older' } }, { observedGeneration: 1 });
  await store.replace(EMPTY_SET);
  await store.applyStatus(repository, { observedGeneration: 1 });
  expect(statuses).toEqual([]);
});

it('sends calls to the demo provider where it really is, and leaves other endpoints', async () => {
  const other = manifests().replace('http://demo-provider.flashback.svc', 'https://llm.example.com');
  await store.replace(aSet());
  expect(store.get('AILLMConfig', LLM)?.spec.endpoint).toBe('http://127.0.0.1:4010/v1');
  await store.replace(aSet(other));
  expect(store.get('AILLMConfig', LLM)?.spec.endpoint).toBe('https://llm.example.com/v1');
});

it('delivers keys, finds them again after a restart, and deletes them with their Repository', async () => {
  await store.replace(aSet());
  await store.applySecret(aKey());
  const before = await store.listKeySecrets(ASSISTANT);
  store = aStore();
  await store.replace(aSet());
  expect(await store.listKeySecrets(ASSISTANT)).toEqual(before);
  expect(before[0]?.value.ownerUid).toBe(store.get('Repository', ASSISTANT)?.metadata.uid);
  expect(await store.getSecret(aKey().key)).toEqual(before[0]?.value);
  await store.replace(EMPTY_SET);
  expect(await store.listKeySecrets(ASSISTANT)).toEqual([]);
});

it('keeps the keys of a Repository that is not there yet: its file may be broken just now', async () => {
  await store.replace(aSet());
  await store.applySecret(aKey());
  store = aStore();
  await store.replace(EMPTY_SET);
  expect(await store.listKeySecrets(ASSISTANT)).toHaveLength(1);
});

it('refuses to deliver a key into a Secret of a manifest', async () => {
  await store.replace(aSet());
  await expect(store.applySecret(aKey('key'))).rejects.toThrow(SecretConflictError);
});

it('never fails because nobody hears an Event', () => {
  const regarding = { kind: 'Repository', namespace: 'default', name: 'assistant', uid: 'u' } as const;
  expect(() => store.emit({ regarding, type: 'Normal', reason: 'Succeeded', action: 'Reconcile', note: 'x' })).not.toThrow();
});
