// Whether a gateway would serve a request with a key, and if not, with which error: the checks of a gateway in their order, on what status
// tells. Pure.
import { ERRORS, type ErrorCode } from '../errors.ts';
import { keyOf, type AILLMConfig } from '../api/resources.ts';
import { typeOf } from '../reconcile/keys.ts';
import { formFault } from './key-input.ts';
import type { FoundKey, Trace } from './key-trace.ts';
import { readinessOf, routeModel, type ModelRoute } from './model-route.ts';

export interface KeyVerdict {
  outcome: 'served' | 'denied' | 'uncertain';
  /** Of a denial. */
  code?: ErrorCode;
  why: string;
  /** What to do. */
  fix?: string;
  /** Where the model is served. */
  route?: Extract<ModelRoute, { state: 'served' }>;
}

export interface KeyFacts {
  key: string;
  /** Undefined: only the key is asked about. */
  model: string | undefined;
  trace: Trace;
  /** Attached connections of the same namespace by name, as far as they exist. */
  llms: ReadonlyMap<string, AILLMConfig>;
  now: number;
}

const deny = (code: ErrorCode, why: string, fix: string): KeyVerdict => ({ outcome: 'denied', code, why, fix });
const dateOf = (time: number | undefined): string => (time === undefined ? 'some time ago' : new Date(time).toISOString());

/** HTTP status of a denial. */
export function statusOf({ code }: KeyVerdict): number | undefined {
  return code === undefined ? undefined : ERRORS[code].status;
}

function judgeUnknown({ doubts }: Extract<Trace, { state: 'unknown' }>): KeyVerdict {
  const [doubt] = doubts;
  if (doubt !== undefined) {
    const fix = 'take the key from a Secret that its Repository owns; see status.keys of the Repository';
    return deny('key_unknown', `only the Secret ${keyOf(doubt.secret)} holds its hash, and it does not count: ${doubt.why}`, fix);
  }
  const why = 'no key Secret that was looked at holds its hash: it was never issued here, or was revoked (then key_revoked for 30 days)';
  return deny('key_unknown', why, 'take the current key from its Secret; kubectl get airepo -o yaml shows in status.keys which there are');
}

function judgeKey({ which, isOver, expiresAt, entry, secret, repository }: FoundKey): KeyVerdict | undefined {
  const where = `the Secret ${keyOf(secret)}`;
  if (isOver && which === 'previous') {
    return deny(
      'key_revoked',
      `it was replaced, and its overlap ended ${dateOf(expiresAt)}`,
      `take the current key from ${where} and restart the application`,
    );
  }
  if (isOver)
    return deny(
      'key_expired',
      `it expired at ${dateOf(expiresAt)}`,
      `set a later expiresAt for ${entry.name} in spec.apiKeys of ${keyOf(repository.metadata)}`,
    );
  return undefined;
}

function judgeRepository({ repository, entry }: FoundKey): KeyVerdict | undefined {
  const name = keyOf(repository.metadata);
  const conditions = repository.status?.conditions ?? [];
  const ready = readinessOf(repository);
  const programmed = conditions.find(({ type }) => type === 'Programmed');
  const isNew = ready === undefined || ready.reason === 'OrganizationUnknown';
  if (programmed?.reason === 'Rejected' || (isNew && programmed?.status !== 'True')) {
    const why = programmed?.reason === 'Rejected' ? programmed.message : (ready?.message ?? 'no operator has looked at it yet');
    return deny(
      'key_unknown',
      `gateways do not have the Repository ${name}: ${why}`,
      'flashback doctor says what is wrong with the installation',
    );
  }
  if (repository.spec.suspend === true) return deny('repository_suspended', `spec.suspend of ${name} is true`, 'set spec.suspend to false');
  const surface = typeOf(entry);
  if (!(repository.spec.surfaces ?? ['OpenAI']).includes(surface)) {
    return deny(
      'surface_not_enabled',
      `the key is for the surface ${surface}, which ${name} does not offer`,
      `add ${surface} to spec.surfaces`,
    );
  }
  return undefined;
}

function judgeModel({ repository, entry }: FoundKey, model: string, llms: KeyFacts['llms']): KeyVerdict {
  const name = keyOf(repository.metadata);
  if (entry.models !== undefined && !entry.models.includes(model)) {
    return deny(
      'model_not_found',
      `the key ${entry.name} is for other models only`,
      `add the model to models of ${entry.name} in spec.apiKeys of ${name}`,
    );
  }
  const route = routeModel(model, repository, llms);
  if (route.state === 'served') return { outcome: 'served', why: `${name} offers the model`, route };
  if (route.state === 'lent') return { outcome: 'served', why: `${name} offers the model, by ${route.llm} of another namespace` };
  if (route.state === 'uncertain') {
    return {
      outcome: 'uncertain',
      why: route.why,
      fix: 'ask GET /v1/models of the gateway with the key',
    };
  }
  if (route.state === 'missing') {
    return deny(
      'model_not_found',
      `no connection of ${name} offers the model`,
      `name one of those below, or attach a connection that has it in spec.llms of ${name}`,
    );
  }
  const [first = ''] = route.unserved;
  const described = `the connection ${first}, which may have the model, is out of use`;
  if (first.includes('/')) {
    const told = repository.status?.conditions?.find(({ type }) => type === 'ResolvedRefs')?.message ?? 'no operator has looked at it yet';
    return deny('provider_not_ready', `${described}: ${told}`, `kubectl describe airepo ${repository.metadata.name} -n ${repository.metadata.namespace}`);
  }
  const ready = llms.get(first);
  const why = ready === undefined ? 'it does not exist' : (readinessOf(ready)?.message ?? 'no operator has looked at it yet');
  return deny(
    'provider_not_ready',
    `${described}: ${why}`,
    `kubectl describe llm ${first} -n ${repository.metadata.namespace}`,
  );
}

function judgePolicies({ repository }: FoundKey): KeyVerdict | undefined {
  const message = readinessOf(repository)?.message ?? '';
  const refusal = /requests are refused with 503[^;]*/.exec(message)?.[0];
  return refusal === undefined
    ? undefined
    : deny('policy_unavailable', refusal, 'give the policies a judge, or repair what they name; kubectl describe aip says what is missing');
}

/** What a gateway would answer. */
export function judgeRequest({ key, model, trace, llms }: KeyFacts): KeyVerdict {
  const fault = formFault(key);
  if (fault !== undefined) return deny('key_malformed', fault, 'copy the key again from its Secret, whole');
  if (trace.state === 'unknown') return judgeUnknown(trace);
  const { found } = trace;
  const early = judgeKey(found) ?? judgeRepository(found);
  if (early !== undefined) return early;
  const route: KeyVerdict =
    model === undefined ? { outcome: 'served', why: 'the key opens its repository; no model was named' } : judgeModel(found, model, llms);
  return route.outcome === 'served' ? (judgePolicies(found) ?? route) : route;
}
