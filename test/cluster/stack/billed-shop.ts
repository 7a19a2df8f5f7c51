// A workspace behind real processes, with a provider that bills: what its callers were answered has to be in the ledger, to the token.
import { join } from 'node:path';
import { expect } from 'vitest';
import type { UsageQuestion } from '../../../src/ledger/ledger.ts';
import { openLedger } from '../../../src/ledger/open.ts';
import { startCountingProvider, type Bill, type CountingProvider } from './counting-provider.ts';
import type { LedgerPlace } from './ledger-places.ts';
import { KEY_SECRET, shopManifests } from './shop.ts';
import { eventually, Stack, type GatewayProcess, type OperatorProcess } from './stack.ts';

export const NAMESPACE = 'shop';
const CALLERS = 4;
const CARD = '4242 4242 4242 4242';
const EVERYTHING: UsageQuestion = { visible: 'all', from: 0, to: Date.parse('2100-01-01T00:00:00Z'), groupBy: ['repository'] };
/** Seconds until everything is in the ledger, on a machine that does much else. */
const PATIENCE = 90;

const POLICY = `
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

export interface Stored extends Bill {
  violations: number;
  alerts: number;
  /** Repositories that have used anything. */
  rows: number;
}

export class BilledShop {
  readonly stack: Stack;
  readonly place: LedgerPlace;
  readonly #provider: CountingProvider;
  #gateway: GatewayProcess | undefined;
  #key = '';
  #asked = 0;
  #cards = 0;

  private constructor(stack: Stack, place: LedgerPlace, provider: CountingProvider) {
    this.stack = stack;
    this.place = place;
    this.#provider = provider;
  }

  /** Everything but an operator. Stop it also where `open` fails. */
  static async start<Place extends LedgerPlace>(kubectl: string, startPlace: (directory: string) => Promise<Place>): Promise<BilledShop & { place: Place }> {
    const stack = await Stack.start(kubectl, 1);
    const place = await startPlace(stack.directory);
    return Object.assign(new BilledShop(stack, place, await startCountingProvider()), { place });
  }

  /** Starts the gateway and has the workspace served; an operator has to lead. */
  async open(): Promise<void> {
    const { stack } = this;
    await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
    await this.startGateway();
    await stack.kubectl(['create', 'namespace', NAMESPACE]);
    await stack.apply(`${shopManifests({ namespace: NAMESPACE, endpoint: this.#provider.url })}---${POLICY}`);
    this.#key = await eventually('the key', async () => (await stack.secret(NAMESPACE, KEY_SECRET))?.['OPENAI_API_KEY']);
    const isTrue = async (kind: string, name: string, type: string): Promise<true | undefined> =>
      (await stack.condition(kind, NAMESPACE, name, type)).startsWith('True') || undefined;
    await eventually('a ready repository', () => isTrue('repository', 'chat', 'Ready'));
    await eventually('the policy in force', () => isTrue('aipolicy', 'cards', 'Programmed'));
    await this.answers();
  }

  get gateway(): GatewayProcess {
    if (this.#gateway === undefined) throw new Error('no gateway was started');
    return this.#gateway;
  }

  get bill(): Readonly<Bill> {
    return this.#provider.bill;
  }

  /** What has to be in the ledger. */
  get expected(): Stored {
    return { ...this.bill, violations: this.#cards, alerts: this.#cards, rows: 1 };
  }

  /** `port`: of whoever stands between it and the ledger. */
  startOperator(port?: number): Promise<OperatorProcess> {
    return this.stack.startOperator([], { FLASHBACK_LEDGER_URL: this.place.urlBy(port) });
  }

  async startGateway(): Promise<void> {
    this.#gateway = await this.stack.startGateway(0, ['--ledger-dir', join(this.stack.directory, 'spool')]);
  }

  /** Resolves when the gateway serves the workspace. */
  async answers(): Promise<void> {
    const headers = { authorization: `Bearer ${this.#key}` };
    await eventually('an answer', async () => ((await fetch(`${this.gateway.baseUrl}/models`, { headers })).ok ? true : undefined));
  }

  /** Callers ask until so many more answers have come, and each gets one; `inTheMiddle` happens beside. */
  async traffic(answers: number, inTheMiddle: () => Promise<unknown> = async () => undefined): Promise<void> {
    const until = this.#asked + answers;
    let event: Promise<unknown> | undefined;
    const caller = async (): Promise<void> => {
      while (this.#asked < until) {
        if (this.#asked >= until - answers / 2) event ??= inTheMiddle();
        await this.#ask();
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    await event;
  }

  /** What is in the ledger, whoever else has it open. */
  async stored(): Promise<Stored> {
    const ledger = await openLedger({ url: this.place.urlBy() });
    try {
      const rows = await ledger.usage(EVERYTHING);
      const { requests = 0, tokensIn = 0, tokensOut = 0, violations = 0, alerts = 0 } = rows[0]?.amounts ?? {};
      return { requests, tokensIn, tokensOut, violations, alerts, rows: rows.length };
    } finally {
      await ledger.close();
    }
  }

  /** Everything that was billed is in the ledger, and nothing else. */
  async settled(): Promise<void> {
    expect(this.bill.requests).toBe(this.#asked);
    const { expected } = this;
    const stored = await eventually('the bill in the ledger', async () => {
      const now = await this.stored();
      if (now.requests < expected.requests || now.violations < expected.violations) throw new Error(JSON.stringify({ now, expected }));
      return now;
    }, PATIENCE);
    expect(stored).toEqual(expected);
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    await this.place.stop();
    await this.#provider.close();
  }

  async #ask(): Promise<void> {
    this.#asked += 1;
    const hasCard = this.#asked % 3 === 0;
    if (hasCard) this.#cards += 1;
    const content = hasCard ? `My card is ${CARD}.` : 'ping';
    const response = await fetch(`${this.gateway.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content }], metadata: { user_id: `u-${this.#asked % 5}` } }),
    });
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('pong')]);
  }
}
