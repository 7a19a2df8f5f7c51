// Reconciles AILLMConfig: Secret -> check -> what is served. Never waits for a provider; the checker calls back.
import { isDeepStrictEqual } from 'node:util';
import { ANNOTATIONS, keyOf, parseKey, type AILLMConfig } from '../api/resources.ts';
import { toKubernetesTime, type Reason } from '../api/conditions.ts';
import type { Clock } from '../clock.ts';
import type { ObservedProvider } from '../snapshot/build.ts';
import type { CheckResult, CheckTarget, CheckView, CredentialChecker, ReadOptions } from './credentials.ts';
import { DONE, requeueAfter, type ReconcileResult } from './controller.ts';
import type { Evaluation, Outcome, Problem } from './evaluation.ts';
import { readSecrets, type SecretsOfConfig } from './llm-secrets.ts';
import {
  admit,
  describeCut,
  describeEndpoint,
  intervalOf,
  modelsOf,
  offerable,
  providerOf,
  usesPodIdentity,
  type Admission,
} from './llm-target.ts';
import { decide, withNote, type Decision } from './llm-verdict.ts';
import { SecretForbiddenError, type ResourceStore } from './store.ts';
import type { World } from './world.ts';

export interface LlmConfigReconcilerOptions extends Admission {
  store: ResourceStore;
  world: World;
  checker: CredentialChecker;
  clock: Clock;
  /** Takes what was found out; undefined: the object is gone. */
  report(key: string, evaluation: Evaluation | undefined): void;
  /** What this connection serves is different now. */
  onServed(key: string): void;
}

/** What is in force for one connection. */
interface Accepted {
  target: CheckTarget;
  fingerprint: string;
  /** Undefined: taken over from an earlier operator. */
  source: string | undefined;
  generation: number;
  proven: boolean;
  /** Models that the provider listed, and how many there were before the list was cut. */
  discovered: readonly string[] | undefined;
  listed: number;
}

type Candidate = Pick<Accepted, 'target' | 'fingerprint' | 'source'>;

const FORCE_PAUSE_MS = 10_000;
const PENDING_LOOK_MS = 60_000;
/** Where Secrets may not be watched, nothing else tells that a missing one has come. */
const PROBLEM_LOOK_MS = 60_000;
const MAX_STATUS_MODELS = 200;

export class LlmConfigReconciler {
  readonly #options: LlmConfigReconcilerOptions;
  readonly #accepted = new Map<string, Accepted>();
  readonly #forced = new Map<string, { wanted: boolean; at: number }>();
  /** When applications were refused last, with which credential. */
  readonly #refusals = new Map<string, { fingerprint: string; at: number }>();
  readonly #requestsHandled = new Map<string, string>();
  readonly #validatedAt = new Map<string, number>();
  /** What the Secret and the spec said last, and since when: an answer from before a change does not count after it. */
  readonly #seen = new Map<string, { fingerprint: string | undefined; since: number }>();
  readonly #undecided = new Set<string>();

  constructor(options: LlmConfigReconcilerOptions) {
    this.#options = options;
  }

  /** Takes over what an earlier operator had accepted: it is served until something definite is known against it. */
  seed(key: string, { provider, models }: ObservedProvider): void {
    const status = this.#options.store.get('AILLMConfig', parseKey(key))?.status;
    const before = status?.conditions?.find(({ type }) => type === 'CredentialsValid');
    const fingerprint = this.#options.checker.fingerprint(provider);
    this.#noteSeen(key, fingerprint);
    this.#accepted.set(key, {
      target: provider,
      fingerprint,
      source: undefined,
      generation: provider.generation,
      proven: before?.status !== 'Unknown',
      discovered: models === undefined ? undefined : [...models.values()],
      listed: models?.size ?? 0,
    });
  }

  /**
   * A gateway saw the provider refuse the credential. Answers with how long to wait before reconciling, in milliseconds, or
   * undefined when that is planned already.
   */
  reportRejected(key: string): number | undefined {
    const now = this.#options.clock.monotonic();
    const accepted = this.#accepted.get(key);
    if (accepted !== undefined) this.#refusals.set(key, { fingerprint: accepted.fingerprint, at: now });
    const force = this.#forced.get(key);
    if (force?.wanted === true) return undefined;
    const last = force?.at ?? -Infinity;
    this.#forced.set(key, { wanted: true, at: last });
    return Math.max(0, last + FORCE_PAUSE_MS - now);
  }

  /** The connection was in force before this operator started, and nothing is known about it yet. */
  isUndecided(key: string): boolean {
    return this.#undecided.has(key);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult> {
    const { store } = this.#options;
    const config = store.get('AILLMConfig', parseKey(key));
    if (config === undefined || config.metadata.deletionTimestamp !== undefined) return this.#gone(key);
    const admitted = admit(config, this.#options);
    if ('refusal' in admitted) return this.#withdraw(key, config, admitted.refusal);
    const secrets = await this.#readSecrets(key, config);
    signal.throwIfAborted();
    if ('problem' in secrets) {
      this.#withdraw(key, config, { state: 'waiting', ...secrets.problem });
      return requeueAfter(PROBLEM_LOOK_MS);
    }
    try {
      return this.#check(key, config, admitted.endpoint, secrets);
    } catch (error) {
      // A duration that came past the schema; trying again would not help.
      if (!(error instanceof RangeError)) throw error;
      return this.#withdraw(key, config, { state: 'stalled', reason: 'InvalidSpec', message: error.message });
    }
  }

  async #readSecrets(key: string, config: AILLMConfig): ReturnType<typeof readSecrets> {
    try {
      return await readSecrets(this.#options.store, config);
    } catch (error) {
      // Not being allowed to look is no news about the credential: what was accepted stays.
      if (error instanceof SecretForbiddenError && !this.#accepted.has(key)) {
        const message = `${error.message}; grant the operator get on this Secret`;
        this.#tell(key, config, unknownCondition('SecretForbidden', message), { state: 'waiting', reason: 'SecretForbidden', message });
      }
      throw error;
    }
  }

  #check(key: string, config: AILLMConfig, endpoint: string, secrets: SecretsOfConfig): ReconcileResult {
    const { checker, clock } = this.#options;
    const interval = intervalOf(config);
    const provider = providerOf(config, endpoint, secrets);
    const force = this.#takeForce(key, config);
    const fingerprint = checker.fingerprint(provider);
    const notBefore = this.#noteSeen(key, fingerprint);
    const unusable = secrets.flaw === undefined ? undefined : ({ verdict: 'unusable', message: secrets.flaw } as const);
    const candidate: CheckView =
      unusable === undefined
        ? current(checker.read(provider, { reader: key, interval, force, notBefore }), notBefore)
        : { fingerprint, result: undefined, pending: false, dueIn: PROBLEM_LOOK_MS };
    const accepted = this.#stillAccepted(key, fingerprint, secrets.source);
    const same = accepted?.fingerprint === fingerprint;
    const other = accepted === undefined || same ? undefined : this.#checkAccepted(accepted, candidate, { reader: key, interval, force });
    const refused = this.#refusals.get(key);
    const decision = decide({
      candidate: unusable ?? candidate.result?.verification,
      pending: candidate.pending,
      accepted: accepted && {
        which: same ? 'same' : 'other',
        proven: accepted.proven,
        verification: (same ? candidate : other)?.result?.verification,
        elsewhere: accepted.target.endpoint === endpoint ? undefined : describeEndpoint(accepted.target.endpoint),
      },
      rejectedByTraffic: refused?.fingerprint === fingerprint && clock.monotonic() - refused.at < interval,
      credential: usesPodIdentity(config) ? 'pod' : secrets.credential === undefined ? 'none' : 'secret',
      acceptedIsCurrent: accepted?.generation === config.metadata.generation,
    });
    this.#noteUndecided(key, config, (unusable ?? candidate.result) !== undefined, decision);
    this.#serve(key, config, decision, { target: provider, fingerprint, source: secrets.source }, candidate.result);
    if (decision.tell !== undefined && !isRepeatedProgress(config, decision.tell.outcome)) {
      this.#noteValidation(key, config, candidate.result, interval);
      const cut = decision.serve === 'candidate' ? describeCut(config, this.#accepted.get(key)?.listed ?? 0) : undefined;
      const { credentialsValid, outcome } = withNote(decision.tell, cut);
      this.#tell(key, config, credentialsValid, outcome);
    }
    const looks = [candidate, other].flatMap((view) => (view === undefined ? [] : view.pending ? PENDING_LOOK_MS : view.dueIn));
    return requeueAfter(Math.min(...looks));
  }

  /** The accepted connection, unless its Secret was deleted in between: that revokes it, whatever came after. */
  #stillAccepted(key: string, fingerprint: string, source: string): Accepted | undefined {
    const accepted = this.#accepted.get(key);
    if (accepted === undefined || accepted.fingerprint === fingerprint) return accepted;
    return accepted.source === undefined || accepted.source === source ? accepted : undefined;
  }

  /** Once the new credential was refused, only an answer from after that says that the old one still works. */
  #checkAccepted(accepted: Accepted, { result }: CheckView, options: ReadOptions): CheckView {
    const notBefore = result?.verification.verdict === 'invalid' ? result.checkedAt : -Infinity;
    return this.#options.checker.read(accepted.target, { ...options, notBefore });
  }

  #serve(key: string, config: AILLMConfig, { serve }: Decision, candidate: Candidate, result: CheckResult | undefined): void {
    if (serve === 'accepted') return;
    if (serve === 'nothing') return this.#drop(key);
    const before = this.#accepted.get(key);
    const kept = before?.fingerprint === candidate.fingerprint ? before : undefined;
    const valid = result?.verification.verdict === 'valid' ? result.verification : undefined;
    const found = valid && offerable(valid.models);
    const discovered = found?.names ?? kept?.discovered;
    const proven = valid?.proven ?? kept?.proven ?? false;
    const { generation } = config.metadata;
    this.#accepted.set(key, { ...candidate, generation, proven, discovered, listed: found?.listed ?? kept?.listed ?? 0 });
    const served: ObservedProvider = { provider: { ...candidate.target, generation }, models: modelsOf(config, discovered) };
    const { world, onServed } = this.#options;
    if (isDeepStrictEqual(world.providers.get(key), served)) return;
    world.providers.set(key, served);
    onServed(key);
  }

  #drop(key: string): void {
    this.#accepted.delete(key);
    if (this.#options.world.providers.delete(key)) this.#options.onServed(key);
  }

  #withdraw(key: string, config: AILLMConfig, outcome: Problem): ReconcileResult {
    this.#undecided.delete(key);
    this.#noteSeen(key, undefined);
    this.#drop(key);
    this.#tell(key, config, unknownCondition(outcome.reason, outcome.message), outcome);
    return DONE;
  }

  #gone(key: string): ReconcileResult {
    this.#drop(key);
    const memories = [this.#forced, this.#refusals, this.#requestsHandled, this.#validatedAt, this.#undecided, this.#seen];
    for (const memory of memories) memory.delete(key);
    this.#options.report(key, undefined);
    return DONE;
  }

  /** Answers from before this moment (monotonic) say nothing about a value that came back since. */
  #noteSeen(key: string, fingerprint: string | undefined): number {
    const before = this.#seen.get(key);
    if (before !== undefined && before.fingerprint === fingerprint) return before.since;
    // What is seen for the first time may share the answer of another connection.
    const since = before === undefined ? -Infinity : this.#options.clock.monotonic();
    this.#seen.set(key, { fingerprint, since });
    return since;
  }

  /** A person or a gateway wants to know now; a gateway at most once in ten seconds. */
  #takeForce(key: string, { metadata, status }: AILLMConfig): boolean {
    const now = this.#options.clock.monotonic();
    const requested = metadata.annotations?.[ANNOTATIONS.reconcileRequestedAt];
    const handled = this.#requestsHandled.get(key) ?? status?.lastHandledReconcileAt;
    if (requested !== undefined) this.#requestsHandled.set(key, requested);
    const force = this.#forced.get(key);
    const due = force?.wanted === true && now - force.at >= FORCE_PAUSE_MS;
    if (due) this.#forced.set(key, { wanted: false, at: now });
    return due || (requested !== undefined && requested !== handled);
  }

  #noteUndecided(key: string, { metadata, status }: AILLMConfig, judged: boolean, { serve }: Decision): void {
    const wasReady = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
    const isSame = status?.observedGeneration === metadata.generation;
    const undecided = !judged && serve === 'nothing' && wasReady && isSame;
    if (undecided) this.#undecided.add(key);
    else this.#undecided.delete(key);
  }

  #noteValidation(key: string, { status }: AILLMConfig, result: CheckResult | undefined, interval: number): void {
    const before = this.#validatedAt.get(key) ?? Date.parse(status?.lastValidationTime ?? '');
    if (!Number.isNaN(before)) this.#validatedAt.set(key, before);
    if (result === undefined || result.verification.verdict === 'unknown') return;
    if (Number.isNaN(before) || result.answeredAt - before >= interval) this.#validatedAt.set(key, result.answeredAt);
  }

  #tell(key: string, config: AILLMConfig, credentialsValid: Evaluation['conditions'][number], outcome: Outcome): void {
    const models = [...(this.#options.world.providers.get(key)?.models?.keys() ?? [])].toSorted();
    const validatedAt = this.#validatedAt.get(key);
    const fields = {
      ...(models.length === 0 ? {} : { models: models.slice(0, MAX_STATUS_MODELS) }),
      modelCount: models.length,
      ...(validatedAt === undefined ? {} : { lastValidationTime: toKubernetesTime(new Date(validatedAt)) }),
    };
    this.#options.report(keyOf(config.metadata), { object: config, conditions: [credentialsValid], outcome, fields, programmable: true });
  }
}

function current(view: CheckView, notBefore: number): CheckView {
  return view.result !== undefined && view.result.checkedAt < notBefore ? { ...view, result: undefined } : view;
}

function unknownCondition(reason: Reason, message: string): Evaluation['conditions'][number] {
  return { type: 'CredentialsValid', status: 'Unknown', reason, message };
}

/** "Being checked" is worth saying once per generation, not in front of every later answer. */
function isRepeatedProgress({ metadata, status }: AILLMConfig, outcome: Outcome): boolean {
  return outcome.state === 'waiting' && outcome.reason === 'Progressing' && status?.observedGeneration === metadata.generation;
}
