// A language model as judge: asks within a deadline, once more where that may help, and never rejects.
import type { Clock } from '../../clock.ts';
import type { SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { Asker, Failure, Finding, Judge, JudgeQuestion, JudgeUsage, Part, Verdict } from '../types.ts';
import { readCompletion, readJudgements, type Judgement } from './answer.ts';
import type { CircuitBreaker } from './breaker.ts';
import { makeQuestion, PROMPT_VERSION, type Chance, type Question } from './question.ts';
import { within } from './within.ts';

/** Sends the body of a chat completion to the judge's model. Rejects when there is no HTTP answer, or `signal` has ended it. */
export type Ask = (body: Record<string, unknown>, signal: AbortSignal, asker: Asker) => Promise<Asked>;

export interface Asked {
  status: number;
  body: string;
  /** Milliseconds after which the model wants to be asked again. */
  retryAfter?: number;
}

export interface ModelJudgeOptions {
  /** `namespace/name` of the AILLMConfig and the model. */
  name: string;
  ask: Ask;
  breaker: CircuitBreaker;
  clock: Clock;
  chance: Chance;
  /** First digits of a keyed hash, see Finding. */
  hash(text: string): string;
}

const ATTEMPTS = 2;
/** Statuses that speak against the question: it is wrong, too long, or of what a filter lets nobody ask. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);
/** Milliseconds that a judge must have had before its silence speaks against it: whoever gives it less has only themselves to blame. */
const FAIR_TIMEOUT = 2_500;

interface Answered {
  judgements: ReadonlyMap<SnapshotPolicy, Judgement>;
  usage: JudgeUsage | undefined;
  question: Question;
}

type Attempt =
  | Answered
  | { failure: Failure; usage: JudgeUsage | undefined; retry: boolean; isBusy?: true };

const add = (a: JudgeUsage | undefined, b: JudgeUsage | undefined): JudgeUsage | undefined =>
  a === undefined || b === undefined ? (a ?? b) : { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens };

/** A violation that the judge cannot quote counts only for what must not go wrong. */
const isUnquoted = ({ riskType }: SnapshotPolicy, judgement: Judgement): boolean =>
  judgement.violates && !judgement.quoted && riskType !== 'High';

/** Of what an attempt leaves open: an answer that is none, or violations without a quotation. */
const failureOf = (attempt: Attempt | undefined): Failure =>
  attempt === undefined ? 'judge_timeout' : 'failure' in attempt ? attempt.failure : 'judge_unfaithful';

const hasAnswered = (attempt: Attempt): boolean =>
  !('failure' in attempt) || (attempt.failure !== 'judge_unreachable' && attempt.failure !== 'judge_timeout');

export class ModelJudge implements Judge {
  readonly id: string;
  readonly #options: ModelJudgeOptions;

  constructor(options: ModelJudgeOptions) {
    this.#options = options;
    this.id = `${options.name}#${PROMPT_VERSION}`;
  }

  async judge(question: JudgeQuestion): Promise<{ verdicts: Verdict[]; usage: JudgeUsage | undefined }> {
    const { breaker, clock } = this.#options;
    const fail = (failure: Failure): Verdict => ({ outcome: 'failed', source: 'judge', failure });
    if (!breaker.admits()) return { verdicts: question.policies.map(() => fail('judge_circuit_open')), usage: undefined };
    const deadline = new AbortController();
    const timer = clock.setTimeout(() => deadline.abort(), question.timeout);
    const signal = AbortSignal.any([deadline.signal, question.signal]);
    const verdicts = new Map<SnapshotPolicy, Verdict>();
    const attempts: Attempt[] = [];
    let { policies } = question;
    try {
      while (policies.length > 0 && attempts.length < ATTEMPTS && !signal.aborted) {
        const attempt = await this.#attempt({ ...question, policies }, signal);
        attempts.push(attempt);
        if (!('failure' in attempt)) this.#settle(attempt, question.parts, verdicts);
        else if (!attempt.retry) break;
        // What was answered well stays as it is.
        policies = policies.filter((policy) => !verdicts.has(policy));
      }
    } finally {
      timer.clear();
    }
    const failure = question.signal.aborted ? 'aborted' : deadline.signal.aborted ? 'judge_timeout' : failureOf(attempts.at(-1));
    this.#report(attempts, failure, question);
    const usage = attempts.reduce<JudgeUsage | undefined>((sum, attempt) => add(sum, attempt.usage), undefined);
    return { verdicts: question.policies.map((policy) => verdicts.get(policy) ?? fail(failure)), usage };
  }

  /** Tells the breaker what the attempts say about the judge. `failure`: of what none of them has answered. */
  #report(attempts: readonly Attempt[], failure: Failure, { timeout, origin }: JudgeQuestion): void {
    const { breaker } = this.#options;
    const last = attempts.at(-1);
    // What a judge answers badly may have been written to that end: nobody can have it left alone for others.
    if (attempts.some(hasAnswered)) breaker.succeeded();
    else if (failure === 'aborted' || (last !== undefined && 'isBusy' in last)) breaker.abandoned();
    else if (failure === 'judge_timeout' && timeout < FAIR_TIMEOUT) breaker.abandoned();
    else breaker.failed(origin);
  }

  #settle({ judgements, question }: Answered, parts: readonly Part[], verdicts: Map<SnapshotPolicy, Verdict>): void {
    for (const [policy, judgement] of judgements) {
      if (!isUnquoted(policy, judgement)) verdicts.set(policy, this.#verdict(judgement, question, parts));
    }
  }

  async #attempt({ phase, policies, parts, context, lineage = [] }: JudgeQuestion, signal: AbortSignal): Promise<Attempt> {
    const asker = { owner: policies[0]!, lineage };
    const question = makeQuestion(phase, policies, parts, context, this.#options.chance);
    let answer: Asked;
    try {
      answer = await within(signal, this.#options.ask(question.body, signal, asker));
    } catch {
      return { failure: signal.aborted ? 'judge_timeout' : 'judge_unreachable', usage: undefined, retry: true };
    }
    const { status, body, retryAfter } = answer;
    // Whoever the question was refused by, has read it.
    if (REFUSALS.has(status)) return { failure: 'judge_refused', usage: undefined, retry: false };
    if (status === 429) {
      if (retryAfter !== undefined) this.#options.breaker.pause(retryAfter);
      return { failure: 'judge_unreachable', usage: undefined, retry: retryAfter === undefined, isBusy: true };
    }
    if (status !== 200) return { failure: 'judge_unreachable', usage: undefined, retry: status >= 500 };
    const read = readCompletion(body);
    if ('failure' in read) return { ...read, retry: read.failure !== 'judge_refused' };
    const judged = readJudgements(read.text, question);
    return 'failure' in judged ? { ...judged, usage: read.usage, retry: true } : { ...judged, usage: read.usage, question };
  }

  #verdict(judgement: Judgement, question: Question, parts: readonly Part[]): Verdict {
    if (!judgement.violates) return { outcome: 'allowed', source: 'judge' };
    return { outcome: 'violated', source: 'judge', findings: [this.#finding(judgement, question, parts)] };
  }

  #finding({ part, evidence }: Extract<Judgement, { violates: true }>, { canaryPart }: Question, parts: readonly Part[]): Finding {
    const index = part > canaryPart ? part - 1 : part;
    const { path = '', text = '' } = part === canaryPart ? {} : (parts[index] ?? {});
    const start = text.indexOf(evidence);
    const span = evidence === '' || start === -1 ? { start: 0, end: text.length } : { start, end: start + evidence.length };
    return { detector: 'judge', path, span, hash: this.#options.hash(evidence) };
  }
}
