// A ResourceStore in memory, with the hands of a user: apply, remove, and faults on demand.
import { keyOf, LABELS, type AIPolicy, type AIReferenceGrant, type AILLMConfig, type AnyResource, type Kind, type ObjectKey, type Repository, type ResourceByKind } from '../../src/api/resources.ts';
import {
  SecretConflictError,
  SecretForbiddenError,
  type EventDraft,
  type OwnedSecret,
  type ResourceStore,
  type SecretValue,
  type StoreEvents,
} from '../../src/reconcile/store.ts';

export class FakeStore implements ResourceStore {
  readonly events: EventDraft[] = [];
  readonly statusWrites: { id: string; status: object }[] = [];
  readonly secretWrites: string[] = [];
  readonly forbidden = new Set<string>();
  /** Thrown by the next calls of this method, until it is deleted. */
  readonly faults = new Map<'getSecret' | 'listKeySecrets' | 'applySecret' | 'applyStatus', Error>();
  /** Namespaces that are looked at; all unless set. */
  namespaces: string[] | undefined;
  /** Writes of Secrets wait for it. */
  blocked: Promise<void> | undefined;
  /** Namespaces that nobody has told of yet. */
  readonly unseen = new Set<string>();
  /** Undefined: nobody may look at namespaces. */
  #labels: Map<string, Record<string, string>> | undefined = new Map();
  #objects = new Map<string, AnyResource>();
  #grants = new Map<string, AIReferenceGrant>();
  #secrets = new Map<string, SecretValue>();
  #listener: StoreEvents | undefined;
  #counter = 0;

  listen(listener: StoreEvents | undefined): void {
    this.#listener = listener;
  }

  /** Creates an object or changes its spec; the generation rises when the spec is different. */
  apply<K extends Kind>(kind: K, name: string, spec: ResourceByKind[K]['spec'], options: { namespace?: string; annotations?: Record<string, string> } = {}): void {
    const { namespace = 'team', annotations } = options;
    const id = `${kind}/${namespace}/${name}`;
    const before = this.#objects.get(id);
    const changed = before === undefined || JSON.stringify(before.spec) !== JSON.stringify(spec);
    const object = {
      apiVersion: 'ai.flashback.tech/v1alpha1',
      kind,
      metadata: {
        name,
        namespace,
        uid: before?.metadata.uid ?? `uid-${(this.#counter += 1)}`,
        generation: (before?.metadata.generation ?? 0) + (changed ? 1 : 0),
        ...(annotations === undefined ? {} : { annotations }),
      },
      spec: structuredClone(spec),
      status: before?.status ?? { observedGeneration: -1 },
    };
    this.#objects.set(id, object as AILLMConfig | AIPolicy | Repository);
    this.#listener?.onResource(kind, { namespace, name });
  }

  remove(kind: Kind, name: string, namespace = 'team'): void {
    this.#objects.delete(`${kind}/${namespace}/${name}`);
    this.#listener?.onResource(kind, { namespace, name });
  }

  /** Creates or changes a grant in `namespace`. */
  grant(namespace: string, name: string, spec: AIReferenceGrant['spec'], deletionTimestamp?: string): void {
    const metadata = { namespace, name, uid: `uid-${(this.#counter += 1)}`, generation: 1, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) };
    this.#grants.set(keyOf(metadata), { apiVersion: 'ai.flashback.tech/v1alpha1', kind: 'AIReferenceGrant', metadata, spec });
    this.#listener?.onGrant({ namespace, name });
  }

  removeGrant(namespace: string, name: string): void {
    this.#grants.delete(keyOf({ namespace, name }));
    this.#listener?.onGrant({ namespace, name });
  }

  grants(): AIReferenceGrant[] {
    return [...this.#grants.values()].filter(({ metadata }) => this.covers(metadata.namespace));
  }

  setSecret(name: string, data: Record<string, string>, options: Partial<SecretValue> & { namespace?: string } = {}): void {
    const { namespace = 'team', ...rest } = options;
    const before = this.#secrets.get(keyOf({ namespace, name }));
    this.#secrets.set(keyOf({ namespace, name }), {
      uid: `uid-${(this.#counter += 1)}`,
      labels: {},
      annotations: {},
      ...before,
      ...rest,
      data: { ...data },
      resourceVersion: String((this.#counter += 1)),
    });
    this.#listener?.onSecret({ namespace, name });
  }

  removeSecret(name: string, namespace = 'team'): void {
    this.#secrets.delete(keyOf({ namespace, name }));
    this.#listener?.onSecret({ namespace, name });
  }

  secret(name: string, namespace = 'team'): SecretValue | undefined {
    return structuredClone(this.#secrets.get(keyOf({ namespace, name })));
  }

  get<K extends Kind>(kind: K, key: ObjectKey): ResourceByKind[K] | undefined {
    const id = `${kind}/${keyOf(key)}`;
    return structuredClone(this.#isCovered(id) ? this.#objects.get(id) : undefined) as ResourceByKind[K] | undefined;
  }

  list<K extends Kind>(kind: K): ResourceByKind[K][] {
    const ids = [...this.#objects.keys()].filter((id) => id.startsWith(`${kind}/`) && this.#isCovered(id)).toSorted();
    return ids.map((id) => structuredClone(this.#objects.get(id)) as ResourceByKind[K]);
  }

  /** Undefined: namespaces may not be looked at from now on. */
  label(namespace: string, labels: Record<string, string> | undefined): void {
    if (labels === undefined) this.#labels = undefined;
    else (this.#labels ??= new Map()).set(namespace, labels);
    this.unseen.delete(namespace);
    this.#listener?.onNamespace(namespace);
  }

  namespaceLabels(namespace: string): Record<string, string> | undefined {
    return this.#labels === undefined || this.unseen.has(namespace) ? undefined : (this.#labels.get(namespace) ?? {});
  }

  covers(namespace: string): boolean {
    return this.namespaces?.includes(namespace) ?? true;
  }

  async getSecret(key: ObjectKey): Promise<SecretValue | undefined> {
    this.#fail('getSecret');
    if (this.forbidden.has(keyOf(key))) throw new SecretForbiddenError(`the operator may not read the Secret ${keyOf(key)}`);
    return this.secret(key.name, key.namespace);
  }

  async listKeySecrets({ namespace, name }: ObjectKey): Promise<{ key: ObjectKey; value: SecretValue }[]> {
    this.#fail('listKeySecrets');
    return [...this.#secrets]
      .filter(([key, { labels }]) => key.startsWith(`${namespace}/`) && labels[LABELS.repository] === name)
      .map(([key, value]) => ({ key: { namespace, name: key.slice(namespace.length + 1) }, value: structuredClone(value) }));
  }

  async applySecret({ key, owner, data, labels, annotations }: OwnedSecret): Promise<void> {
    this.#fail('applySecret');
    await this.blocked;
    const before = this.#secrets.get(keyOf(key));
    if (before !== undefined && before.ownerUid !== owner.uid) throw new SecretConflictError(`the Secret ${keyOf(key)} exists`);
    this.secretWrites.push(keyOf(key));
    this.setSecret(key.name, data, { namespace: key.namespace, labels: { ...before?.labels, ...labels }, annotations, ownerUid: owner.uid });
  }

  async deleteSecret(key: ObjectKey, uid: string): Promise<void> {
    if (this.#secrets.get(keyOf(key))?.uid === uid) this.removeSecret(key.name, key.namespace);
  }

  async applyStatus({ kind, metadata }: AnyResource, status: object): Promise<void> {
    this.#fail('applyStatus');
    const id = `${kind}/${keyOf(metadata)}`;
    const object = this.#objects.get(id);
    if (object?.metadata.uid !== metadata.uid) return;
    this.statusWrites.push({ id, status: structuredClone(status) });
    this.#objects.set(id, { ...object, status: structuredClone(status) } as AnyResource);
  }

  emit(event: EventDraft): void {
    this.events.push(event);
  }

  #isCovered(id: string): boolean {
    return this.covers(id.split('/')[1] ?? '');
  }

  #fail(method: 'getSecret' | 'listKeySecrets' | 'applySecret' | 'applyStatus'): void {
    const fault = this.faults.get(method);
    if (fault !== undefined) throw fault;
  }
}
