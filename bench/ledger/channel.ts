// How many events a second go the whole way: from the spools of two gateways, in a process of their own, over mutual TLS, into the ledger.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Registry } from 'prom-client';
import { systemClock } from '../../src/clock.ts';
import { Collector } from '../../src/ledger/collector.ts';
import type { StoredLedger } from '../../src/ledger/ledger.ts';
import { GatewayClient } from '../../src/push/gateway-client.ts';
import { LedgerPoll, type Collect } from '../../src/push/ledger-poll.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { silentLogger } from '../../test/fake/admin-gateway.ts';
import { percentiles, type Ingest } from './events.ts';
import type { Ready } from './gateways.ts';
import { uidOf } from './shape.ts';

export interface ChannelIngest extends Ingest {
  /** Microseconds of CPU time of the gateways for each event, what makes the events included. */
  gatewayCpu: number;
}

export async function channelFor(ledger: StoredLedger, seconds: number): Promise<ChannelIngest> {
  const child = fork(new URL('./gateways.ts', import.meta.url));
  try {
    const [ready] = (await once(child, 'message')) as [Ready];
    return await measured(child, ready, ledger, seconds);
  } finally {
    child.disconnect();
  }
}

async function measured(child: ChildProcess, { ports, secrets }: Ready, ledger: StoredLedger, seconds: number): Promise<ChannelIngest> {
  const shared = { clock: systemClock, metrics: createOperatorMetrics(new Registry()), logger: silentLogger };
  const collector = new Collector({ ledger, findUid: uidOf, onUsed: () => undefined, ...shared });
  const times: number[] = [];
  let events = 0;
  const collect: Collect = async (batches) => {
    const before = performance.now();
    const results = await collector.take('bench', batches);
    times.push(performance.now() - before);
    for (const [index, { entries }] of batches.entries()) if (results[index] === 'stored') events += entries.length;
    return results;
  };
  const clients = ports.map((port) => new GatewayClient({ host: '127.0.0.1', port }, secrets, systemClock));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const [start, cpu, gatewaysBefore] = [performance.now(), process.cpuUsage(), await cpuOf(child)];
  delay.enable();
  const onFailed = (reason: string): never => {
    throw new Error(`the gateways of the benchmark do not answer: ${reason}`);
  };
  const polls = clients.map(
    (client) => new LedgerPoll({ source: () => client, collect, isLeader: () => true, clock: systemClock, random: Math.random, onFailed }),
  );
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  delay.disable();
  const [took, { user, system }, counted] = [performance.now() - start, process.cpuUsage(cpu), events];
  const gatewayCpu = ((await cpuOf(child)) - gatewaysBefore) / counted;
  await Promise.all([...polls.map((poll) => poll.close()), ...clients.map((client) => client.close())]);
  return {
    perSecond: (1000 * counted) / took,
    perCpuSecond: (1e6 * counted) / (user + system),
    confirmation: percentiles(times),
    stall: delay.max / 1e6,
    gatewayCpu,
  };
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}
