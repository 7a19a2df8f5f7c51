// Takes a request under the policies of its repository: past those that look at requests, and its answer past those that look at answers.
import type { ServerResponse } from 'node:http';
import { Losses } from '../../chat/losses.ts';
import { GatewayError } from '../../errors.ts';
import type { ReadyPolicy } from '../../policy/evaluate.ts';
import type { Traffic } from '../../policy/types.ts';
import type { SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { ExchangeOptions } from '../exchange.ts';
import { newId } from '../new-id.ts';
import { checkUnambiguous } from './ambiguity.ts';
import { GuardedAnswer, type GuardedAnswerOptions } from './guarded-answer.ts';
import type { Guard, Matter } from './guard.ts';
import type { Outlet } from './outlet.ts';
import { withoutJudges, withoutThose, type RepositoryPolicies } from './policy-set.ts';
import { requestSource } from './request-content.ts';

/** Times that new policies may come into force while a request waits for others. */
const MAX_ROUNDS = 5;

export interface Guarded extends Omit<ExchangeOptions, 'response'> {
  response: ServerResponse;
  hold: GuardedAnswerOptions['hold'];
  traffic: Traffic;
  /** For the question of a judge: policies that are not to have it judged. */
  spares?: ((policy: SnapshotPolicy) => boolean) | undefined;
}

/**
 * `inForce`: the policies of the repository now; it is asked again after each wait, since what has come into force meanwhile counts, and
 * may throw when the caller is not to go on. Resolves with what the answer is to be written to. Rejects with GatewayError
 * content_policy_violation or policy_unavailable, or, since nothing may get past a policy that blocks, with body_not_json for a body that
 * two readers may read differently; when the caller leaves meanwhile, it resolves at once.
 */
export async function admit(inForce: () => RepositoryPolicies | undefined, guard: Guard, options: Guarded): Promise<Outlet> {
  const { response, surface, request, record, traffic, clock, answerHeaders, hold, spares } = options;
  const sparing = (all: RepositoryPolicies): RepositoryPolicies => (spares === undefined ? all : withoutJudges(all, spares));
  const left = new AbortController();
  response.once('close', () => left.abort());
  const source = requestSource(request, guard.scanner);
  const matter: Matter = { phase: 'Request', record, traffic, before: () => [], signal: left.signal };
  const passed = new Set<ReadyPolicy>();
  let isUnambiguous = request.form !== undefined;
  let policies = inForce();
  for (let round = 1; ; round++) {
    const open = policies?.request === undefined ? undefined : withoutThose(policies.request, passed);
    if (open === undefined) break;
    if (round > MAX_ROUNDS) throw new GatewayError('policy_unavailable', 'The policies of this repository change all the time. Try again.');
    if (open.gating.length > 0 && !isUnambiguous) await checkUnambiguous(request.raw);
    isUnambiguous ||= open.gating.length > 0;
    const set = sparing({ request: open, answer: undefined, stream: undefined }).request;
    try {
      if (set !== undefined) await guard.admit(set, source, matter);
    } catch (error) {
      if (!left.signal.aborted) throw error;
    }
    if (left.signal.aborted) return response;
    for (const ready of [...open.gating, ...open.watching]) passed.add(ready);
    policies = inForce();
  }
  const forAnswer = policies === undefined ? undefined : sparing(policies);
  if (forAnswer?.answer === undefined) return response;
  const { model, dialect, body } = request;
  const head = { model, created: Math.floor(clock.now() / 1000), newId, losses: new Losses(), request: body };
  const answer: Matter = { ...matter, phase: 'Response', before: () => source.context(left.signal) };
  const isChat = request.operation === 'chat';
  return new GuardedAnswer({ response, guard, policies: forAnswer, matter: answer, surface, dialect, head, isChat, clock, answerHeaders, hold });
}
