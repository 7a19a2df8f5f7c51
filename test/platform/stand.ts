// What the routes of the Platform API need around them: objects, rights, a clock, and calls whose answers are held against their schema.
import { randomUUID } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { pino } from 'pino';
import { API_GROUP, API_VERSION, KINDS, type Kind, type ObjectKey, type ResourceByKind } from '../../src/api/resources.ts';
import {
  ApiError,
  type Access,
  type Caller,
  type Objects,
  type Operation,
  type Services,
  type Touched,
} from '../../src/platform/operation.ts';
import { FakeClock } from '../fake/clock.ts';
import { MemoryLedger } from './memory-ledger.ts';

export const NOON = Date.parse('2026-11-27T12:00:00Z');

/** `'all'`: an administrator. Otherwise namespace -> `verb resource`. */
export type Rights = 'all' | Readonly<Record<string, readonly string[]>>;

/** RBAC as a table. */
export class TableAccess implements Access {
  readonly #rights: Rights;

  constructor(rights: Rights) {
    this.#rights = rights;
  }

  async may(verb: string, { resource, namespace = '' }: Touched): Promise<boolean> {
    return this.#rights === 'all' || (this.#rights[namespace]?.includes(`${verb} ${resource}`) ?? false);
  }

  async demand(verb: string, touched: Touched): Promise<void> {
    if (!(await this.may(verb, touched))) throw new ApiError(403, `not allowed to ${verb} ${touched.resource}`);
  }

  async namespaces(verb: string, resource: string, among?: readonly string[]): Promise<'all' | readonly string[]> {
    if (this.#rights === 'all') return among ?? 'all';
    const allowed = Object.entries(this.#rights).flatMap(([namespace, rights]) => (rights.includes(`${verb} ${resource}`) ? [namespace] : []));
    return allowed.filter((namespace) => among?.includes(namespace) ?? true);
  }
}

/** The custom resources over an array. */
export class MemoryObjects implements Objects {
  readonly all: ResourceByKind[Kind][] = [];
  readonly organizations: Record<string, string> = {};
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  add<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
    uid: string,
    spec: ResourceByKind[K]['spec'],
    status?: object,
  ): ResourceByKind[K] {
    const metadata = { namespace, name, uid, generation: 1, creationTimestamp: new Date(this.#clock.now()).toISOString() };
    const object = {
      apiVersion: `${API_GROUP}/${API_VERSION}`,
      kind,
      metadata,
      spec,
      ...(status === undefined ? {} : { status }),
    } as ResourceByKind[K];
    this.all.push(object);
    return object;
  }

  list<K extends Kind>(kind: K): ResourceByKind[K][] {
    return this.all.filter((object) => object.kind === kind) as ResourceByKind[K][];
  }

  byUid<K extends Kind>(kind: K, uid: string): ResourceByKind[K] | undefined {
    return this.list(kind).find(({ metadata }) => metadata.uid === uid);
  }

  async create<K extends Kind>(
    kind: K,
    {
      namespace,
      name,
      annotations,
      spec,
    }: { namespace: string; name: string; annotations?: Record<string, string>; spec: ResourceByKind[K]['spec'] },
  ): Promise<ResourceByKind[K]> {
    const taken = this.list(kind).some(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    if (taken) throw new ApiError(409, `${KINDS[kind]} "${name}" already exists`);
    const object = this.add(kind, namespace, name, randomUUID(), spec);
    if (annotations !== undefined) object.metadata.annotations = annotations;
    return object;
  }

  async update<K extends Kind>(
    kind: K,
    uid: string,
    change: (spec: ResourceByKind[K]['spec']) => ResourceByKind[K]['spec'],
    annotations: Record<string, string | null> = {},
  ): Promise<ResourceByKind[K]> {
    const object = this.byUid(kind, uid);
    if (object === undefined) throw new ApiError(404, 'gone');
    object.spec = change(object.spec);
    const merged = Object.entries({ ...object.metadata.annotations, ...annotations }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
    object.metadata.annotations = Object.fromEntries(merged);
    return object;
  }

  async remove(_kind: Kind, uid: string): Promise<void> {
    this.all.splice(0, this.all.length, ...this.all.filter(({ metadata }) => metadata.uid !== uid));
  }

  async writeSecret(): Promise<void> {}
  async removeSecret(): Promise<void> {}

  namespace(nameOrUid: string): string | undefined {
    return this.all.find(({ metadata }) => metadata.namespace === nameOrUid)?.metadata.namespace;
  }

  namespaces(): string[] {
    return [...new Set([...this.all.map(({ metadata }) => metadata.namespace), ...Object.keys(this.organizations)])];
  }

  lends({ namespace }: ObjectKey, from: string): boolean {
    return namespace === from;
  }

  organization(namespace: string): string {
    return this.organizations[namespace] ?? 'default';
  }
}

export interface Stand extends Services {
  objects: MemoryObjects;
  ledger: MemoryLedger;
  clock: FakeClock;
}

export function stand(): Stand {
  const clock = new FakeClock(NOON);
  return { clock, ledger: new MemoryLedger(), objects: new MemoryObjects(clock), logger: pino({ level: 'silent' }) };
}

export const ANNA: Caller = { name: 'anna', uid: 'u-1', groups: [] };

export interface Input {
  params?: Record<string, string>;
  query?: object;
  body?: object;
  rights?: Rights;
  caller?: Caller;
}

function without(schema: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).filter(([one]) => one !== name));
}

function checked(schema: object, value: unknown, options: object): unknown {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    formats: { 'date-time': true, uuid: true },
    ...options,
  });
  const validate = ajv.compile(schema);
  const copy: unknown = structuredClone(value);
  if (!validate(copy)) throw new ApiError(400, ajv.errorsText(validate.errors));
  return copy;
}

/** Calls an operation as the application does, with what is in force of its schemas, and holds the answer against its own. */
export async function ask<Answer>(operations: readonly Operation[], id: string, input: Input, services: Services): Promise<Answer> {
  const operation = operations.find((one) => one.id === id);
  if (operation === undefined) throw new Error(`there is no operation ${id}`);
  const { params = {}, query = {}, body = {}, rights = 'all', caller = ANNA } = input;
  const parameters = Object.entries(operation.query ?? {});
  const properties = Object.fromEntries(parameters.map(([name, schema]) => [name, without(schema, 'required')]));
  const required = parameters.flatMap(([name, schema]) => (schema['required'] === true ? [name] : []));
  const call = {
    params,
    query: checked({ type: 'object', properties, required }, query, { useDefaults: true, coerceTypes: true }),
    body: operation.body === undefined ? {} : checked(operation.body, body, {}),
    caller,
    access: new TableAccess(rights),
  };
  const answer = await operation.handle(call as never, services);
  checked(operation.answer, JSON.parse(JSON.stringify(answer)), {});
  return answer as Answer;
}
