// Two operators over one PostgreSQL that cannot be heard, stands still, or loses the operator that leads: the sums stay what was billed, what
// is not stored is not confirmed, and who has to act is told.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { TcpProxy } from '../fake/tcp-proxy.ts';
import { PASSWORD } from '../ledger/postgres-server.ts';
import { BilledShop, NAMESPACE } from './stack/billed-shop.ts';
import type { Bill } from './stack/counting-provider.ts';
import { startPostgresPlace, type PostgresPlace } from './stack/ledger-places.ts';
import { eventually, RELEASE, type OperatorProcess } from './stack/stack.ts';

const ANSWERS = 40;

let shop: BilledShop & { place: PostgresPlace };
/** Between the operators and the database. */
let network: TcpProxy;
let leader: OperatorProcess;
let standby: OperatorProcess;

beforeAll(async () => {
  shop = await BilledShop.start(inject('kubectl'), startPostgresPlace);
  network = await TcpProxy.start(shop.place.server.port);
  leader = await shop.startOperator(network.port);
  await shop.open();
  standby = await shop.startOperator(network.port);
});
afterAll(async () => {
  network?.resume();
  shop?.place.server.resume();
  await shop?.stop();
  await network?.close();
});

async function metric(of: { metricsUrl: string }, name: string): Promise<number> {
  const text = await (await fetch(of.metricsUrl)).text();
  const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text);
  if (found === null) throw new Error(`there is no ${name}`);
  return Number(found[1]);
}

const isTold = (operator: OperatorProcess): Promise<unknown> =>
  operator.log('that the ledger cannot be written', ({ level, msg }) => Number(level) >= 50 && /^the ledger cannot be written; .*--ledger-url/.test(msg ?? ''));

/** What `flashback doctor` goes by. */
async function failingSince(): Promise<string> {
  const path = 'jsonpath={.metadata.annotations.ai\\.flashback\\.tech/ledger-failing-since}';
  return shop.stack.kubectl(['get', 'lease', 'flashback-operator', '-n', RELEASE, '-o', path]);
}

/** The one that leads is killed, the other one goes on, and there is another one behind it. */
async function succeed(): Promise<void> {
  await leader.stop('SIGKILL');
  await standby.log('leading', ({ msg }) => msg === 'leading');
  [leader, standby] = [standby, await shop.startOperator(network.port)];
}

/** Traffic that nobody can store: the operator says so, and the gateway keeps it, also through its own end. */
async function unheard(): Promise<void> {
  const before = await metric(leader, 'flashback_ledger_ingested_entries_total\\{type="usage"\\}').catch(() => 0);
  await shop.traffic(ANSWERS);
  await isTold(leader);
  await eventually('the metric', async () => ((await metric(leader, 'flashback_ledger_failing_seconds')) > 0 ? true : undefined));
  await eventually('the lease to say so', async () => (Date.parse(await failingSince()) < Date.now() ? true : undefined));
  await shop.gateway.stop('SIGKILL');
  await shop.stack.project();
  await shop.startGateway();
  await shop.answers();
  expect(await metric(shop.gateway, 'flashback_ledger_spooled_entries')).toBeGreaterThan(0);
  expect(await metric(leader, 'flashback_ledger_ingested_entries_total\\{type="usage"\\}').catch(() => 0)).toBe(before);
}

async function heardAgain(): Promise<void> {
  await shop.settled();
  await eventually('the metric', async () => ((await metric(leader, 'flashback_ledger_failing_seconds')) === 0 ? true : undefined));
  await eventually('the lease to say nothing of it', async () => ((await failingSince()) === '' ? true : undefined));
  await eventually('an empty spool', async () => ((await metric(shop.gateway, 'flashback_ledger_spooled_entries')) === 0 ? true : undefined));
}

describe('the ledger of two operators in PostgreSQL', () => {
  test('goes on with the one that stood by when the one that leads is killed under load', async () => {
    await shop.traffic(ANSWERS, succeed);
    await shop.settled();
  });

  test('is told once, what was said while nothing of the network reached the other side', async () => {
    network.hold();
    await unheard();
    network.resume();
    await heardAgain();
  });

  test('goes on with the one that stood by when the other was cut off and then killed', async () => {
    await shop.traffic(ANSWERS, async () => {
      network.hold();
      await leader.stop('SIGKILL');
      await standby.log('leading', ({ msg }) => msg === 'leading');
      network.resume();
    });
    leader = standby;
    await heardAgain();
  });

  test('is told once, what was said while the server stood still', async () => {
    await shop.place.server.pause();
    await unheard();
    shop.place.server.resume();
    await heardAgain();
  });

  test('is what status.usage says within a minute or so, as integers of the API server', async () => {
    const usageOf = async (kind: string, name: string) =>
      JSON.parse(await shop.stack.kubectl(['get', kind, '-n', NAMESPACE, name, '-o', 'jsonpath={.status.usage}'])) as { today: Bill; total: Bill };
    const { rows: _, ...sums } = shop.expected;
    for (const [kind, name] of [['repository', 'chat'], ['aillmconfig', 'lab']] as const) {
      const usage = await eventually(`usage of the ${kind}`, async () => {
        const found = await usageOf(kind, name);
        return found.total.requests === sums.requests ? found : undefined;
      }, 120);
      expect(usage.total).toEqual({ ...sums, policyTokensIn: 0, policyTokensOut: 0, blocks: 0 });
    }
    const table = await shop.stack.kubectl(['get', 'repositories', '-n', NAMESPACE, '-o', 'wide']);
    expect(table.split('\n')[0]).toMatch(/REQUESTS TODAY +TOKENS IN TODAY +TOKENS OUT TODAY/);
    expect(table).toContain(String(sums.tokensIn));
  });

  test('has told nobody its password', async () => {
    const logs = shop.stack.processes.flatMap(({ output }) => output).join('\n');
    const metrics = await (await fetch(leader.metricsUrl)).text();
    const objects = await shop.stack.kubectl(['get', 'llm,airepo,aip,events.events.k8s.io,leases', '-A', '-o', 'json']);
    expect(logs).toContain('the ledger cannot be written');
    for (const text of [logs, metrics, objects]) expect(text).not.toContain(PASSWORD);
  });
});
