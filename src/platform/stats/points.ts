// What a point of a series and the total of an entity say, for each kind of statistics. Pure.
import type { Use } from './amounts.ts';

/** How one kind of statistics reads what was used. */
export interface Metric {
  /** What a point says, and the total of an entity. */
  point(use: Use): Record<string, number>;
  /** The number that summaries are about, and that entities are ordered by. */
  main(use: Use): number;
  /** Whether it says anything of conversations: to count them takes as long as everything else. */
  conversations: boolean;
}

/** Mean over the requests, in milliseconds with two decimals. */
export function meanLatency({ latency, requests }: Pick<Use, 'latency' | 'requests'>): number {
  return requests === 0 ? 0 : Math.round((latency / requests) * 100) / 100;
}

const tokens = ({ tokensIn, tokensOut }: Use): number => tokensIn + tokensOut;
const policyTokens = ({ policyTokensIn, policyTokensOut }: Use): number => policyTokensIn + policyTokensOut;

export const AI: Metric = {
  point: (use) => ({
    tokensIn: use.tokensIn,
    tokensOut: use.tokensOut,
    policyTokensIn: use.policyTokensIn,
    policyTokensOut: use.policyTokensOut,
    requests: use.requests,
    activeConversations: use.conversations,
    latencyMs: meanLatency(use),
  }),
  main: tokens,
  conversations: true,
};

export const PRIVATE_CHAT: Metric = {
  point: ({ tokensIn, tokensOut, requests }) => ({ tokensIn, tokensOut, requests }),
  main: tokens,
  conversations: false,
};

export const POLICY_TOKENS: Metric = {
  point: ({ policyTokensIn, policyTokensOut }) => ({ policyTokensIn, policyTokensOut }),
  main: policyTokens,
  conversations: false,
};

/** Entities of policies: what was enforced. */
export const ENFORCEMENT: Metric = {
  point: ({ violations, alerts, blocks, severityLow, severityMedium, severityHigh }) => ({
    violations,
    alerts,
    blocks,
    severityLow,
    severityMedium,
    severityHigh,
  }),
  main: ({ violations }) => violations,
  conversations: false,
};

export const POLICIES: Metric = {
  point: (use) => ({ ...ENFORCEMENT.point(use), ...POLICY_TOKENS.point(use) }),
  main: ENFORCEMENT.main,
  conversations: false,
};
