import { describe, expect, it } from 'vitest';
import type { Amounts, UsageQuestion } from '../../src/ledger/ledger.ts';
import { readSums, startOfDay } from '../../src/ledger/usage-sums.ts';

const NOW = Date.parse('2026-03-01T13:45:00Z');
const MIDNIGHT = Date.parse('2026-03-01T00:00:00Z');

function amounts(requests: number): Amounts {
  const none = { tokensIn: 0, tokensOut: 0, policyTokensIn: 0, policyTokensOut: 0, latency: 0, violations: 0, alerts: 0, blocks: 0 };
  return { requests, ...none, severityLow: 0, severityMedium: 0, severityHigh: 0 };
}

describe('the sums of objects', () => {
  it('begin at midnight in UTC, and with all that the ledger has', async () => {
    const questions: UsageQuestion[] = [];
    const usage = async (question: UsageQuestion) => {
      questions.push(question);
      const row = (uid: string, requests: number) => ({ at: 0, dimensions: { repository: uid }, amounts: amounts(requests), conversations: 0 });
      return question.from === 0 ? [row('u1', 9), row('u2', 4)] : [row('u1', 2)];
    };
    const sums = await readSums({ usage }, 'repository', ['u1', 'u2', 'u3'], NOW);
    expect([...sums.keys()]).toEqual(['u1', 'u2']);
    expect(sums.get('u1')).toEqual({ today: amounts(2), total: amounts(9) });
    expect(sums.get('u2')).toEqual({ today: amounts(0), total: amounts(4) });
    expect(questions.map(({ from }) => from)).toEqual([MIDNIGHT, 0]);
    for (const { to, visible, groupBy, filter } of questions) {
      expect(to).toBeGreaterThan(NOW);
      expect({ visible, groupBy, filter }).toEqual({ visible: 'all', groupBy: ['repository'], filter: { repository: ['u1', 'u2', 'u3'] } });
    }
  });

  it('take a day from midnight to midnight', () => {
    expect(startOfDay(MIDNIGHT)).toBe(MIDNIGHT);
    expect(startOfDay(MIDNIGHT - 1)).toBe(MIDNIGHT - 86_400_000);
  });
});
