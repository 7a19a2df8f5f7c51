// The Platform API on a port of its own over objects in memory, with callers who may do what a test says.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnyResource, Kind, ObjectKey, ResourceByKind } from '../../src/api/resources.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/ledger/ledger.ts';
import { createPlatformApp } from '../../src/platform/app.ts';
import { ApiError, type Access, type Objects, type Touched } from '../../src/platform/operation.ts';
import { OPERATIONS } from '../../src/platform/operations.ts';
import type { PlatformServices } from '../../src/platform/services.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createOperatorMetrics, createRegistry } from '../../src/telemetry/metrics.ts';
import { FakeClock } from './clock.ts';

/** What a list asked about, and among which namespaces; undefined: all. */
export type Scan = [string, readonly string[] | undefined];

/** `verb resource` or `verb resource namespace`; `*` for all. */
export class FakeAccess implements Access {
  readonly asked: string[] = [];
  readonly #rights: ReadonlySet<string>;
  readonly #objects: FakeObjects;

  readonly #scans: Scan[];

  constructor(rights: readonly string[], objects: FakeObjects, scans: Scan[] = []) {
    this.#rights = new Set(rights);
    this.#objects = objects;
    this.#scans = scans;
  }

  async may(verb: string, { resource, namespace }: Touched): Promise<boolean> {
    this.asked.push([verb, resource, namespace].filter((part) => part !== undefined).join(' '));
    return this.#rights.has('*') || this.#rights.has(`${verb} ${resource}`) || (namespace !== undefined && this.#rights.has(`${verb} ${resource} ${namespace}`));
  }

  async demand(verb: string, touched: Touched): Promise<void> {
    if (!(await this.may(verb, touched))) throw new ApiError(403, `you may not ${verb} ${touched.resource} in ${touched.namespace ?? 'all namespaces'}`);
  }

  async namespaces(verb: string, resource: string, among?: readonly string[]): Promise<readonly string[] | 'all'> {
    this.#scans.push([`${verb} ${resource}`, among]);
    if (await this.may(verb, { resource })) return among ?? 'all';
    const looked = this.#objects.namespaces().filter((namespace) => among?.includes(namespace) ?? true);
    return looked.filter((namespace) => this.#rights.has(`${verb} ${resource} ${namespace}`));
  }
}

export class FakeObjects implements Objects {
  readonly secrets = new Map<string, { values: Record<string, string>; owner?: { kind: Kind; name: string; uid: string } }>();
  /** By namespace; `default` where there is none. */
  readonly organizations = new Map<string, string>();
  /** `namespace/name of the connection`, a blank, namespace that it is lent to. */
  readonly grants = new Set<string>();
  /** What the API server would refuse: thrown by the next writes, until it is removed. */
  refusal: ApiError | undefined;
  #objects = new Map<string, AnyResource>();
  #counter = 0;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  list<K extends Kind>(kind: K): ResourceByKind[K][] {
    return [...this.#objects.values()].filter((object) => object.kind === kind).map((object) => structuredClone(object)) as ResourceByKind[K][];
  }

  byUid<K extends Kind>(kind: K, uid: string): ResourceByKind[K] | undefined {
    return this.list(kind).find(({ metadata }) => metadata.uid === uid);
  }

  /** Puts an object in as somebody with kubectl would. */
  put<K extends Kind>(kind: K, namespace: string, name: string, spec: ResourceByKind[K]['spec'], more: { status?: object; annotations?: Record<string, string> } = {}): ResourceByKind[K] {
    const uid = `00000000-0000-4000-8000-${String((this.#counter += 1)).padStart(12, '0')}`;
    const creationTimestamp = `${new Date(this.#clock.now() + this.#counter * 1000).toISOString().slice(0, 19)}Z`;
    const metadata = { name, namespace, uid, generation: 1, creationTimestamp, annotations: more.annotations ?? {} };
    const object = { apiVersion: 'ai.flashback.tech/v1alpha1', kind, metadata, spec, status: more.status ?? {} } as AnyResource;
    this.#objects.set(uid, object);
    return structuredClone(object) as ResourceByKind[K];
  }

  async create<K extends Kind>(kind: K, { namespace, name, annotations, spec }: Parameters<Objects['create']>[1]): Promise<ResourceByKind[K]> {
    if (this.refusal !== undefined) throw this.refusal;
    return this.put(kind, namespace, name, spec as ResourceByKind[K]['spec'], annotations === undefined ? {} : { annotations });
  }

  async update<K extends Kind>(kind: K, uid: string, change: (spec: ResourceByKind[K]['spec']) => ResourceByKind[K]['spec'], annotations: Record<string, string | null> = {}): Promise<ResourceByKind[K]> {
    if (this.refusal !== undefined) throw this.refusal;
    const object = this.byUid(kind, uid);
    if (object === undefined) throw new ApiError(404, 'it is gone');
    object.spec = change(object.spec);
    for (const [name, value] of Object.entries(annotations)) {
      object.metadata.annotations ??= {};
      if (value === null) delete object.metadata.annotations[name];
      else object.metadata.annotations[name] = value;
    }
    this.#objects.set(uid, object);
    return structuredClone(object);
  }

  async remove(_kind: Kind, uid: string): Promise<void> {
    this.#objects.delete(uid);
    // As the garbage collector does with what the object owns.
    for (const [key, { owner }] of this.secrets) if (owner?.uid === uid) this.secrets.delete(key);
  }

  async writeSecret(namespace: string, name: string, values: Record<string, string>, owner?: { kind: Kind; name: string; uid: string }): Promise<void> {
    this.secrets.set(`${namespace}/${name}`, { values, ...(owner === undefined ? {} : { owner }) });
  }

  async removeSecret(namespace: string, name: string, ownerUid: string): Promise<void> {
    const key = `${namespace}/${name}`;
    if (this.secrets.get(key)?.owner?.uid === ownerUid) this.secrets.delete(key);
  }

  namespaces(): string[] {
    return [...new Set([...[...this.#objects.values()].map(({ metadata }) => metadata.namespace), ...this.organizations.keys()])];
  }

  namespace(nameOrUid: string): string | undefined {
    const known = this.namespaces();
    return known.includes(nameOrUid) ? nameOrUid : known.find((name) => nameOrUid === `uid-of-${name}`);
  }

  lends({ namespace, name }: ObjectKey, from: string): boolean {
    return namespace === from || this.grants.has(`${namespace}/${name} ${from}`);
  }

  organization(namespace: string): string {
    return this.organizations.get(namespace) ?? 'default';
  }
}

/** A ledger of which a test fills in what it needs; everything else rejects by name. */
export function fakeLedger(parts: Partial<Ledger> = {}): Ledger & { audits: AuditEntry[] } {
  const audits: AuditEntry[] = [];
  const own: Partial<Ledger> & { audits: AuditEntry[] } = { audits, audit: async (entries) => void audits.push(...entries), ...parts };
  return new Proxy(own, {
    get: (target, name) => Reflect.get(target, name) ?? (() => Promise.reject(new Error(`the test gave the ledger no ${String(name)}`))),
  }) as Ledger & { audits: AuditEntry[] };
}

function missing(name: string): never {
  return new Proxy({}, { get: (_target, member) => () => Promise.reject(new Error(`the test gave no ${name}.${String(member)}`)) }) as never;
}

export interface PlatformReply {
  status: number;
  headers: Headers;
  /** Parsed; empty where nothing came. */
  body: Record<string, unknown> & { success?: boolean; message?: string };
}

export interface RunningPlatform {
  url: string;
  objects: FakeObjects;
  clock: FakeClock;
  ledger: Ledger & { audits: AuditEntry[] };
  /** What lists asked about rights in many namespaces. */
  scans: Scan[];
  /** Everything that was logged. */
  log: string[];
  metrics(): Promise<string>;
  /** Token -> rights of its caller. `admin` may do everything, `nobody` nothing. */
  tokens: Map<string, readonly string[]>;
  /** Whether the process leads. */
  leads: boolean;
  call(method: string, path: string, options?: { token?: string | null; body?: unknown; raw?: string; headers?: Record<string, string> }): Promise<PlatformReply>;
  close(): Promise<void>;
}

export interface PlatformParts {
  ledger?: Partial<Ledger>;
  services?: Partial<PlatformServices>;
  /** All there are, when absent. */
  operations?: typeof OPERATIONS;
}

export async function startPlatform(parts: PlatformParts = {}): Promise<RunningPlatform> {
  const clock = new FakeClock();
  const objects = new FakeObjects(clock);
  const ledger = fakeLedger(parts.ledger);
  const log: string[] = [];
  const scans: Scan[] = [];
  const logger = createLogger({ name: 'test', level: 'trace', destination: { write: (line: string) => void log.push(line) } });
  const registry = createRegistry();
  const tokens = new Map<string, readonly string[]>([['admin', ['*']], ['nobody', []]]);
  const services: PlatformServices = { objects, ledger, clock, logger, credentials: missing('credentials'), keys: missing('keys'), homes: missing('homes'), advisor: missing('advisor'), conversations: missing('conversations'), ...parts.services };
  const running: Pick<RunningPlatform, 'leads'> = { leads: true };
  const app = createPlatformApp({
    operations: parts.operations ?? OPERATIONS,
    serving: () => {
      if (!running.leads) return undefined;
      const authenticate = async (token: string) => {
        const rights = tokens.get(token);
        return rights === undefined ? undefined : { caller: { name: token, uid: `uid-${token}`, groups: [] }, access: new FakeAccess(rights, objects, scans) };
      };
      return { services, authenticator: { authenticate } };
    },
    version: '0.0.0',
    clock,
    logger,
    metrics: createOperatorMetrics(registry),
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(running, {
    url,
    objects,
    clock,
    ledger,
    scans,
    log,
    tokens,
    metrics: () => registry.metrics(),
    call: async (method: string, path: string, { token = 'admin', body, raw, headers = {} }: { token?: string | null; body?: unknown; raw?: string; headers?: Record<string, string> } = {}) => {
      const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await fetch(url + path, {
        method,
        headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(text === undefined ? {} : { body: text }),
      });
      const answer = await response.text();
      return { status: response.status, headers: response.headers, body: answer === '' ? {} : JSON.parse(answer) };
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
