// Asks providers whether credentials are good, without making anybody wait: read() answers with what is known now, starts a
// check where one is due, and tells the readers when there is news. Credentials that are shared cost one call.
import { createHmac } from 'node:crypto';
import { parseKey } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { Verification } from '../providers/provider.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import { exponentialDelay } from './retry-delays.ts';
import { Turns } from './turns.ts';

/** What a check needs; two targets that are equal share one check. */
export type CheckTarget = Pick<SnapshotProvider, 'type' | 'endpoint' | 'credential' | 'podIdentity' | 'ca' | 'headers' | 'timeouts'>;

/** Carries a check out. Brings its own deadline; `signal` is aborted when the operator stops. */
export type Verify = (target: CheckTarget, signal?: AbortSignal) => Promise<Verification>;

/** The last answer about a target. */
export interface CheckResult {
  verification: Verification;
  /** Monotonic milliseconds. */
  checkedAt: number;
  /** Milliseconds since the epoch. */
  answeredAt: number;
}

export interface CheckView {
  /** Identifies the target within this process; safe to keep, useless to anybody else. */
  fingerprint: string;
  /** Undefined: not asked yet. */
  result: CheckResult | undefined;
  /** A check is under way; readers are told when it ends. */
  pending: boolean;
  /** Milliseconds until the next check is due. Meaningless while pending. */
  dueIn: number;
}

export interface ReadOptions {
  /** `namespace/name`. Told by onSettled when a check that this read started or found ends. */
  reader: string;
  /** How long a definite answer is good for, in milliseconds. */
  interval: number;
  /** Ask again however fresh the answer is. */
  force?: boolean;
  /** Answers from before this moment (monotonic) do not count. */
  notBefore?: number;
}

export interface CredentialCheckerOptions {
  verify: Verify;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  metrics: OperatorMetrics;
  /** Key of the fingerprints: random bytes of this process. */
  fingerprintKey: Buffer;
  onSettled(reader: string): void;
}

const MAX_IN_FLIGHT = 8;
/** So that providers that do not answer cannot hold up those that do. */
const MAX_RETRIES_IN_FLIGHT = 6;
/** So that no namespace can hold up the others, whatever its providers do; within it, the same for what is new. */
const MAX_IN_FLIGHT_OF_NAMESPACE = 2;
/** A namespace may have more than its share while so few run; what is left is for those who have nothing under way. */
const MAX_IN_FLIGHT_LENT = 6;
const MAX_RETRIES_IN_FLIGHT_OF_NAMESPACE = 1;
const RETRY_MIN_MS = 5_000;
const RETRY_MAX_MS = 1_800_000;
const INTERVAL_JITTER = 0.1;
const KEEP_UNREAD_MS = 3_600_000;

interface Entry {
  target: CheckTarget;
  result: CheckResult | undefined;
  readers: Set<string>;
  /** Of the reader that asked first; the check counts as this namespace's. */
  namespace: string;
  state: 'idle' | 'queued' | 'running';
  failures: number;
  /** From 0 to 1, drawn per check, so that checks of one moment do not stay together. */
  spread: number;
  retryAt: number;
  dueAt: number;
}

/** `most`: how many checks of its own namespace it may run beside. */
function mayRun({ namespace, failures }: Entry, running: readonly Entry[], most: number): boolean {
  const beside = running.filter((other) => other.namespace === namespace);
  if (beside.length > most) return false;
  if (failures === 0) return true;
  return retriesAmong(running) < MAX_RETRIES_IN_FLIGHT && retriesAmong(beside) < MAX_RETRIES_IN_FLIGHT_OF_NAMESPACE;
}

function retriesAmong(entries: readonly Entry[]): number {
  return entries.filter(({ failures }) => failures > 0).length;
}

export class CredentialChecker {
  readonly #options: CredentialCheckerOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new Turns<Entry>();
  readonly #running = new Set<Entry>();
  #stop: AbortController | undefined;

  constructor(options: CredentialCheckerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stop = new AbortController();
    this.#fill();
  }

  /** Ends checks under way; what they would have said is not recorded. Answers that were given stay known. */
  stop(): void {
    this.#stop?.abort(new Error('the operator stops'));
    this.#stop = undefined;
  }

  /** The HMAC of a target. Timeouts are left out: they do not change what the provider says. */
  fingerprint({ type, endpoint, credential, podIdentity, ca, headers }: CheckTarget): string {
    const parts = [type, endpoint, credential?.secret ?? null, credential?.accessKeyId ?? null, podIdentity ?? null, ca ?? null, headers];
    return createHmac('sha256', this.#options.fingerprintKey).update(JSON.stringify(parts)).digest('base64url');
  }

  read(target: CheckTarget, { reader, interval, force = false, notBefore = -Infinity }: ReadOptions): CheckView {
    const fingerprint = this.fingerprint(target);
    const entry = this.#entry(fingerprint, target);
    const now = this.#options.clock.monotonic();
    entry.dueAt = this.#dueAt(entry, interval);
    const stale = entry.result === undefined || entry.result.checkedAt < notBefore || now >= entry.dueAt;
    if ((stale || force) && entry.state === 'idle') this.#enqueue(entry, target, parseKey(reader).namespace);
    const pending = entry.state !== 'idle';
    if (pending) entry.readers.add(reader);
    return { fingerprint, result: entry.result, pending, dueIn: Math.max(1, entry.dueAt - now) };
  }

  #entry(fingerprint: string, target: CheckTarget): Entry {
    const known = this.#entries.get(fingerprint);
    if (known !== undefined) return known;
    const entry: Entry = {
      target,
      result: undefined,
      readers: new Set(),
      namespace: '',
      state: 'idle',
      failures: 0,
      spread: 0,
      retryAt: 0,
      dueAt: 0,
    };
    this.#entries.set(fingerprint, entry);
    return entry;
  }

  #dueAt({ result, spread, retryAt }: Entry, interval: number): number {
    if (result === undefined) return 0;
    return result.verification.verdict === 'unknown' ? retryAt : result.checkedAt + interval * (1 + INTERVAL_JITTER * spread);
  }

  #enqueue(entry: Entry, target: CheckTarget, namespace: string): void {
    entry.target = target;
    entry.namespace = namespace;
    entry.state = 'queued';
    this.#queue.add(namespace, entry);
    this.#fill();
  }

  #fill(): void {
    while (this.#stop !== undefined && this.#running.size < MAX_IN_FLIGHT) {
      const running = [...this.#running];
      const takeBeside = (most: number): Entry | undefined => this.#queue.take((waiting) => mayRun(waiting, running, most));
      const entry =
        takeBeside(0) ??
        takeBeside(MAX_IN_FLIGHT_OF_NAMESPACE - 1) ??
        (running.length < MAX_IN_FLIGHT_LENT ? takeBeside(MAX_IN_FLIGHT_LENT - 1) : undefined);
      if (entry === undefined) return;
      entry.state = 'running';
      this.#running.add(entry);
      void this.#check(entry, this.#stop.signal);
    }
  }

  async #check(entry: Entry, signal: AbortSignal): Promise<void> {
    const { verify, metrics } = this.#options;
    const verification = await this.#answer(verify(entry.target, signal));
    this.#running.delete(entry);
    entry.state = 'idle';
    if (!signal.aborted) {
      metrics.flashback_credential_checks_total.inc({ provider: entry.target.type, verdict: verification.verdict });
      this.#record(entry, verification);
      this.#dropUnread();
    }
    const readers = entry.readers;
    entry.readers = new Set();
    for (const reader of readers) this.#options.onSettled(reader);
    this.#fill();
  }

  async #answer(asked: Promise<Verification>): Promise<Verification> {
    try {
      return await asked;
    } catch {
      // The text of an unforeseen error could hold anything.
      return { verdict: 'unknown', message: 'the check itself failed' };
    }
  }

  #record(entry: Entry, verification: Verification): void {
    const { clock, random } = this.#options;
    const checkedAt = clock.monotonic();
    if (verification.verdict === 'unknown') {
      const delay = exponentialDelay(entry.failures, random(), RETRY_MIN_MS, RETRY_MAX_MS);
      entry.retryAt = checkedAt + Math.min(RETRY_MAX_MS, Math.max(delay, verification.retryAfterMs ?? 0));
      entry.failures += 1;
    } else {
      entry.failures = 0;
    }
    entry.spread = random();
    entry.result = { verification, checkedAt, answeredAt: clock.now() };
    // Until a reader says what its interval is.
    entry.dueAt = Math.max(entry.dueAt, checkedAt, entry.retryAt);
  }

  /** What is in use is read when it is due at the latest. */
  #dropUnread(): void {
    const now = this.#options.clock.monotonic();
    for (const [fingerprint, { state, dueAt }] of this.#entries) {
      if (state === 'idle' && now - dueAt > KEEP_UNREAD_MS) this.#entries.delete(fingerprint);
    }
  }
}
