// From an AILLMConfig and the values of its Secrets to what can be checked and served.
import { parseDuration } from '../api/duration.ts';
import type { AILLMConfig, ProviderType } from '../api/resources.ts';
import { PROVIDERS } from '../providers/index.ts';
import { podIdentityFlaw, podIdentityRefusal, type PodIdentityPolicy } from '../providers/pod-identity.ts';
import type { OfferedModels } from '../snapshot/model-table.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';
import type { Problem } from './evaluation.ts';
import type { SecretsOfConfig } from './llm-secrets.ts';

/** Defaults of the schema; an object that came past it must not be served without limits. */
const TIMEOUTS = { connect: '10s', response: '300s', idle: '120s' };
const INTERVAL = '10m';
const MIN_INTERVAL_MS = 10_000;
/** Every repository that has the connection carries the list to every gateway. */
const MAX_DISCOVERED = 1_000;
const NAMEABLE = /^(?:(?![\s"\\])\P{Cc}){1,256}$/u;

/** Base URL of the provider without a trailing slash, or undefined where neither the object nor the provider has one. */
function endpointOf({ spec }: AILLMConfig): string | undefined {
  return (spec.endpoint ?? PROVIDERS[spec.type]?.defaultEndpoint)?.replace(/\/+$/, '');
}

export interface Admission {
  supportedTypes: ReadonlySet<ProviderType>;
  /** Why the endpoint must not be called, or undefined. */
  checkEndpoint(url: string): string | undefined;
  mayUsePodIdentity: PodIdentityPolicy;
}

/** The object asks for the identity of the pods in place of a Secret. */
export function usesPodIdentity({ spec }: AILLMConfig): boolean {
  return spec.credentials?.podIdentity === true;
}

function refusePodIdentity(config: AILLMConfig, endpoint: string, mayUse: PodIdentityPolicy): Problem | undefined {
  if (!usesPodIdentity(config)) return undefined;
  const refusal = podIdentityRefusal(config.metadata.namespace, mayUse, 'operator');
  if (refusal !== undefined) return { state: 'stalled', reason: 'PodIdentityNotAllowed', message: refusal };
  const flaw = podIdentityFlaw({ type: config.spec.type, endpoint });
  return flaw === undefined ? undefined : { state: 'stalled', reason: 'InvalidSpec', message: flaw };
}

/** Where the object's provider is, or why it cannot be served whatever its Secrets say. */
export function admit(
  config: AILLMConfig,
  { supportedTypes, checkEndpoint, mayUsePodIdentity }: Admission,
): { endpoint: string } | { refusal: Problem } {
  const { type, endpoint } = config.spec;
  if (!supportedTypes.has(type)) {
    const message = `this version cannot serve providers of type ${type}; it serves ${[...supportedTypes].toSorted().join(', ')}`;
    return { refusal: { state: 'stalled', reason: 'ProviderNotSupported', message } };
  }
  const refused = endpoint === undefined ? undefined : checkEndpoint(endpoint);
  if (refused !== undefined) {
    return { refusal: { state: 'stalled', reason: 'EndpointNotAllowed', message: `spec.endpoint is not allowed: ${refused}` } };
  }
  const base = endpointOf(config);
  if (base === undefined) {
    return { refusal: { state: 'stalled', reason: 'InvalidSpec', message: 'spec.endpoint is required for this type of provider' } };
  }
  const refusal = refusePodIdentity(config, base, mayUsePodIdentity);
  return refusal === undefined ? { endpoint: base } : { refusal };
}

/** An endpoint as messages may show it: of origin and path alone. */
export function describeEndpoint(endpoint: string): string {
  const { origin, pathname } = new URL(endpoint);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/** Milliseconds between two checks. */
export function intervalOf({ spec }: AILLMConfig): number {
  return Math.max(MIN_INTERVAL_MS, parseDuration(spec.validation?.interval ?? INTERVAL));
}

/** What gateways need to call the provider. Throws RangeError on a duration that the schema would have refused. */
export function providerOf(config: AILLMConfig, endpoint: string, { credential, ca }: SecretsOfConfig): SnapshotProvider {
  const { metadata, spec } = config;
  const { connect = TIMEOUTS.connect, response = TIMEOUTS.response, idle = TIMEOUTS.idle, total } = spec.timeouts ?? {};
  return {
    generation: metadata.generation,
    type: spec.type,
    endpoint,
    ...(credential === undefined ? {} : { credential }),
    ...(usesPodIdentity(config) ? { podIdentity: true as const } : {}),
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
