// Alerts on their way to people who answer, fail, hang or send one elsewhere.
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Alerts } from '../../src/alerts/alerts.ts';
import type { Receiver } from '../../src/alerts/config.ts';
import { MAX_ATTEMPTS, MAX_WAITING, pauseAfter } from '../../src/alerts/delivery.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createOperatorMetrics, createRegistry } from '../../src/telemetry/metrics.ts';
import { FakeClock, settle } from '../fake/clock.ts';
import { sumOf } from '../fake/metrics.ts';
import { found, receiver, type ReceiverStand } from './receiver.ts';

const WINDOW = 300_000;
let somebody: ReceiverStand;
let clock: FakeClock;
let registry: ReturnType<typeof createRegistry>;
let log: string[];
let running: Alerts[];

beforeEach(async () => {
  somebody = await receiver();
  clock = new FakeClock();
  registry = createRegistry();
  log = [];
  running = [];
});
afterEach(async () => {
  for (const one of running) one.close();
  await somebody.close();
});

function alerts(changes: Partial<Receiver> = {}, allowLoopback = true): Alerts {
  const logger = createLogger({ name: 'test', level: 'trace', destination: { write: (line: string) => void log.push(line) } });
  const ops: Receiver = {
    name: 'ops',
    type: 'webhook',
    url: new URL(somebody.url),
    timeout: 5_000,
    actions: ['Alert', 'Block'],
    ...changes,
  };
  const config = { window: WINDOW, receivers: [ops] };
  const made = new Alerts({
    config,
    addresses: { allowLoopback },
    clock,
    random: () => 1,
    logger,
    metrics: createOperatorMetrics(registry),
  });
  running.push(made);
  return made;
}

async function counted(outcome: string): Promise<number> {
  return sumOf(await registry.metrics(), 'flashback_alert_deliveries_total', { receiver: 'ops', outcome });
}

/** Lets answers arrive over real sockets, until the count is reached. */
async function untilCounted(outcome: string, count: number): Promise<void> {
  await expect.poll(() => counted(outcome), { timeout: 20_000, interval: 5 }).toBe(count);
}

/** Moves time on until so many requests have come: each retry waits for its pause. */
async function untilTold(count: number): Promise<void> {
  await expect
    .poll(
      async () => {
        await clock.advance(60_000);
        return somebody.told.length;
      },
      { timeout: 20_000, interval: 5 },
    )
    .toBeGreaterThanOrEqual(count);
}

const bodies = (): Record<string, unknown>[] => somebody.told.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('what is told', () => {
  it('to a webhook is JSON with all names, signed as Standard Webhooks says', async () => {
    const signingKey = Buffer.from('k'.repeat(24));
    alerts({ signingKey, bearerToken: 'token-1' }).onViolations([found({ id: 'v1', severity: 'High' })]);
    await somebody.until(1);
    const [{ headers, body, method, path }] = somebody.told as [ReceiverStand['told'][0]];
    expect([method, path, headers['content-type'], headers.authorization]).toEqual(['POST', '/hook', 'application/json', 'Bearer token-1']);
    const seconds = Math.floor(clock.now() / 1000);
    expect([headers['webhook-id'], headers['webhook-timestamp']]).toEqual(['v1', String(seconds)]);
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', signingKey).update(`v1.${seconds}.${body}`).digest('base64')}`);
    expect(JSON.parse(body)).toEqual({
      version: 1,
      type: 'policy.violation',
      id: 'v1',
      at: '2026-11-27T12:00:00.000Z',
      message: 'The policy team-a/no-cards blocked a request of the repository team-a/support: a payment card number.',
      policy: { namespace: 'team-a', name: 'no-cards' },
      action: 'Block',
      phase: 'Request',
      severity: 'High',
      explanation: 'a payment card number',
      repository: { namespace: 'team-a', name: 'support' },
      provider: 'OpenAI',
      model: 'gpt',
      key: 'key_1',
      host: 'gw-0',
      user: 'kim',
      conversation: '',
      requestId: 'req-v1',
      folded: 0,
      windowSeconds: 300,
    });
    await untilCounted('delivered', 1);
  });

  it('to Slack is a text that its markup cannot change', async () => {
    alerts({ type: 'slack' }).onViolations([
      found({ id: 'v1', action: 'Alert', phase: 'Response', explanation: 'the name <!channel> & more.' }),
    ]);
    await somebody.until(1);
    expect(bodies()).toEqual([
      {
        text: 'The policy team-a/no-cards noticed an answer of the repository team-a/support: the name &lt;!channel&gt; &amp; more.\naction Alert · model gpt · request req-v1',
      },
    ]);
    expect(somebody.told[0]!.headers).not.toHaveProperty('webhook-signature');
  });

  it('to Alertmanager is one alert per policy and action, which ends by itself', async () => {
    alerts({ type: 'alertmanager' }).onViolations([found({ id: 'v1', severity: 'Low' })]);
    await somebody.until(1);
    expect(bodies()).toEqual([
      [
        {
          labels: { alertname: 'FlashbackPolicyViolation', namespace: 'team-a', policy: 'no-cards', action: 'Block', severity: 'low' },
          annotations: {
            summary: expect.stringContaining('no-cards') as string,
            repository: 'team-a/support',
            request_id: 'req-v1',
            folded: '0',
          },
          startsAt: '2026-11-27T12:00:00.000Z',
          endsAt: '2026-11-27T12:10:00.000Z',
        },
      ],
    ]);
  });

  it('is what alerts or blocks, and of these what the receiver asks for', async () => {
    const actions = ['Log', 'DryRun', 'Alert', 'Block'] as const;
    alerts({ actions: ['Block'] }).onViolations(actions.map((action) => found({ id: action, action, policy: `team-a/${action}` })));
    await untilCounted('delivered', 1);
    expect(bodies().map(({ action }) => action)).toEqual(['Block']);
  });
});

describe('violations of one policy', () => {
  it('are told once per window; the others are counted, and told of at its end', async () => {
    const made = alerts();
    made.onViolations(['v1', 'v2', 'v3', 'v4'].map((id) => found({ id })));
    await untilCounted('delivered', 1);
    await clock.advance(WINDOW - 1);
    expect(bodies().map(({ id, folded }) => [id, folded])).toEqual([['v1', 0]]);
    await clock.advance(1);
    await untilCounted('delivered', 2);
    expect(bodies()[1]).toMatchObject({ id: 'v4', folded: 2, message: expect.stringMatching(/ 2 more in the meantime\.$/) as string });
  });

  it('go on being folded after that, and are news again after a quiet window', async () => {
    const made = alerts();
    made.onViolations([found({ id: 'v1' }), found({ id: 'v2' })]);
    await clock.advance(WINDOW);
    made.onViolations([found({ id: 'v3' })]);
    await untilCounted('delivered', 2);
    await clock.advance(WINDOW);
    await untilCounted('delivered', 3);
    await clock.advance(WINDOW);
    made.onViolations([found({ id: 'v4' })]);
    await untilCounted('delivered', 4);
    expect(bodies().map(({ id, folded }) => [id, folded])).toEqual([
      ['v1', 0],
      ['v2', 0],
      ['v3', 0],
      ['v4', 0],
    ]);
  });

  it('do not fold those of another', async () => {
    alerts().onViolations([found({ id: 'v1' }), found({ id: 'v2', policy: 'team-b/no-cards' })]);
    await untilCounted('delivered', 2);
    expect(bodies().map(({ id }) => id)).toEqual(['v1', 'v2']);
  });
});

describe('a receiver', () => {
  it.each([500, 503, 429, 408, 'reset'] as const)('that fails with %s is told again, by the same id', async (failure) => {
    somebody.answers = [failure, failure, 200];
    alerts({ signingKey: Buffer.from('k'.repeat(24)) }).onViolations([found({ id: 'v1' })]);
    await untilTold(3);
    await untilCounted('delivered', 1);
    expect(somebody.told.map(({ headers }) => headers['webhook-id'])).toEqual(['v1', 'v1', 'v1']);
    const stamps = somebody.told.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(stamps[2]).toBeGreaterThan(stamps[0]!);
  });

  it.each([400, 401, 404, 410])('that refuses with %d is not told again', async (status) => {
    somebody.answers = [status];
    alerts().onViolations([found({ id: 'v1' })]);
    await untilCounted('failed', 1);
    await clock.advance(600_000);
    expect(somebody.told).toHaveLength(1);
    expect(log.join('')).toContain(`it answered with ${status}`);
  });

  it('that sends one elsewhere is not followed', async () => {
    somebody.answers = [302];
    alerts().onViolations([found({ id: 'v1' })]);
    await untilCounted('failed', 1);
    expect(somebody.told).toHaveLength(1);
    expect(log.join('')).toContain('redirects are not followed');
  });

  it('that hangs is given up at its timeout, and told again', async () => {
    somebody.answers = ['hang', 200];
    alerts({ timeout: 50 }).onViolations([found({ id: 'v1' })]);
    await untilTold(2);
    await untilCounted('delivered', 1);
  });

  it('that goes on failing is given up after eight attempts, and the next notice begins anew', async () => {
    somebody.answers = [500];
    alerts().onViolations([found({ id: 'v1' }), found({ id: 'v2', policy: 'team-a/other' })]);
    await untilTold(2 * MAX_ATTEMPTS);
    await untilCounted('failed', 2);
    expect(bodies().map(({ id }) => id)).toEqual([...Array<string>(MAX_ATTEMPTS).fill('v1'), ...Array<string>(MAX_ATTEMPTS).fill('v2')]);
  });

  it('that is away loses what finds no room, and that is counted', async () => {
    somebody.answers = ['hang'];
    const made = alerts();
    made.onViolations(Array.from({ length: MAX_WAITING + 11 }, (_, index) => found({ id: `v${index}`, policy: `team-a/p${index}` })));
    expect(await counted('dropped')).toBe(10);
    made.close();
    expect(await counted('dropped')).toBe(10 + MAX_WAITING);
  });

  it('at an address that is refused is never called', async () => {
    alerts({}, false).onViolations([found({ id: 'v1' })]);
    await untilCounted('failed', 1);
    expect(somebody.told).toEqual([]);
    expect(log.join('')).toContain('loopback');
  });

  it('whose name leads to an address that is refused is never called, whatever it is called', async () => {
    const url = new URL(somebody.url);
    url.hostname = 'ip6-localhost';
    alerts({ url }, false).onViolations([found({ id: 'v1' })]);
    await settle();
    await expect.poll(async () => (await clock.advance(60_000), counted('failed')), { timeout: 20_000, interval: 5 }).toBe(1);
    expect(somebody.told).toEqual([]);
  });
});

it('pauses double up to a minute, and half of each is left to chance', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => pauseAfter(attempts, 1) / 1000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect(pauseAfter(3, 0)).toBe(2_000);
});

it('no log line has the address, the key or the token of a receiver', async () => {
  somebody.answers = [400];
  const url = new URL(`${somebody.url}/canary?token=canary`);
  alerts({ url, signingKey: Buffer.from('canary'.repeat(4)), bearerToken: 'canary' }).onViolations([found({ id: 'v1' })]);
  await untilCounted('failed', 1);
  expect(somebody.told[0]!.path).toBe('/hook/canary?token=canary');
  expect(log.join('')).not.toContain('canary');
});
