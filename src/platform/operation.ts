// What one route of the Platform API is: data, from which the Express route, the check of what comes in and the OpenAPI document are all made.
import type { Kind, ObjectKey, ResourceByKind } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { Ledger, Visible } from '../ledger/ledger.ts';
import type { RateOptions } from '../rate.ts';
import type { Logger } from '../telemetry/log.ts';

/** JSON Schema, draft 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

/** Who calls, as TokenReview says; in standalone mode the one user there is. */
export interface Caller {
  /** `system:serviceaccount:ns:name`, or the name of a person. */
  name: string;
  uid: string;
  groups: readonly string[];
}

/** What is touched: a resource of the API server, named as RBAC names it. */
export interface Touched {
  /** Plural: `aillmconfigs`, `aipolicies`, `repositories`; `secrets` for what is a Secret only. */
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

/** RBAC of the API server, asked by SubjectAccessReview. Answers are kept for a few seconds, those of `namespaces` for half a minute. */
export interface Access {
  may(verb: string, touched: Touched): Promise<boolean>;
  /** @throws ApiError 403 that names the verb and the resource. */
  demand(verb: string, touched: Touched): Promise<void>;
  /**
   * Namespaces in which the caller may do this, of those that are looked at. `among`: of these alone, which is never 'all'. Each costs a
   * question to the API server, so say so where no more are needed.
   */
  namespaces(verb: string, resource: string, among?: readonly string[]): Promise<Visible>;
}

/** Something that the client has to change, or may not do. Its message goes out as it is, so it holds no secret. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Seconds, where trying again helps. */
  readonly retryAfter: number | undefined;

  /** `status`: 400, 401, 403, 404, 405, 409, 413, 415, 429 or 503. */
  constructor(status: number, message: string, options?: ErrorOptions & { retryAfter?: number }) {
    super(message, options);
    this.status = status;
    this.retryAfter = options?.retryAfter ?? (status === 503 ? 2 : undefined);
  }
}

/** The custom resources, through the same store that reconciles them. Ids of the API are UIDs. */
export interface Objects {
  list<K extends Kind>(kind: K): ResourceByKind[K][];
  byUid<K extends Kind>(kind: K, uid: string): ResourceByKind[K] | undefined;
  /** @throws ApiError 400 with what the API server says of the field, 409 where the name is taken. */
  create<K extends Kind>(kind: K, object: { namespace: string; name: string; annotations?: Record<string, string>; spec: ResourceByKind[K]['spec'] }): Promise<ResourceByKind[K]>;
  /**
   * Changes the spec, and annotations where given (null removes one); repeated where somebody else was faster.
   * @throws ApiError 404 where it is gone, 400 as create.
   */
  update<K extends Kind>(
    kind: K,
    uid: string,
    change: (spec: ResourceByKind[K]['spec']) => ResourceByKind[K]['spec'],
    annotations?: Record<string, string | null>,
  ): Promise<ResourceByKind[K]>;
  /** Resolves when the API server has taken the deletion. */
  remove(kind: Kind, uid: string): Promise<void>;
  /**
   * Writes values into a Secret of the namespace that the Platform API made; they are never read back. Creates it where there is none.
   * @throws ApiError 409 where the name is another's.
   */
  writeSecret(namespace: string, name: string, values: Record<string, string>, owner: { kind: Kind; name: string; uid: string }): Promise<void>;
  /** Only where the object with this UID controls it. */
  removeSecret(namespace: string, name: string, ownerUid: string): Promise<void>;
  /** All that are looked at, with objects or without: of what was deleted there is still something to tell. */
  namespaces(): readonly string[];
  /** Name of the namespace with this name or UID, where objects of it are looked at. */
  namespace(nameOrUid: string): string | undefined;
  /** Whether repositories of the namespace `from` may use a connection: it is of their own, or a grant in its namespace lends it to them. */
  lends(to: ObjectKey, from: string): boolean;
  /** Organization of a namespace: the value of its label, or `default`. */
  organization(namespace: string): string;
}

export interface Services {
  objects: Objects;
  ledger: Ledger;
  clock: Clock;
  logger: Logger;
}

export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  /** Checked by the schema of the operation. */
  body: Body;
  caller: Caller;
  access: Access;
}

/** How much of an operation there may be. */
export interface Limits {
  /** Calls that are under way. */
  atOnce?: { perCaller: number; inAll: number };
  /** Calls of one caller. */
  rate?: RateOptions;
}

export interface Operation<S extends Services = Services, Params = never, Query = never, Body = never> {
  /** For OpenAPI: `createAiLlm`. */
  id: string;
  method: 'get' | 'post' | 'put' | 'delete';
  /** OpenAPI form: `/repo/{repoId}/ai/apikey`. Fixed paths win over those with parameters, whatever the order. */
  path: string;
  tag: string;
  summary: string;
  /** Which rights of Kubernetes it takes, in words, for the documentation. */
  rights: string;
  /** Properties of the query, each with a description; `required: true` in one makes it so. Lists come comma-joined or repeated. */
  query?: Readonly<Record<string, Schema>>;
  body?: Schema;
  /** Of the 200 answer. */
  answer: Schema;
  /** Further statuses besides those of every operation, or what those mean here, with when they come. */
  errors: Readonly<Partial<Record<400 | 403 | 404 | 409 | 503, string>>>;
  /** Absent: what is of all that change something. */
  limits?: Limits;
  /** Further members of the body of a failure. */
  failure?(error: unknown, message: string): Readonly<Record<string, unknown>>;
  /** Resolves with the body of the 200 answer. */
  handle(call: Call<Params, Query, Body>, services: S): Promise<unknown>;
}
