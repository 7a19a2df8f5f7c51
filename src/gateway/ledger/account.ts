// What one request means for the ledger. It is told in pieces, each as soon as it is known, and pieces add up.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { EntryDimensions, UsageAmounts, ViolationEntry } from '../../ledger/entries.ts';
import type { Occurrence } from '../../policy/decide.ts';
import type { JudgeUsage } from '../../policy/types.ts';
import type { PolicyPhase, SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { RequestRecord } from '../recorder.ts';
import { explain } from './explanation.ts';

const MAX_PERSON = 128;
/** Milliseconds by which an end may come later than it was told before that is told, too. */
const LATE = 50;

/** What callers say about themselves. */
export type Person = Pick<EntryDimensions, 'user' | 'conversation'>;

/** Where it is kept. Neither throws. */
export interface Entries {
  use(dimensions: EntryDimensions, amounts: UsageAmounts): void;
  violated(violation: ViolationEntry): void;
}

export interface AccountOptions {
  entries: Entries;
  /** Name of this gateway. */
  host: string;
  clock: Clock;
}

const nameIn = (value: unknown): string => (typeof value === 'string' && value.length <= MAX_PERSON ? value : '');

/** From the `metadata` of a request: of OpenAI's dialect both, of Anthropic's the user. */
export function personOf({ metadata }: Record<string, unknown>): Person {
  if (typeof metadata !== 'object' || metadata === null) return NOBODY;
  const { user_id: user, conversation_id: conversation } = metadata as Record<string, unknown>;
  return { user: nameIn(user), conversation: nameIn(conversation) };
}

const NOBODY: Person = { user: '', conversation: '' };

/** A provider's number of tokens: it could be anything. */
const countOf = (value: number): number => (Number.isSafeInteger(value) && value > 0 ? value : 0);

const ACTIONS: Readonly<Record<Occurrence['effect'], SnapshotPolicy['action']>> = { block: 'Block', alert: 'Alert', log: 'Log', none: 'DryRun' };

export class Account {
  readonly #options: AccountOptions;
  readonly #record: RequestRecord;
  readonly #person: Person;
  /** What was told. */
  readonly #told = { requests: 0, tokensIn: 0, tokensOut: 0, latency: 0 };
  #violations: Set<string> | undefined;

  constructor(options: AccountOptions, record: RequestRecord, person: Person) {
    this.#options = options;
    this.#record = record;
    this.#person = person;
  }

  /**
   * Tells of the request as far as it has got: once before its end is handed to the caller, so that nobody has an answer that is not kept,
   * and once after all.
   */
  settle(): void {
    const { usage, startedAt } = this.#record;
    const told = this.#told;
    const tokensIn = countOf((usage?.inputTokens ?? 0) - told.tokensIn);
    const tokensOut = countOf((usage?.outputTokens ?? 0) - told.tokensOut);
    const late = Math.max(0, Math.round(this.#options.clock.monotonic() - startedAt) - told.latency);
    const requests = 1 - told.requests;
    if (requests === 0 && tokensIn === 0 && tokensOut === 0 && late < LATE) return;
    told.requests = 1;
    told.tokensIn += tokensIn;
    told.tokensOut += tokensOut;
    told.latency += late;
    this.#use({ requests, tokensIn, tokensOut, policyTokensIn: 0, policyTokensOut: 0, latency: late });
  }

  /** A judge has answered to a question about it. */
  judged({ inputTokens, outputTokens }: JudgeUsage): void {
    const spent = { policyTokensIn: countOf(inputTokens), policyTokensOut: countOf(outputTokens) };
    if (spent.policyTokensIn > 0 || spent.policyTokensOut > 0) this.#use({ requests: 0, tokensIn: 0, tokensOut: 0, ...spent, latency: 0 });
  }

  /** A policy was violated. Told once for each policy, phase and action, however many pieces of a stream say so. */
  violated({ policy, effect, findings }: Occurrence, phase: PolicyPhase): void {
    const action = ACTIONS[effect];
    const name = `${policy.namespace}/${policy.name}`;
    const told = (this.#violations ??= new Set());
    const what = `${name} ${phase} ${action}`;
    const dimensions = this.#dimensions;
    if (told.has(what) || dimensions === undefined) return;
    told.add(what);
    const { entries, clock } = this.#options;
    const { requestId } = this.#record;
    const explanation = explain(findings, phase);
    // No judge says how severe it is: the policy does.
    const said = { policy: name, phase, action, severity: policy.riskType, explanation, requestId };
    entries.violated({ type: 'violation', id: randomUUID(), at: clock.now(), ...said, ...dimensions });
  }

  #use(amounts: UsageAmounts): void {
    const dimensions = this.#dimensions;
    if (dimensions !== undefined) this.#options.entries.use(dimensions, amounts);
  }

  /** Undefined: it was not let in, or went nowhere. */
  get #dimensions(): EntryDimensions | undefined {
    const { key, traffic } = this.#record;
    if (key === undefined || traffic === undefined) return undefined;
    const { upstream, model, listed } = traffic;
    return {
      repository: key.repository.key,
      key: key.id,
      llm: upstream.key,
      provider: upstream.settings.type,
      // Of a connection that lists none, models are named by callers.
      model: listed ? model : '',
      host: this.#options.host,
      ...this.#person,
    };
  }
}
