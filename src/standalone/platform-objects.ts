// The custom resources as the Platform API writes them where there is no cluster: one manifest for each in the state directory, read like any
// other. What stands in the files of a person is for that person to change.
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { API_GROUP, API_VERSION, KINDS, LABELS, MANAGED_BY, type Kind, type ObjectKey, type ResourceByKind } from '../api/resources.ts';
import { ApiError, type Objects } from '../platform/operation.ts';
import type { Homes } from '../platform/policies/services.ts';
import { isPermitted } from '../reconcile/grants.ts';
import type { ValidationResult } from './schema.ts';
import type { StandaloneStore } from './store.ts';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export interface StandaloneObjectsOptions {
  /** One of the directories that manifests are read from; made when it is missing. */
  directory: string;
  store: Pick<StandaloneStore, 'list' | 'get' | 'namespaceLabels' | 'namespaces' | 'grants'>;
  validate(object: unknown): ValidationResult;
  /** Reads all manifests again; `gone`: a file that was removed on purpose. */
  refresh(gone?: string): Promise<void>;
}

interface Written {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  spec?: unknown;
  data?: Record<string, string>;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

export class StandaloneObjects implements Objects, Homes {
  readonly #options: StandaloneObjectsOptions;
  /** One change at a time: each reads what the one before wrote. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: StandaloneObjectsOptions) {
    this.#options = options;
  }

  list<K extends Kind>(kind: K): ResourceByKind[K][] {
    return this.#options.store.list(kind);
  }

  byUid<K extends Kind>(kind: K, uid: string): ResourceByKind[K] | undefined {
    return this.list(kind).find(({ metadata }) => metadata.uid === uid);
  }

  create<K extends Kind>(kind: K, { namespace, name, annotations = {}, spec }: Parameters<Objects['create']>[1]): Promise<ResourceByKind[K]> {
    return this.#inTurn(async () => {
      if (this.#options.store.get(kind, { namespace, name }) !== undefined) throw new ApiError(409, 'an object of this name exists');
      return this.#put(kind, { namespace, name }, annotations, spec);
    });
  }

  update<K extends Kind>(
    kind: K,
    uid: string,
    change: (spec: ResourceByKind[K]['spec']) => ResourceByKind[K]['spec'],
    annotations: Record<string, string | null> = {},
  ): Promise<ResourceByKind[K]> {
    return this.#inTurn(async () => {
      const { metadata, written } = await this.#own(kind, uid);
      const merged = Object.entries({ ...written.metadata.annotations, ...annotations }).filter((entry): entry is [string, string] => entry[1] !== null);
      // What was written is not what is in force: the host of the demo provider is replaced there.
      return this.#put(kind, metadata, Object.fromEntries(merged), change(written.spec as ResourceByKind[K]['spec']));
    });
  }

  async remove(kind: Kind, uid: string): Promise<void> {
    await this.#inTurn(async () => {
      if (this.byUid(kind, uid) === undefined) return;
      const { metadata } = await this.#own(kind, uid);
      await this.#delete(this.#path(kind, metadata));
    });
  }

  async writeSecret(...[namespace, name, values, owner]: Parameters<Objects['writeSecret']>): Promise<void> {
    await this.#inTurn(async () => {
      // First: a credential for what will not be changed would only stand in the way of one that its owner writes.
      await this.#own(owner.kind, owner.uid);
      const path = this.#path('Secret', { namespace, name });
      const before = await this.#read(path);
      const encoded = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
      const labels = { [LABELS.managedBy]: MANAGED_BY };
      await this.#write(path, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels }, data: { ...before?.data, ...Object.fromEntries(encoded) } });
    });
  }

  async removeSecret(namespace: string, name: string): Promise<void> {
    await this.#inTurn(() => this.#delete(this.#path('Secret', { namespace, name })));
  }

  namespaces(): string[] {
    return this.#options.store.namespaces();
  }

  namespace(nameOrUid: string): string | undefined {
    return NAMESPACE.test(nameOrUid) ? nameOrUid : undefined;
  }

  lends(to: ObjectKey, from: string): boolean {
    return isPermitted(this.#options.store.grants(), { kind: 'Repository', namespace: from }, to);
  }

  organization(namespace: string): string {
    return this.#options.store.namespaceLabels(namespace)[LABELS.organization] ?? 'default';
  }

  homesOf(organization: string): string[] {
    const { store } = this.#options;
    return store.namespaces().filter((name) => store.namespaceLabels(name)[LABELS.organizationHome] === 'true' && this.organization(name) === organization);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #put<K extends Kind>(kind: K, { namespace, name }: ObjectKey, annotations: Record<string, string>, spec: unknown): Promise<ResourceByKind[K]> {
    const manifest = { apiVersion: `${API_GROUP}/${API_VERSION}`, kind, metadata: { name, namespace, annotations }, spec };
    const result = this.#options.validate(structuredClone(manifest));
    if (!result.ok) throw new ApiError(400, result.errors.map(({ path, message }) => `${path.replace(/^spec\./, '')}: ${message}`).join('; '));
    await this.#write(this.#path(kind, { namespace, name }), manifest);
    const object = this.#options.store.get(kind, { namespace, name });
    if (object === undefined) throw new ApiError(503, 'the manifests as a whole cannot be put in force; the terminal says which of them is broken');
    return object;
  }

  /** The manifest of an object that was made here. @throws ApiError 404, 409. */
  async #own(kind: Kind, uid: string): Promise<{ metadata: ObjectKey; written: Written }> {
    const metadata = this.byUid(kind, uid)?.metadata;
    if (metadata === undefined) throw new ApiError(404, 'it is gone');
    const written = await this.#read(this.#path(kind, metadata));
    if (written === undefined) throw new ApiError(409, `${metadata.name} stands in a manifest of yours; change it there`);
    return { metadata, written };
  }

  #path(kind: Kind | 'Secret', { namespace, name }: ObjectKey): string {
    return join(this.#options.directory, `${namespace}.${kind === 'Secret' ? 'secrets' : KINDS[kind]}.${name}.yaml`);
  }

  async #read(path: string): Promise<Written | undefined> {
    try {
      return load(await readFile(path, 'utf8')) as Written;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #write(path: string, manifest: Written): Promise<void> {
    await preparePlatformDirectory(this.#options.directory);
    const temporary = join(this.#options.directory, `.${randomUUID()}`);
    await writeFile(temporary, `# Written by the Platform API.\n${dump(manifest)}`, { mode: OWNER_ONLY_FILE, flag: 'wx', flush: true });
    await rename(temporary, path);
    await this.#options.refresh();
  }

  async #delete(path: string): Promise<void> {
    await rm(path, { force: true });
    await this.#options.refresh(path);
  }
}

/** Its files hold credentials. */
export async function preparePlatformDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
  await chmod(directory, OWNER_ONLY_DIRECTORY);
  await writeFile(join(directory, '.gitignore'), '*\n', { mode: OWNER_ONLY_FILE });
}
