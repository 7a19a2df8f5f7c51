// The least that reconcilers do, for tests of what is around them: every credential is good, every key is issued.
import { randomBytes } from 'node:crypto';
import { formatKey, hashKey } from '../../src/api/api-key.ts';
import { keyOf, LABELS, type Repository } from '../../src/api/resources.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import { SCHEMA_VERSION, type SnapshotContent, type SnapshotProvider } from '../../src/snapshot/snapshot.ts';
import type { EngineParts, RunningEngine } from '../../src/up.ts';

export class StubEngine implements RunningEngine {
  readonly #parts: EngineParts;
  #working: Promise<void> = Promise.resolve();
  #revision = 0;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  onResource(): void {
    this.#enqueue();
  }

  onSecret(): void {
    this.#enqueue();
  }

  onCredentialRejected(): void {}

  start(): void {
    this.#enqueue();
  }

  stop(): Promise<void> {
    return this.#working;
  }

  #enqueue(): void {
    this.#working = this.#working.then(() => this.#reconcile());
  }

  async #reconcile(): Promise<void> {
    const { store, publish, snapshotKey } = this.#parts;
    const content: SnapshotContent = {
      schemaVersion: SCHEMA_VERSION,
      repositories: {},
      keys: {},
      revokedKeys: {},
      providers: Object.fromEntries(await this.#providers()),
      policies: {},
      limits: {},
    };
    const repositories = store.list('Repository');
    for (const repository of repositories) {
      const { namespace, name, generation } = repository.metadata;
      const models = { 'demo-chat': { llm: `${namespace}/${repository.spec.llms[0]?.name}`, upstream: 'demo-chat' } };
      content.repositories[keyOf(repository.metadata)] = { generation, namespace, name, surfaces: ['OpenAI'], suspended: false, models };
      for (const { name: id } of repository.spec.apiKeys ?? []) {
        content.keys[hashKey(await this.#keyOf(repository, id))] = { id, repository: keyOf(repository.metadata) };
      }
    }
    this.#revision += 1;
    publish(signSnapshot(content, { epoch: 1, revision: this.#revision }, snapshotKey));
    for (const object of [...repositories, ...store.list('AILLMConfig'), ...store.list('AIPolicy')]) {
      const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'in force', lastTransitionTime: '2026-01-01T00:00:00Z' };
      const models = object.kind === 'Repository' ? { models: [{ name: 'demo-chat', llm: 'demo' }] } : {};
      await store.applyStatus(object, { observedGeneration: object.metadata.generation, conditions: [ready], ...models });
    }
  }

  async #providers(): Promise<[string, SnapshotProvider][]> {
    const providers: [string, SnapshotProvider][] = [];
    for (const { metadata, spec } of this.#parts.store.list('AILLMConfig')) {
      const name = spec.credentials?.secretRef.name ?? '';
      const secret = (await this.#parts.store.getSecret({ namespace: metadata.namespace, name }))?.data['apiKey'] ?? '';
      const timeouts = { connect: 5000, response: 5000, idle: 5000 };
      const { type, endpoint = '' } = spec;
      providers.push([keyOf(metadata), { generation: metadata.generation, type, endpoint, credential: { secret }, timeouts, headers: [] }]);
    }
    return providers;
  }

  async #keyOf({ metadata }: Repository, entry: string): Promise<string> {
    const { store, publicBaseUrl } = this.#parts;
    const known = (await store.listKeySecrets(metadata)).find(({ value }) => value.labels[LABELS.apiKey] === entry);
    const key = known?.value.data['OPENAI_API_KEY'] ?? formatKey(randomBytes(32));
    await store.applySecret({
      key: { namespace: metadata.namespace, name: `${metadata.name}-${entry}` },
      owner: { kind: 'Repository', name: metadata.name, uid: metadata.uid },
      data: { OPENAI_API_KEY: key, OPENAI_BASE_URL: publicBaseUrl },
      labels: { [LABELS.repository]: metadata.name, [LABELS.apiKey]: entry },
      annotations: {},
    });
    return key;
  }
}
