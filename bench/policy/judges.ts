// Asks a model to judge, as a gateway does.
import { systemClock } from '../../src/clock.ts';
import { CircuitBreaker } from '../../src/policy/judge/breaker.ts';
import { ModelJudge, type Ask } from '../../src/policy/judge/model-judge.ts';
import type { Judge } from '../../src/policy/types.ts';
import type { PolicyPhase, SnapshotPolicy } from '../../src/snapshot/snapshot.ts';

const TIMEOUT = 30_000;
/** Questions at a time. */
const AT_ONCE = 4;

function policyOf(content: string, index: number): SnapshotPolicy {
  return {
    generation: 1,
    namespace: 'evaluation',
    name: `rule-${index}`,
    scope: 'Workspace',
    content,
    riskType: 'High',
    action: 'Block',
    phases: ['Request', 'Response'],
    detectors: [],
    judge: {},
    failureMode: 'Closed',
    onUnscannable: 'Fail',
    streaming: 'Gate',
    timeout: TIMEOUT,
  };
}

/** The judge of a gateway, over this model. */
export function judgeOver(name: string, ask: Ask): Judge {
  const chance = { random: (below: number) => Math.floor(Math.random() * below), token: () => Math.random().toString(36).slice(2, 12) };
  return new ModelJudge({ name, ask, breaker: new CircuitBreaker(systemClock), clock: systemClock, chance, hash: () => '' });
}

/** The model behind an OpenAI-compatible API, `base` being what stands before `/chat/completions`. */
export function judgeAt(base: string, key: string, model: string): Judge {
  return judgeOver(model, async (body, signal) => {
    const response = await fetch(`${base.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ ...body, model }),
      signal,
    });
    return { status: response.status, body: await response.text() };
  });
}

export interface Question {
  text: string;
  /** All are asked about together; only the verdict on the first one is of interest. */
  rules: readonly [string, ...string[]];
  direction?: 'request' | 'response' | 'both';
}

/** Undefined: it gave no verdict. */
async function isViolated(judge: Judge, { text, rules, direction }: Question): Promise<boolean | undefined> {
  const phase: PolicyPhase = direction === 'response' ? 'Response' : 'Request';
  const parts = [{ path: 'messages[0].content', role: phase === 'Response' ? 'assistant' : 'user', text, history: false } as const];
  const policies = rules.map(policyOf);
  const { verdicts } = await judge.judge({ phase, policies, parts, context: [], timeout: TIMEOUT, signal: new AbortController().signal });
  const [verdict] = verdicts;
  return verdict === undefined || verdict.outcome === 'failed' ? undefined : verdict.outcome === 'violated';
}

export type Answer = boolean | undefined;

/** Whether each text violates the first of its rules. */
export async function answersOf(judge: Judge, questions: readonly Question[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < questions.length; from += AT_ONCE) {
    answers.push(...(await Promise.all(questions.slice(from, from + AT_ONCE).map((question) => isViolated(judge, question)))));
  }
  return answers;
}

/**
 * How well answers agree with labels. No verdict counts as a violation that was missed, and as a harmless text that was flagged: closed is
 * what High risk does.
 */
export function scoreOf(labels: readonly (0 | 1)[], answers: readonly Answer[]): { f1: number; recall: number; alarms: number } {
  const count = (label: 0 | 1, answer: boolean): number =>
    labels.filter((each, index) => each === label && answers[index] === answer).length;
  const harmless = labels.filter((label) => label === 0).length;
  const violating = labels.length - harmless;
  const right = count(1, true);
  const flagged = harmless - count(0, false);
  return {
    f1: right === 0 ? 0 : (2 * right) / (violating + right + flagged),
    recall: right / Math.max(1, violating),
    alarms: flagged / Math.max(1, harmless),
  };
}
