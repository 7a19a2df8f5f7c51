// Runs the tests beside rules without making anybody wait: read() answers with what is known now, starts a run where one is due, and tells
// when it has ended. Namespaces take turns.
import { randomInt } from 'node:crypto';
import { parseKey } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import { detect } from '../policy/detect.ts';
import { detectorOf } from '../policy/detectors/index.ts';
import { readyPolicy } from '../policy/evaluate.ts';
import { keyedHash } from '../policy/hash.ts';
import { CircuitBreaker } from '../policy/judge/breaker.ts';
import { VerdictCache } from '../policy/judge/cache.ts';
import { ModelJudge, type Ask } from '../policy/judge/model-judge.ts';
import { viewsOf } from '../policy/normalise/views.ts';
import { runPolicyTests, type PolicyTest, type TestReport } from '../policy/run-tests.ts';
import type { Judge } from '../policy/types.ts';
import type { SnapshotPolicy } from '../snapshot/snapshot.ts';
import { exponentialDelay } from './retry-delays.ts';
import { silenceOf } from './test-silence.ts';
import { Turns } from './turns.ts';

export interface TestTarget {
  /** `namespace/name` of the policy. */
  key: string;
  /** Of all that the result depends on. */
  fingerprint: string;
  policy: SnapshotPolicy;
  tests: readonly PolicyTest[];
}

export interface TestView {
  /** Of this fingerprint; undefined: not known yet. */
  report: TestReport | undefined;
  /** Why the last run has said nothing. */
  failure: string | undefined;
  /** Milliseconds until another attempt is due; undefined: one is under way, or none is needed. */
  dueIn: number | undefined;
}

export interface PolicyTesterOptions {
  /** Sends a question to a model of a connection. Rejects when there is no HTTP answer. */
  ask(llm: string, model: string, ...question: Parameters<Ask>): ReturnType<Ask>;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  /** That many random bytes. */
  bytes(count: number): Buffer;
  /** A run of this policy has ended. */
  onSettled(key: string): void;
}

const MAX_RUNNING = 4;
/** Runs that take longer than this only wait for their judges, and keep nobody else from running. */
const SLOW_MS = 10_000;
const MAX_WITH_SLOW = 32;
/** A run that takes longer says nothing. */
const DEADLINE_MS = 600_000;
const RETRY_MIN_MS = 5_000;
const RETRY_MAX_MS = 1_800_000;
const HASH_KEY_BYTES = 32;
const TOKEN_BYTES = 12;

interface Entry extends TestTarget {
  state: 'waiting' | 'running' | 'done' | 'resting';
  report: TestReport | undefined;
  failure: string | undefined;
  failures: number;
  retryAt: number;
}

export class PolicyTester {
  readonly #options: PolicyTesterOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new Turns<Entry>();
  readonly #hash: (text: string) => string;
  #stop: AbortController | undefined;
  /** Namespaces that have a run under way, and whether it is slow: one each, so that none holds up the others, whatever its judge does. */
  readonly #running = new Map<string, { isSlow: boolean }>();

  constructor(options: PolicyTesterOptions) {
    this.#options = options;
    this.#hash = keyedHash(options.bytes(HASH_KEY_BYTES));
  }

  start(): void {
    this.#stop = new AbortController();
    this.#fill();
  }

  /** Ends runs under way; what they would have said is not recorded. */
  stop(): void {
    this.#stop?.abort(new Error('the operator stops'));
    this.#stop = undefined;
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  read(target: TestTarget): TestView {
    const now = this.#options.clock.monotonic();
    let entry = this.#entries.get(target.key);
    if (entry?.fingerprint !== target.fingerprint) {
      entry = { ...target, state: 'waiting', report: undefined, failure: undefined, failures: 0, retryAt: now };
      this.#entries.set(target.key, entry);
      this.#enqueue(entry);
    } else if (entry.state === 'resting' && entry.retryAt <= now) {
      this.#enqueue(entry);
    }
    return { report: entry.report, failure: entry.failure, dueIn: entry.state === 'resting' ? Math.max(1, entry.retryAt - now) : undefined };
  }

  #enqueue(entry: Entry): void {
    entry.state = 'waiting';
    this.#queue.add(parseKey(entry.key).namespace, entry);
    this.#fill();
  }

  #fill(): void {
    while (this.#stop !== undefined && this.#hasRoom()) {
      const entry = this.#queue.take((_waiting, namespace) => !this.#running.has(namespace));
      if (entry === undefined) return;
      // Another rule has taken its place while it waited.
      if (this.#entries.get(entry.key) !== entry) continue;
      entry.state = 'running';
      void this.#run(entry, this.#stop.signal);
    }
  }

  #hasRoom(): boolean {
    const quick = [...this.#running.values()].filter(({ isSlow }) => !isSlow);
    return quick.length < MAX_RUNNING && this.#running.size < MAX_WITH_SLOW;
  }

  async #run(entry: Entry, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const { namespace } = parseKey(entry.key);
    const pace = { isSlow: false };
    this.#running.set(namespace, pace);
    const slow = clock.setTimeout(() => {
      pace.isSlow = true;
      this.#fill();
    }, SLOW_MS);
    const deadline = new AbortController();
    const late = clock.setTimeout(() => deadline.abort(new Error('the tests take too long')), DEADLINE_MS);
    const report = await this.#report(entry, AbortSignal.any([signal, deadline.signal]));
    slow.clear();
    late.clear();
    this.#running.delete(namespace);
    if (!signal.aborted) {
      this.#record(entry, deadline.signal.aborted ? undefined : report);
      this.#options.onSettled(entry.key);
    }
    this.#fill();
  }

  /** Undefined: the run itself went wrong. */
  async #report(entry: Entry, signal: AbortSignal): Promise<TestReport | undefined> {
    const { policy, tests } = entry;
    const scan = (content: Parameters<typeof detect>[0], detectors: Parameters<typeof detect>[1]) => detect(content, detectors, viewsOf, this.#hash);
    const judge = this.#judgeOf(entry);
    const engine = { scan, judgeOf: () => judge, cache: new VerdictCache(this.#options.clock) };
    try {
      return await runPolicyTests(readyPolicy(policy, detectorOf), tests, engine, signal);
    } catch {
      // What went wrong may quote a text.
      return undefined;
    }
  }

  #judgeOf(entry: Entry): Judge | undefined {
    const { llm, model } = entry.policy.judge ?? {};
    if (llm === undefined || model === undefined) return undefined;
    const { clock, ask, bytes } = this.#options;
    const chance = { random: (below: number) => randomInt(below), token: () => bytes(TOKEN_BYTES).toString('hex') };
    const breaker = new CircuitBreaker(clock);
    const asking: Ask = async (...question) => {
      // Another rule is in its place, or the judge may not be used any more.
      if (this.#entries.get(entry.key) !== entry) throw new Error('these tests are not wanted any more');
      return ask(llm, model, ...question);
    };
    return new ModelJudge({ name: `${llm}/${model}`, clock, hash: this.#hash, chance, breaker, ask: asking });
  }

  #record(entry: Entry, report: TestReport | undefined): void {
    const { clock, random } = this.#options;
    entry.failure = report === undefined ? 'the tests could not be run to their end' : silenceOf(report);
    if (entry.failure === undefined) {
      entry.report = report;
      entry.state = 'done';
      return;
    }
    entry.failure += '; the tests are run again';
    entry.state = 'resting';
    entry.retryAt = clock.monotonic() + exponentialDelay(entry.failures, random(), RETRY_MIN_MS, RETRY_MAX_MS);
    entry.failures += 1;
  }
}
