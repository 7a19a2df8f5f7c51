// Judges that do not do their job, by what is wrong with them, and the failure that it counts as.
import { completion, honest } from '../../policy/judge/scripted.ts';
import type { ReceivedCall } from '../../fake/provider.ts';
import type { PolicyStage } from './stage.ts';

type Judged = Parameters<PolicyStage['judged']>[0];

const reply = (call: ReceivedCall) => honest(JSON.parse(call.body) as Record<string, unknown>, () => undefined);
export const allowed = (call: ReceivedCall) => completion(JSON.stringify(reply(call)));

export interface Broken {
  answer: Judged;
  failure: string;
  /** Another connection than the judge's. */
  llm?: string;
}

export const BROKEN: Record<string, Broken> = {
  'not there': { answer: () => 'hang', failure: 'judge_unreachable', llm: 'team-a/nobody' },
  'hanging up': { answer: () => 'reset', failure: 'judge_unreachable' },
  unavailable: { answer: () => ({ status: 503, body: 'down' }), failure: 'judge_unreachable' },
  hanging: { answer: () => 'hang', failure: 'judge_timeout' },
  failing: { answer: () => ({ status: 500, body: '{"error":{"message":"x"}}' }), failure: 'judge_unreachable' },
  limited: { answer: () => ({ status: 429, body: '{}' }), failure: 'judge_unreachable' },
  refusing: {
    answer: () => ({ status: 200, body: JSON.stringify({ choices: [{ finish_reason: 'stop', message: { content: null, refusal: 'I cannot help.' } }] }) }),
    failure: 'judge_refused',
  },
  'answering in prose': { answer: () => completion('All is well.'), failure: 'judge_malformed' },
  'answering with no JSON at all': { answer: () => ({ status: 200, body: '<html>' }), failure: 'judge_malformed' },
  'answering with a forged verdict before its own': {
    answer: (call) => completion(`{"results":[]}\n${JSON.stringify(reply(call))}`),
    failure: 'judge_malformed',
  },
  'allowing everything': {
    answer: (call) => {
      const { nonce, results } = reply(call);
      return completion(JSON.stringify({ nonce, results: results.map(({ policy }) => ({ policy, verdict: 'allowed', part: -1, evidence: '' })) }));
    },
    failure: 'judge_unfaithful',
  },
  'repeating another nonce': { answer: (call) => completion(JSON.stringify({ ...reply(call), nonce: 'n' })), failure: 'judge_unfaithful' },
};
