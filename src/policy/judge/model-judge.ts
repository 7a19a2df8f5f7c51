// A language model as judge: asks within a deadline, once more where that may help, and never rejects.
import type { Clock } from '../../clock.ts';
import type { SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { Failure, Finding, Judge, JudgeQuestion, JudgeUsage, Part, Verdict } from '../types.ts';
import { readCompletion, readJudgements, type Judgement } from './answer.ts';
import type { CircuitBreaker } from './breaker.ts';
import { makeQuestion, PROMPT_VERSION, type Chance, type Question } from './question.ts';

/** Sends the body of a chat completion to the judge's model. Rejects when there is no HTTP answer, or `signal` has ended it. */
export type Ask = (body: Record<string, unknown>, signal: AbortSignal) => Promise<{ status: number; body: string }>;

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

type Attempt =
  | { judgements: ReadonlyMap<SnapshotPolicy, Judgement>; usage: JudgeUsage | undefined; question: Question }
  | { failure: Failure; usage: JudgeUsage | undefined; retry: boolean };

const add = (a: JudgeUsage | undefined, b: JudgeUsage | undefined): JudgeUsage | undefined =>
  a === undefined || b === undefined ? (a ?? b) : { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens };

/** Also an answer that comes in spite of the signal comes too late. */
async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(new Error('the deadline has passed'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** A violation that the judge cannot quote counts only for what must not go wrong. */
const isUnquoted = (policy: SnapshotPolicy, judgement: Judgement): boolean => judgement.violates && !judgement.quoted && policy.riskType !== 'High';

export class ModelJudge implements Judge {
  readonly id: string;
  readonly #options: ModelJudgeOptions;

  constructor(options: ModelJudgeOptions) {
    this.#options = options;
    this.id = `${options.name}#${PROMPT_VERSION}`;
  }

  async judge(question: JudgeQuestion): Promise<{ verdicts: Verdict[]; usage: JudgeUsage | undefined }> {
    const { breaker, clock } = this.#options;
    const fail = (failure: Failure): Verdict[] => question.policies.map(() => ({ outcome: 'failed', source: 'judge', failure }));
    if (!breaker.admits()) return { verdicts: fail('judge_circuit_open'), usage: undefined };
    const deadline = new AbortController();
    const timer = clock.setTimeout(() => deadline.abort(), question.timeout);
    const signal = AbortSignal.any([deadline.signal, question.signal]);
    let usage: JudgeUsage | undefined;
    let last: Attempt | undefined;
    try {
      for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
        last = await this.#attempt(question, signal);
        usage = add(usage, last.usage);
        if ('failure' in last ? !last.retry : !this.#mustAskAgain(last, attempt)) break;
      }
    } finally {
      timer.clear();
    }
    if (question.signal.aborted && (last === undefined || 'failure' in last)) {
      breaker.abandoned();
      return { verdicts: fail('judge_timeout'), usage };
    }
    if (last === undefined || 'failure' in last) {
      const failure = deadline.signal.aborted ? 'judge_timeout' : (last?.failure ?? 'judge_timeout');
      // What a judge answers badly may have been written to that end: nobody can have it left alone for others.
      if (failure === 'judge_timeout' || failure === 'judge_unreachable') breaker.failed();
      else breaker.succeeded();
      return { verdicts: fail(failure), usage };
    }
    breaker.succeeded();
    const { judgements, question: asked } = last;
    return { verdicts: question.policies.map((policy) => this.#verdict(policy, judgements.get(policy)!, asked, question.parts)), usage };
  }

  #mustAskAgain({ judgements }: Extract<Attempt, { judgements: unknown }>, attempt: number): boolean {
    return attempt < ATTEMPTS && [...judgements].some(([policy, judgement]) => isUnquoted(policy, judgement));
  }

  async #attempt({ phase, policies, parts, context }: JudgeQuestion, signal: AbortSignal): Promise<Attempt> {
    const question = makeQuestion(phase, policies, parts, context, this.#options.chance);
    let answer: { status: number; body: string };
    try {
      answer = await within(signal, this.#options.ask(question.body, signal));
    } catch {
      return { failure: signal.aborted ? 'judge_timeout' : 'judge_unreachable', usage: undefined, retry: true };
    }
    const { status, body } = answer;
    // Whoever the question was refused by, has read it.
    if (status === 400) return { failure: 'judge_refused', usage: undefined, retry: false };
    if (status !== 200) return { failure: 'judge_unreachable', usage: undefined, retry: status === 429 || status >= 500 };
    const read = readCompletion(body);
    if ('failure' in read) return { ...read, retry: read.failure !== 'judge_refused' };
    const judged = readJudgements(read.text, question);
    return 'failure' in judged ? { ...judged, usage: read.usage, retry: true } : { ...judged, usage: read.usage, question };
  }

  #verdict(policy: SnapshotPolicy, judgement: Judgement, question: Question, parts: readonly Part[]): Verdict {
    if (!judgement.violates) return { outcome: 'allowed', source: 'judge' };
    if (isUnquoted(policy, judgement)) return { outcome: 'failed', source: 'judge', failure: 'judge_unfaithful' };
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
