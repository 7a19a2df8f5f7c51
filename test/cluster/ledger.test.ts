// What a provider has billed is in the ledger to the token, although operator and gateway are killed again and again on the way there.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { UsageQuestion } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { startCountingProvider, type Bill, type CountingProvider } from './stack/counting-provider.ts';
import { eventually, Stack, type GatewayProcess, type OperatorProcess } from './stack/stack.ts';

const NAMESPACE = 'shop';
const CALLERS = 4;
/** Answers between two kills. */
const ANSWERS = 60;
const CARD = '4242 4242 4242 4242';
const EVERYTHING: UsageQuestion = { visible: 'all', from: 0, to: Date.parse('2100-01-01T00:00:00Z'), groupBy: ['repository'] };

const manifests = (endpoint: string): string => `
apiVersion: ai.flashback.tech/v1alpha1
kind: AILLMConfig
metadata: {name: lab, namespace: ${NAMESPACE}}
spec:
  type: Other
  endpoint: ${endpoint}
  endpointSecurity: AllowPlaintext
---
apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata: {name: chat, namespace: ${NAMESPACE}}
spec:
  llms: [{name: lab}]
  apiKeys: [{name: app, secretName: chat-key}]
---
apiVersion: ai.flashback.tech/v1alpha1
kind: AIPolicy
metadata: {name: cards, namespace: ${NAMESPACE}}
spec:
  scope: Workspace
  content: Do not share payment card numbers.
  riskType: High
  action: Alert
  phases: [Request]
`;

let stack: Stack;
let provider: CountingProvider;
let operator: OperatorProcess;
let gateway: GatewayProcess;
let key: string;
let asked = 0;
let cards = 0;

/** Resolves when a request has been answered. */
async function ask(): Promise<void> {
  asked += 1;
  const hasCard = asked % 3 === 0;
  if (hasCard) cards += 1;
  const response = await fetch(`${gateway.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content: hasCard ? `My card is ${CARD}.` : 'ping' }], metadata: { user_id: `u-${asked % 5}` } }),
  });
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('pong')]);
}

/** Callers ask until so many more answers have come; `inTheMiddle` happens beside. */
async function traffic(inTheMiddle: () => Promise<unknown> = async () => undefined): Promise<void> {
  const until = asked + ANSWERS;
  let event: Promise<unknown> | undefined;
  const caller = async (): Promise<void> => {
    while (asked < until) {
      if (asked >= until - ANSWERS / 2) event ??= inTheMiddle();
      await ask();
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  await event;
}

const startOperator = () => stack.startOperator(['--ledger-url', join(stack.directory, 'ledger.sqlite')]);
const startGateway = () => stack.startGateway(0, ['--ledger-dir', join(stack.directory, 'spool')]);
const answers = () => eventually('an answer', async () => ((await fetch(`${gateway.baseUrl}/models`, { headers: { authorization: `Bearer ${key}` } })).ok ? true : undefined));

/** What is in the file, whoever else has it open. */
async function stored(): Promise<Bill & { violations: number; alerts: number; rows: number }> {
  const ledger = await openLedger({ url: join(stack.directory, 'ledger.sqlite') });
  try {
    const rows = await ledger.usage(EVERYTHING);
    const { requests = 0, tokensIn = 0, tokensOut = 0, violations = 0, alerts = 0 } = rows[0]?.amounts ?? {};
    return { requests, tokensIn, tokensOut, violations, alerts, rows: rows.length };
  } finally {
    await ledger.close();
  }
}

beforeAll(async () => {
  stack = await Stack.start(inject('kubectl'), 1);
  provider = await startCountingProvider();
  operator = await startOperator();
  await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
  gateway = await startGateway();
  await stack.kubectl(['create', 'namespace', NAMESPACE]);
  await stack.apply(manifests(provider.url));
  key = await eventually('the key', async () => (await stack.secret(NAMESPACE, 'chat-key'))?.['OPENAI_API_KEY']);
  await eventually('a ready repository', async () => (await stack.condition('repository', NAMESPACE, 'chat', 'Ready')).startsWith('True') || undefined);
  await eventually('the policy in force', async () => (await stack.condition('aipolicy', NAMESPACE, 'cards', 'Programmed')).startsWith('True') || undefined);
  await answers();
});

afterAll(async () => {
  await stack?.stop();
  await provider?.close();
});

describe('the ledger', () => {
  test('has what the provider has billed, whoever was killed meanwhile', async () => {
    for (let round = 0; round < 3; round += 1) {
      await traffic(async () => {
        await operator.stop('SIGKILL');
        operator = await startOperator();
      });
      await traffic(() => operator.stop('SIGKILL'));
      // No request is under way, so that what was billed was answered.
      await gateway.stop('SIGKILL');
      await stack.project();
      [operator, gateway] = await Promise.all([startOperator(), startGateway()]);
      await answers();
    }
    await traffic();
    const { bill } = provider;
    expect(bill.requests).toBe(asked);
    const expected = { ...bill, violations: cards, alerts: cards, rows: 1 };
    await eventually('the bill in the ledger', async () => {
      const now = await stored();
      if (now.requests < bill.requests || now.violations < cards) throw new Error(JSON.stringify({ now, expected }));
      return true;
    }, 90);
    expect(await stored()).toEqual(expected);
  });

  test('is what status.usage says within a minute or so, as integers of the API server', async () => {
    const usageOf = async (kind: string, name: string) => JSON.parse(await stack.kubectl(['get', kind, '-n', NAMESPACE, name, '-o', 'jsonpath={.status.usage}'])) as { today: Bill; total: Bill };
    const { bill } = provider;
    for (const [kind, name] of [['repository', 'chat'], ['aillmconfig', 'lab']] as const) {
      const usage = await eventually(`usage of the ${kind}`, async () => {
        const found = await usageOf(kind, name);
        return found.total.requests === bill.requests ? found : undefined;
      }, 120);
      expect(usage.total).toEqual({ ...bill, policyTokensIn: 0, policyTokensOut: 0, violations: cards, alerts: cards, blocks: 0 });
    }
    const table = await stack.kubectl(['get', 'repositories', '-n', NAMESPACE, '-o', 'wide']);
    expect(table.split('\n')[0]).toMatch(/REQUESTS TODAY +TOKENS IN TODAY +TOKENS OUT TODAY/);
    expect(table).toContain(String(bill.tokensIn));
  });

  test('changes nothing of what is stored when the operator ends and another goes on', async () => {
    expect(await operator.stop()).toBe(0);
    operator = await startOperator();
    await operator.log('leading', ({ msg }) => msg === 'leading');
    await traffic();
    await eventually('the rest of the bill', async () => ((await stored()).requests === provider.bill.requests ? true : undefined), 60);
    expect(await stored()).toMatchObject({ ...provider.bill, violations: cards });
  });
});
