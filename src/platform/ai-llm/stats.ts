// What went over connections to providers since the ledger began, as one row for each.
import type { Amounts } from '../../ledger/ledger.ts';
import { demandObject } from '../by-id.ts';
import type { Operation, Schema, Services } from '../operation.ts';
import { done } from '../wire.ts';
import { visibleLlms } from './list.ts';

const COUNTERS = {
  totalApiCalls: 'requests',
  totalTokensIn: 'tokensIn',
  totalTokensOut: 'tokensOut',
  totalLlmTokensIn: 'policyTokensIn',
  totalLlmTokensOut: 'policyTokensOut',
  totalPolicyViolations: 'violations',
  totalAlerts: 'alerts',
  totalBlocks: 'blocks',
} as const satisfies Record<string, keyof Amounts>;

const COUNTER: Schema = { type: 'string', pattern: '^[0-9]+$', description: 'A whole number, in decimal.' };
const ROW: Schema = {
  type: 'object',
  required: ['aiLlmId', ...Object.keys(COUNTERS)],
  properties: { aiLlmId: { type: 'string' }, ...Object.fromEntries(Object.keys(COUNTERS).map((name) => [name, COUNTER])) },
};

function rowOf(aiLlmId: string, amounts: Amounts | undefined): Record<string, string> {
  return { aiLlmId, ...Object.fromEntries(Object.entries(COUNTERS).map(([name, of]) => [name, String(Math.round(amounts?.[of] ?? 0))])) };
}

export const aiLlmStats: Operation<Services, never, { aiLlmId?: string }> = {
  id: 'aiLlmStats',
  method: 'get',
  path: '/ai/llm/stats',
  tag: 'AI LLMs',
  summary: 'Use of connections since the ledger began. totalTokens are those of the model that was asked, totalLlmTokens those of the judges of policies.',
  rights: 'list on aillmconfigs; others are left out. With aiLlmId: get on it.',
  query: { aiLlmId: { type: 'string', description: 'Only this one.' } },
  answer: done({ stats: { type: 'array', items: ROW } }, ['stats']),
  errors: { 403: 'No right to see it.', 404: 'There is none with this id.' },
  async handle({ query, access }, services) {
    const { objects, ledger, clock } = services;
    const one = query.aiLlmId === undefined ? undefined : await demandObject('AILLMConfig', query.aiLlmId, { verb: 'get' }, { access, objects });
    const configs = one === undefined ? await visibleLlms(access, services) : [one];
    if (configs.length === 0) return { success: true, stats: [] };
    const visible = [...new Set(configs.map(({ metadata }) => metadata.namespace))];
    // Gateways have clocks of their own, which may be ahead.
    const rows = await ledger.usage({
      visible,
      from: 0,
      to: clock.now() + 86_400_000,
      groupBy: ['llm'],
      conversations: false,
      ...(one === undefined ? {} : { filter: { llm: [one.metadata.uid] } }),
    });
    const amounts = new Map(rows.map((row) => [row.dimensions.llm, row.amounts]));
    return { success: true, stats: configs.map(({ metadata }) => rowOf(metadata.uid, amounts.get(metadata.uid))) };
  },
};
