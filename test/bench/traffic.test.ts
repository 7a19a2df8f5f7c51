// The pieces of the benchmark with each other: what is measured must be right before it is fast.
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type GatewayProcess } from '../../bench/gateway-process.ts';
import { Load } from '../../bench/load.ts';
import { cpuTime, firstLine, startNode, stopProcess } from '../../bench/processes.ts';
import { SCENARIOS, TRANSLATIONS, type Scenario } from '../../bench/scenarios.ts';

const script = (name: string) => fileURLToPath(new URL(`../../bench/${name}`, import.meta.url));
const start = (...args: string[]) => startNode(args, { core: undefined, output: 'pipe' });

let upstream: ChildProcess;
let bare: ChildProcess;
let gateway: GatewayProcess;
const origins: Record<string, { origin: string; key: string }> = {};

beforeAll(async () => {
  upstream = start(script('upstream.ts'));
  const origin = `http://127.0.0.1:${await firstLine(upstream)}`;
  bare = start(script('bare-proxy.ts'), origin);
  gateway = await startGateway(origin, undefined);
  origins['direct'] = { origin, key: 'any' };
  origins['bare proxy'] = { origin: `http://127.0.0.1:${await firstLine(bare)}`, key: 'any' };
  origins['gateway'] = gateway;
});

afterAll(async () => {
  await Promise.all([upstream, bare, gateway.child].map(stopProcess));
  await rm(gateway.directory, { recursive: true });
});

async function withLoad<T>(target: { origin: string; key: string }, scenario: Scenario, use: (load: Load) => Promise<T>): Promise<T> {
  const load = new Load(target, scenario);
  try {
    return await use(load);
  } finally {
    await load.close();
  }
}

describe.each(['direct', 'bare proxy', 'gateway'])('%s', (name) => {
  it.each(SCENARIOS)('answers $name in a closed and in an open loop', async (scenario) => {
    await withLoad(origins[name]!, scenario, async (load) => {
      await load.closedLoop(20, 20);
      const latencies = await load.openLoop(10, 200);
      expect(latencies).toHaveLength(10);
      expect(latencies.every((latency) => latency > 0)).toBe(true);
    });
  });
});

describe('the gateway in front of a provider of another dialect', () => {
  it.each(TRANSLATIONS)('answers $name of $provider as OpenAI would', async (scenario) => {
    await withLoad(gateway, scenario, (load) => load.closedLoop(20, 20));
  });
});

describe('the mock provider', () => {
  it.each(TRANSLATIONS)('does not take $name for $provider in another dialect', async (scenario) => {
    await withLoad(origins['direct']!, scenario, async (load) => {
      await expect(load.closedLoop(1, 1)).rejects.toThrow('HTTP 404');
    });
  });
});

describe('the load generator', () => {
  it('stops at an answer that is wrong', async () => {
    const server = createServer((request, response) => request.resume().on('end', () => response.end('{"choices":[]}')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const target = { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: 'any' };
    await withLoad(target, SCENARIOS[0]!, async (load) => {
      await expect(load.closedLoop(5, 1)).rejects.toThrow('wrong answer');
      await expect(load.openLoop(5, 100)).rejects.toThrow('wrong answer');
    });
    server.closeAllConnections();
    server.close();
  });

  it('stops at a key that is refused', async () => {
    await withLoad({ origin: gateway.origin, key: 'sk-wrong' }, SCENARIOS[0]!, async (load) => {
      await expect(load.closedLoop(1, 1)).rejects.toThrow('HTTP 401');
    });
  });
});

describe.runIf(process.platform === 'linux')('the CPU time of a process', () => {
  it('rises with what it and its children do', async () => {
    const burn = 'const end = performance.now() + 150; while (performance.now() < end);';
    // The child ends with its parent: its standard input does.
    const child = `${burn} console.log('burnt'); process.stdin.resume();`;
    const spawnChild = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: ['pipe', 'inherit', 'inherit'] });`;
    const parent = start('-e', burn + spawnChild);
    const before = cpuTime(parent.pid!);
    await firstLine(parent);
    expect(cpuTime(parent.pid!) - before).toBeGreaterThan(100_000);
    await stopProcess(parent);
  });
});
