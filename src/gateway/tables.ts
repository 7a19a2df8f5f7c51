// What a snapshot becomes before it serves traffic: everything a request needs, one Map lookup away.
import { Pool } from 'undici';
import { preparePolicies, type PreparedPolicies, type RepositoryPolicies } from './guard/policy-set.ts';
import { PROVIDERS } from '../providers/index.ts';
import { guardedLookup, refuseEndpoint, type AddressPolicy } from '../providers/addresses.ts';
import { NO_POD_IDENTITY, type PodIdentityPolicy } from '../providers/pod-identity.ts';
import type { Provider, SignableRequest } from '../providers/provider.ts';
import { isCertificateBundle } from '../snapshot/ca-bundle.ts';
import type { RevokedKey, Snapshot, SnapshotKey, SnapshotProvider, SnapshotRepository } from '../snapshot/snapshot.ts';
import { authorizationOf, remembering } from './upstream-authorization.ts';

/** One provider connection, ready to dispatch to. */
export interface Upstream {
  /** `namespace/name` of the AILLMConfig. */
  key: string;
  /** Name of the AILLMConfig. */
  name: string;
  settings: SnapshotProvider;
  provider: Provider;
  pool: Pool;
  origin: string;
  /** Path of the endpoint without a trailing slash. */
  basePath: string;
  /** Headers of every request, as a flat list of name, value. */
  headers: string[];
  /** Makes the headers that authenticate one request, where they are not among `headers`. */
  sign: ((request: SignableRequest) => Promise<readonly string[]>) | undefined;
  /** Values that must not be passed on; the newest tokens join them as they are sent. */
  secrets: string[];
}

export interface Target {
  upstream: Upstream;
  /** Name that the provider knows the model by. */
  upstreamModel: string;
}

export interface RepositoryTable {
  settings: SnapshotRepository;
  /** `namespace/name`. */
  key: string;
  models: Map<string, Target>;
  open: Upstream | undefined;
  /** Undefined: none apply. */
  policies: RepositoryPolicies | undefined;
}

export interface KeyEntry {
  id: string;
  repository: RepositoryTable;
  /** Milliseconds since the epoch; Infinity: never. */
  expiresAt: number;
  models: ReadonlySet<string> | undefined;
  /** The only surface that it opens. */
  type: NonNullable<SnapshotKey['type']>;
}

export interface Tables {
  keys: Map<string, KeyEntry>;
  revokedKeys: Map<string, RevokedKey>;
  upstreams: Map<string, Upstream>;
  /** Kept for the next snapshot. */
  policies: PreparedPolicies;
}

/** Thrown while tables are built; names the object that cannot be served. */
export class UnservableObjectError extends Error {
  override readonly name = 'UnservableObjectError';
  /** `provider/namespace/name` or `repository/namespace/name`. */
  readonly object: string;

  constructor(object: string, reason: string) {
    super(reason);
    this.object = object;
  }
}

function samePool(a: SnapshotProvider, b: SnapshotProvider): boolean {
  return a.endpoint === b.endpoint && a.ca === b.ca && a.timeouts.connect === b.timeouts.connect;
}

function openPool(settings: SnapshotProvider, origin: string, addresses: AddressPolicy): Pool {
  return new Pool(origin, {
    connections: null,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 300_000,
    connect: {
      timeout: settings.timeouts.connect,
      lookup: guardedLookup(addresses),
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    },
  });
}

function buildUpstream(
  key: string,
  settings: SnapshotProvider,
  previous: Upstream | undefined,
  addresses: AddressPolicy,
  mayUsePodIdentity: PodIdentityPolicy,
): Upstream {
  const refuse = (reason: string): never => {
    throw new UnservableObjectError(`provider/${key}`, reason);
  };
  const provider = PROVIDERS[settings.type] ?? refuse(`this gateway cannot serve providers of type ${settings.type}`);
  const refused = refuseEndpoint(settings.endpoint, addresses);
  if (refused !== undefined) refuse(refused);
  if (settings.ca !== undefined && !isCertificateBundle(settings.ca)) refuse('the CA bundle is not PEM');
  const url = new URL(settings.endpoint);
  const authorization = authorizationOf(key, settings, provider, mayUsePodIdentity);
  const secrets = Object.values(settings.credential ?? {});
  return {
    key,
    name: key.slice(key.indexOf('/') + 1),
    settings,
    provider,
    // A pool outlives changes of credential and headers, so a rotation costs no connection.
    pool: previous !== undefined && samePool(previous.settings, settings) ? previous.pool : openPool(settings, url.origin, addresses),
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    headers: [
      ...settings.headers.flat(),
      ...(typeof authorization === 'function' ? [] : authorization),
      'content-type',
      'application/json',
      // Compressed answers could not be read for usage, and nobody pays for bandwidth inside a cluster.
      'accept-encoding',
      'identity',
    ],
    sign: typeof authorization === 'function' ? remembering(authorization, secrets) : undefined,
    secrets,
  };
}

function buildRepository(
  key: string,
  settings: SnapshotRepository,
  upstreams: Map<string, Upstream>,
  policies: RepositoryPolicies | undefined,
): RepositoryTable {
  const models = new Map<string, Target>();
  for (const [model, { llm, upstream: upstreamModel }] of Object.entries(settings.models)) {
    const upstream = upstreams.get(llm);
    if (upstream === undefined) throw new UnservableObjectError(`repository/${key}`, `model ${model} refers to ${llm}, which the snapshot does not have`);
    models.set(model, { upstream, upstreamModel });
  }
  return { settings, key, models, open: settings.openLlm === undefined ? undefined : upstreams.get(settings.openLlm), policies };
}

/** Builds tables from a verified snapshot, reusing connection pools. Throws UnservableObjectError and changes nothing. */
export function buildTables(
  snapshot: Snapshot,
  previous: Tables | undefined,
  addresses: AddressPolicy,
  mayUsePodIdentity = NO_POD_IDENTITY,
): Tables {
  const upstreams = new Map<string, Upstream>();
  for (const [key, settings] of Object.entries(snapshot.providers)) {
    upstreams.set(key, buildUpstream(key, settings, previous?.upstreams.get(key), addresses, mayUsePodIdentity));
  }
  const policies = preparePolicies(snapshot, previous?.policies);
  const repositories = new Map<string, RepositoryTable>();
  for (const [key, settings] of Object.entries(snapshot.repositories)) {
    repositories.set(key, buildRepository(key, settings, upstreams, policies.of(settings)));
  }
  const keys = new Map<string, KeyEntry>();
  for (const [hash, key] of Object.entries(snapshot.keys)) {
    const repository = repositories.get(key.repository);
    if (repository === undefined) continue;
    const models = key.models === undefined ? undefined : new Set(key.models);
    keys.set(hash, { id: key.id, repository, expiresAt: key.expiresAt ?? Infinity, models, type: key.type ?? 'OpenAI' });
  }
  return { keys, revokedKeys: new Map(Object.entries(snapshot.revokedKeys)), upstreams, policies };
}

/** Closes the pools that `current` no longer uses; requests under way on them finish first. */
export function retirePools(previous: Tables, current: Tables): void {
  const used = new Set([...current.upstreams.values()].map(({ pool }) => pool));
  for (const { pool } of previous.upstreams.values()) if (!used.has(pool)) void pool.close();
}
