// A judge's model that answers by a script, in the protocol that it is asked in.
import type { Ask, ModelJudgeOptions } from '../../../src/policy/judge/model-judge.ts';
import { CircuitBreaker } from '../../../src/policy/judge/breaker.ts';
import { manualClock } from '../../fake/manual-clock.ts';

interface Row {
  policy: string;
  verdict: string;
  part: number;
  evidence: string;
}

export interface Reply {
  nonce: string;
  results: Row[];
}

interface Sent {
  nonce: string;
  phase: string;
  context: { role: string; text: string }[];
  parts: { i: number; role: string; text: string }[];
}

/** What the model was sent, read back. */
export function sentTo(body: Record<string, unknown>): { system: string; document: Sent; rules: Map<string, string> } {
  const [system, user] = body['messages'] as { content: string }[];
  const rules = new Map([...system!.content.matchAll(/^## (P\d+)\nRule: (".*")$/gm)].map(([, id, rule]) => [id!, JSON.parse(rule!) as string]));
  return { system: system!.content, document: JSON.parse(user!.content) as Sent, rules };
}

/** An honest reply: `violates` says which words of a text violate a rule. */
export function honest(body: Record<string, unknown>, violates: (rule: string, text: string) => string | undefined): Reply {
  const { document, rules } = sentTo(body);
  const results = [...rules].map(([policy, rule]): Row => {
    const canary = /^The text must not hold the word (\w+)\.$/.exec(rule)?.[1];
    for (const { i, text } of document.parts) {
      const evidence = canary === undefined ? violates(rule, text) : text.includes(canary) ? canary : undefined;
      if (evidence !== undefined) return { policy, verdict: 'violates', part: i, evidence };
    }
    return { policy, verdict: 'allowed', part: -1, evidence: '' };
  });
  return { nonce: document.nonce, results };
}

/** A chat completion with this text. */
export const completion = (content: string): { status: number; body: string } => ({
  status: 200,
  body: JSON.stringify({ choices: [{ finish_reason: 'stop', message: { role: 'assistant', content } }], usage: { prompt_tokens: 100, completion_tokens: 20 } }),
});

/** Options of a judge that asks so. Tokens are counted up, and the canary stands first. */
export function judgeOptions(ask: Ask, clock = manualClock()): ModelJudgeOptions {
  let tokens = 0;
  const chance = { random: () => 0, token: () => `token${++tokens}` };
  return { name: 'team-a/judge/judge-1', ask, breaker: new CircuitBreaker(clock), clock, chance, hash: (text) => `hash of ${text}` };
}
