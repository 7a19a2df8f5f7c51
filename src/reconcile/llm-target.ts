// From an AILLMConfig and the Secrets it names to what can be checked and served.
import type { Reason } from '../api/conditions.ts';
import { parseDuration } from '../api/duration.ts';
import type { AILLMConfig } from '../api/resources.ts';
import { PROVIDERS } from '../providers/index.ts';
import type { OfferedModels } from '../snapshot/model-table.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';
import type { ResourceStore } from './store.ts';

/** Defaults of the schema; an object that came past it must not be served without limits. */
const TIMEOUTS = { connect: '10s', response: '300s', idle: '120s' };
const INTERVAL = '10m';
const MIN_INTERVAL_MS = 10_000;
/** Every repository that has the connection carries the list to every gateway. */
const MAX_DISCOVERED = 1_000;
const NAMEABLE = /^(?:(?![\s"\\])\P{Cc}){1,256}$/u;

export type SecretProblem = { reason: Extract<Reason, 'SecretNotFound' | 'SecretKeyMissing'>; message: string };

export interface SecretsOfConfig {
  credential: NonNullable<SnapshotProvider['credential']> | undefined;
  ca: string | undefined;
  /** Identity of the Secrets that the credential came from: another one means that they were deleted in between. */
  source: string;
}

class MissingSecret extends Error {
  readonly problem: SecretProblem;

  constructor(problem: SecretProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

type SecretRef = Required<NonNullable<AILLMConfig['spec']['credentials']>['secretRef']>;

async function readRef(store: ResourceStore, namespace: string, { name, key }: SecretRef): Promise<{ value: string; uid: string }> {
  const secret = await store.getSecret({ namespace, name });
  if (secret === undefined) {
    const message = `the Secret ${name} does not exist in namespace ${namespace}; create it with the key ${key}`;
    throw new MissingSecret({ reason: 'SecretNotFound', message });
  }
  // Editors and `echo` leave a line end behind, which no header may hold.
  const value = Object.hasOwn(secret.data, key) ? secret.data[key]?.trim() : undefined;
  if (value === undefined || value === '') {
    throw new MissingSecret({ reason: 'SecretKeyMissing', message: `the Secret ${name} has no value under the key ${key}` });
  }
  return { value, uid: secret.uid };
}

/** Reads, live, every Secret that the object names. Rejects when the store does (SecretForbiddenError, no answer). */
export async function readSecrets(store: ResourceStore, config: AILLMConfig): Promise<SecretsOfConfig | { problem: SecretProblem }> {
  const { namespace } = config.metadata;
  const { credentials, tls } = config.spec;
  try {
    const secret = credentials === undefined ? undefined : await readRef(store, namespace, { key: 'apiKey', ...credentials.secretRef });
    const accessKeyRef = credentials?.accessKeySecretRef;
    const accessKey = accessKeyRef === undefined ? undefined : await readRef(store, namespace, { key: 'accessKeyId', ...accessKeyRef });
    const ca = tls?.caSecretRef === undefined ? undefined : await readRef(store, namespace, { key: 'ca.crt', ...tls.caSecretRef });
    return {
      credential: secret && { secret: secret.value, ...(accessKey === undefined ? {} : { accessKeyId: accessKey.value }) },
      ca: ca?.value,
      source: [secret?.uid, accessKey?.uid].join(' '),
    };
  } catch (error) {
    if (error instanceof MissingSecret) return { problem: error.problem };
    throw error;
  }
}

/** Base URL of the provider without a trailing slash, or undefined where neither the object nor the provider has one. */
export function endpointOf({ spec }: AILLMConfig): string | undefined {
  return (spec.endpoint ?? PROVIDERS[spec.type]?.defaultEndpoint)?.replace(/\/+$/, '');
}

/** Milliseconds between two checks. */
export function intervalOf({ spec }: AILLMConfig): number {
  return Math.max(MIN_INTERVAL_MS, parseDuration(spec.validation?.interval ?? INTERVAL));
}

/** What gateways need to call the provider. Throws RangeError on a duration that the schema would have refused. */
export function providerOf({ metadata, spec }: AILLMConfig, endpoint: string, { credential, ca }: SecretsOfConfig): SnapshotProvider {
  const { connect = TIMEOUTS.connect, response = TIMEOUTS.response, idle = TIMEOUTS.idle, total } = spec.timeouts ?? {};
  return {
    generation: metadata.generation,
    type: spec.type,
    endpoint,
    ...(credential === undefined ? {} : { credential }),
    ...(ca === undefined ? {} : { ca }),
    timeouts: {
      connect: parseDuration(connect),
      response: parseDuration(response),
      idle: parseDuration(idle),
      ...(total === undefined ? {} : { total: parseDuration(total) }),
    },
    headers: (spec.headers ?? []).map(({ name, value }) => [name, value]),
  };
}

/**
 * What a connection offered when its status was written. `used`: what repositories made of it, which is all that a snapshot
 * says and may be less. A connection that was Ready without models is a server that lists none, so it may have any.
 */
export function offeredBefore({ spec, status }: AILLMConfig, used: OfferedModels): OfferedModels {
  const { models = [], conditions = [] } = status ?? {};
  const wasReady = conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  if (models.length === 0) return wasReady ? undefined : used;
  const upstreams = new Map(spec.models?.map(({ name, upstreamName }) => [name, upstreamName ?? name]));
  return new Map([...models.map((name) => [name, upstreams.get(name) ?? name] as const), ...(used ?? [])]);
}

/** The models of a provider's list that can be offered; `listed`: how many there are, of which only the first are. */
export function offerable(models: readonly string[]): { names: readonly string[]; listed: number } {
  const names = [...new Set(models.filter((name) => NAMEABLE.test(name)))].toSorted();
  return { names: names.slice(0, MAX_DISCOVERED), listed: names.length };
}

/** What to tell about a list that was cut; undefined if nothing is missing. */
export function describeCut({ spec }: AILLMConfig, listed: number): string | undefined {
  if (spec.models !== undefined || listed <= MAX_DISCOVERED) return undefined;
  return `the provider lists ${listed} models; the first ${MAX_DISCOVERED} are offered: name the ones you need in spec.models`;
}

/** The models that applications may ask for: the allow list of the object, else what the provider listed. */
export function modelsOf({ spec }: AILLMConfig, discovered: readonly string[] | undefined): OfferedModels {
  if (spec.models !== undefined) return new Map(spec.models.map(({ name, upstreamName }) => [name, upstreamName ?? name]));
  if (discovered === undefined || discovered.length === 0) return undefined;
  return new Map(discovered.map((name) => [name, name]));
}
