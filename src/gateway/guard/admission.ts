// Takes a request under the policies of its repository: past those that look at requests, and its answer past those that look at answers.
import type { ServerResponse } from 'node:http';
import { Losses } from '../../chat/losses.ts';
import type { Traffic } from '../../policy/types.ts';
import type { ExchangeOptions } from '../exchange.ts';
import { newId } from '../new-id.ts';
import { checkUnambiguous } from './ambiguity.ts';
import { GuardedAnswer, type GuardedAnswerOptions } from './guarded-answer.ts';
import type { Guard, Matter } from './guard.ts';
import type { Outlet } from './outlet.ts';
import type { RepositoryPolicies } from './policy-set.ts';
import { requestSource } from './request-content.ts';

export interface Guarded extends Omit<ExchangeOptions, 'response'> {
  response: ServerResponse;
  hold: GuardedAnswerOptions['hold'];
  traffic: Traffic;
}

/**
 * Resolves with what the answer is to be written to. Rejects with GatewayError content_policy_violation or policy_unavailable, or, since
 * nothing may get past a policy that blocks, with body_not_json for a body that two readers may read differently; when the caller leaves
 * meanwhile, it resolves at once.
 */
export async function admit(policies: RepositoryPolicies, guard: Guard, options: Guarded): Promise<Outlet> {
  const { response, surface, request, record, traffic, clock, answerHeaders, hold } = options;
  const left = new AbortController();
  response.once('close', () => left.abort());
  const source = requestSource(request, guard.scanner);
  if (policies.request !== undefined) {
    if (policies.request.gating.length > 0 && request.form === undefined) await checkUnambiguous(request.raw);
    const matter: Matter = { phase: 'Request', record, traffic, before: () => [], signal: left.signal };
    try {
      await guard.admit(policies.request, source, matter);
    } catch (error) {
      if (!left.signal.aborted) throw error;
      return response;
    }
  }
  if (policies.answer === undefined) return response;
  const { model, dialect, body } = request;
  const head = { model, created: Math.floor(clock.now() / 1000), newId, losses: new Losses(), request: body };
  const matter: Matter = { phase: 'Response', record, traffic, before: () => source.context(left.signal), signal: left.signal };
  return new GuardedAnswer({ response, guard, policies, matter, surface, dialect, head, isChat: request.operation === 'chat', clock, answerHeaders, hold });
}
