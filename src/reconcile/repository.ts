// Reconciles Repository: which connections it has, which models they give, and its keys. What works is served, whatever else
// is missing.
import { isDeepStrictEqual } from 'node:util';
import { keyPrefix } from '../api/api-key.ts';
import { toKubernetesTime, type ConditionDraft } from '../api/conditions.ts';
import { keyOf, nameSeenFrom, parseKey, type AIPolicy, type Repository } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { ObservedRepository } from '../snapshot/build.ts';
import { resolveModels } from '../snapshot/model-table.ts';
import { DONE, requeueAfter, type ReconcileResult } from './controller.ts';
import { listNames, type Evaluation, type Outcome } from './evaluation.ts';
import type { Permits } from './grants.ts';
import type { KeyIssuer, KeysOutcome } from './key-issuer.ts';
import { describeClosedKeys } from './key-surfaces.ts';
import type { ExpiryNotices } from './key-expiry.ts';
import { expiryOf, typeOf } from './keys.ts';
import type { Organizations } from './organizations.ts';
import { attachedLlms, NO_LLMS, resolvedRefs } from './repository-refs.ts';
import { describeRefusals, describeUnlisted, policiesForStatus, policiesOf } from './repository-policies.ts';
import { SecretForbiddenError, type ResourceStore } from './store.ts';
import type { World } from './world.ts';

export interface RepositoryReconcilerOptions {
  store: ResourceStore;
  world: World;
  organizations: Organizations;
  /** Whether a connection may be used here. */
  permits: Permits;
  issuer: KeyIssuer;
  expiry: ExpiryNotices;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  publicBaseUrl: string;
  /** All policies that may apply to a repository of this namespace. */
  policiesNear(namespace: string): readonly AIPolicy[];
  /** Takes what was found out; undefined: the object is gone. */
  report(key: string, evaluation: Evaluation | undefined): void;
  /** What this repository serves is different now. */
  onServed(key: string): void;
}

/** Whose policies apply is looked at again this soon while nobody knows; news of a namespace comes by itself. */
const DOUBT_LOOK_MS = 10_000;
/** Key Secrets are looked at this often even where no watch tells of changes. */
const LOOK_AGAIN_MS = 600_000;
const MAX_STATUS_MODELS = 200;
const MAX_STATUS_KEYS = 200;
const MAX_STATUS_NAME = 63;
const NO_KEYS: KeysOutcome = { keys: [], made: [], conflicts: [], due: undefined, failure: undefined };

export class RepositoryReconciler {
  readonly #options: RepositoryReconcilerOptions;

  constructor(options: RepositoryReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult> {
    const { store, world, organizations, issuer, expiry, clock, random, permits, report, onServed, policiesNear } = this.#options;
    const repository = store.get('Repository', parseKey(key));
    if (repository === undefined || repository.metadata.deletionTimestamp !== undefined) {
      issuer.revokeAll(key);
      expiry.forget(parseKey(key));
      if (world.repositories.delete(key)) onServed(key);
      report(key, undefined);
      return DONE;
    }
    const known = world.repositories.get(key);
    const observed = observe(repository, permits);
    const serve = (): void => {
      if (isDeepStrictEqual(world.repositories.get(key), observed)) return;
      world.repositories.set(key, observed);
      onServed(key);
    };
    // What it may not use any more ends at once, however long its Secrets take.
    if (known !== undefined) serve();
    const keys = await issuer.issue(repository, signal).catch((error: unknown) => ({ ...NO_KEYS, failure: error }));
    signal.throwIfAborted();
    expiry.look(repository);
    // What is served goes on; what is new would go out without policies that may be for it.
    const doubt = known === undefined ? organizations.memberDoubt(observed.namespace, policiesNear(observed.namespace)) : undefined;
    if (doubt === undefined) serve();
    // What is in force already stays as it was told; a first time, a change, or a key that is gone must not fail in silence.
    const isNews = known?.generation !== repository.metadata.generation;
    if (keys.failure === undefined || isNews || this.#lacksKey(repository, keys)) report(key, this.#evaluate(repository, keys, doubt));
    if (keys.failure !== undefined) throw keys.failure;
    if (doubt !== undefined) return requeueAfter(DOUBT_LOOK_MS);
    const safety = LOOK_AGAIN_MS * (1 + 0.1 * random());
    return requeueAfter(Math.min(safety, keys.due === undefined ? Infinity : Math.max(1, keys.due - clock.now())));
  }

  /** Whether an entry of spec.apiKeys has no key that works. */
  #lacksKey({ metadata, spec: { apiKeys = [] } }: Repository, { keys, made, conflicts }: KeysOutcome): boolean {
    if (keys.length + conflicts.length >= apiKeys.length) return false;
    // Secrets that could not be read leave everything in force as it was.
    const name = keyOf(metadata);
    const held = [...this.#options.world.ledger.active().values()].filter(({ repository }) => repository === name);
    return held.length - made.length < apiKeys.length;
  }

  #evaluate(repository: Repository, keys: KeysOutcome, doubt: string | undefined): Evaluation {
    const { store, world, publicBaseUrl, permits, clock } = this.#options;
    const offers = world.offers();
    const attached = attachedLlms(repository, permits);
    const table = resolveModels(attached, offers);
    const exists = (llm: string): boolean => store.get('AILLMConfig', parseKey(llm)) !== undefined;
    const resolved = resolvedRefs(repository, { attached, table, offers, exists });
    const closed = describeClosedKeys(repository.spec);
    const issued = keysIssued(keys, closed, clock.now());
    const names = [...table.models].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const models = names.slice(0, MAX_STATUS_MODELS).map(([name, { llm }]) => ({ name, llm: nameSeenFrom(repository.metadata.namespace, parseKey(llm)) }));
    const statusKeys = keysForStatus(keys);
    const governing = policiesOf(repository, this.#options);
    const policies = policiesForStatus(governing);
    const fields = {
      endpoint: publicBaseUrl,
      ...(statusKeys.length === 0 ? {} : { keys: statusKeys }),
      ...(models.length === 0 ? {} : { models }),
      modelCount: table.models.size,
      ...(policies.length === 0 ? {} : { policies }),
    };
    const outcome = summarise(repository, doubt, resolved, issued, [...closed, ...describeRefusals(governing), ...describeUnlisted(governing)]);
    return { object: repository, conditions: [resolved, issued], outcome, fields, programmable: true };
  }
}

function observe(repository: Repository, permits: Permits): ObservedRepository {
  const { metadata, spec } = repository;
  const { generation, namespace, name } = metadata;
  const { surfaces = ['OpenAI'], suspend = false, fidelity } = spec;
  const llms = attachedLlms(repository, permits);
  return { generation, namespace, name, surfaces, suspended: suspend, llms, ...(fidelity === 'Strict' ? { fidelity } : {}) };
}

function keysIssued({ keys, made, conflicts, failure }: KeysOutcome, closed: readonly string[], now: number): ConditionDraft {
  const type = 'KeysIssued';
  if (failure instanceof SecretForbiddenError) {
    return { type, status: 'False', reason: 'SecretForbidden', message: `${failure.message}; grant the operator access to Secrets here` };
  }
  if (failure !== undefined) {
    // Whatever the error says, it may quote the Secret.
    const message = 'the Secrets of the keys could not be read or written; the operator tries again';
    return { type, status: 'False', reason: 'ProgressingWithRetry', message };
  }
  if (conflicts.length > 0) return { type, status: 'False', reason: 'KeySecretConflict', message: conflicts.slice(0, 4).join('; ') };
  const expired = keys.filter(({ slot }) => (expiryOf(slot.entry) ?? Infinity) <= now).map(({ slot }) => slot.entry.name);
  const count = keys.length === 1 ? '1 key is' : `${keys.length} keys are`;
  const note = expired.length === 0 ? '' : `; expired: ${listNames(expired)}`;
  const message = keys.length === 0 ? 'no key is asked for' : `${count} delivered${note}`;
  const extra = made.length === 0 ? [] : [`${made.length} made on demand`];
  return { type, status: 'True', reason: 'Succeeded', message: [message, ...extra, ...closed].join('; ') };
}

function keysForStatus({ keys, made }: KeysOutcome): object[] {
  const byName = keys.toSorted((a, b) => (a.slot.entry.name < b.slot.entry.name ? -1 : 1));
  const listed = byName.flatMap(({ slot: { entry, secret }, issued }) => {
    const type = typeOf(entry);
    const expiresAt = expiryOf(entry);
    const { previous } = issued;
    const current = {
      id: issued.id,
      name: entry.name,
      type,
      prefix: keyPrefix(issued.key),
      secretName: secret.name,
      createdAt: toKubernetesTime(new Date(issued.createdAt)),
      ...(expiresAt === undefined ? {} : { expiresAt: toKubernetesTime(new Date(expiresAt)) }),
    };
    if (previous === undefined) return [current];
    return [current, { id: previous.id, name: entry.name, type, expiresAt: toKubernetesTime(new Date(previous.expiresAt)) }];
  });
  const onDemand = made.map(({ id, name, type, secret, createdAt }) => {
    return { id, name: name.slice(0, MAX_STATUS_NAME), type, secretName: secret.name, createdAt: toKubernetesTime(new Date(createdAt)) };
  });
  return [...listed, ...onDemand.toSorted((a, b) => (a.id < b.id ? -1 : 1))].slice(0, MAX_STATUS_KEYS);
}

function summarise(
  { spec }: Repository,
  doubt: string | undefined,
  resolved: ConditionDraft,
  issued: ConditionDraft,
  further: readonly string[],
): Outcome {
  if (spec.suspend === true) {
    return { state: 'inactive', reason: 'Suspended', message: 'spec.suspend is true: every request is answered with 403' };
  }
  if (doubt !== undefined) return { state: 'waiting', reason: 'OrganizationUnknown', message: doubt };
  // A missing connection may still be applied; a Secret in the way needs a person.
  if (issued.status !== 'True') {
    const state = issued.reason === 'KeySecretConflict' ? 'stalled' : 'waiting';
    return { state, reason: issued.reason, message: issued.message };
  }
  if (resolved.status !== 'True') return { state: 'waiting', reason: resolved.reason, message: resolved.message };
  const notes = [...(resolved.message.startsWith('no attached') ? [resolved.message] : []), ...further];
  return { state: 'good', message: [spec.llms.length === 0 ? `keys are in use; ${NO_LLMS}` : 'models and keys are in use', ...notes].join('; ') };
}
