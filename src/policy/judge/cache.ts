// Keeps verdicts of judges, so that what was judged once costs nothing again: a conversation sends all of its past with every turn.
// Only hashes and verdicts are kept, never text, and never a failure.
import { hash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { PolicyPhase, SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { Verdict } from '../types.ts';
import { Flights } from './flights.ts';
import type { Surroundings } from './line.ts';

const MAX_ENTRIES = 50_000;
/** Milliseconds. */
const TTL = 60 * 60_000;

export type KeptVerdict = Exclude<Verdict, { outcome: 'failed' }>;

/** `around`: what it was judged beside. */
export interface Kept {
  verdict: KeptVerdict;
  around: Surroundings;
}

interface Entry extends Kept {
  until: number;
}

/** Hashing a rule takes longer than all else of a verdict that is known. Policies never change: a changed one is another object. */
const questionKeys = new WeakMap<SnapshotPolicy, Map<string, string>>();
const MAX_KEYS = 1_000;

/**
 * Names all that a verdict depends on besides what was said. Whose policy it is, too: it was asked about beside others of its owner, and
 * what those have made a judge say must not count for an equal rule of somebody else; and whose traffic: nobody gets anything past the
 * policy of an organization by what others have sent.
 */
export function questionKey(policy: SnapshotPolicy, judge: string, phase: PolicyPhase, repository: string): string {
  let known = questionKeys.get(policy);
  // A policy of an organization is asked about for each of its repositories.
  if (known === undefined || known.size >= MAX_KEYS) questionKeys.set(policy, (known = new Map()));
  const asked = JSON.stringify([judge, phase, repository]);
  let key = known.get(asked);
  if (key === undefined) known.set(asked, (key = hashedKey(policy, judge, phase, repository)));
  return key;
}

function hashedKey(policy: SnapshotPolicy, judge: string, phase: PolicyPhase, repository: string): string {
  const { namespace, scope, name, content, examples, riskType } = policy;
  return hash('sha256', JSON.stringify([namespace, scope, name, content, examples ?? null, riskType, judge, phase, repository]), 'base64url');
}

/** By subject (see Unit), policy, judge and phase. The least recently used goes first. */
export class VerdictCache {
  readonly clock: Clock;
  /** Questions about what is not known yet. */
  readonly flights: Flights<Verdict[]>;
  readonly #limit: number;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, limit: number = MAX_ENTRIES) {
    this.clock = clock;
    this.flights = new Flights(clock);
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(subject: string, question: string): Kept | undefined {
    const key = question + subject;
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.until <= this.clock.monotonic()) return undefined;
    this.#entries.set(key, entry);
    return entry;
  }

  set(subject: string, question: string, kept: Kept): void {
    const key = question + subject;
    this.#entries.delete(key);
    this.#entries.set(key, { ...kept, until: this.clock.monotonic() + TTL });
    if (this.#entries.size <= this.#limit) return;
    const oldest = this.#entries.keys().next().value;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
