// What keeping a request for the ledger costs on its way: `node bench/spool/run.ts [DIRECTORY]` (a directory of the system's own unless given).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { Account, type Entries } from '../../src/gateway/ledger/account.ts';
import { Spool } from '../../src/gateway/ledger/spool.ts';
import { DirectoryStore } from '../../src/gateway/ledger/stores.ts';
import type { RequestRecord } from '../../src/gateway/recorder.ts';
import type { KeyEntry, Upstream } from '../../src/gateway/tables.ts';
import { createLogger } from '../../src/telemetry/log.ts';

const REQUESTS = 200_000;
const REPETITIONS = 5;
const logger = createLogger({ name: 'bench', level: 'silent' });

/** As much of a request as its account looks at. */
function aRecord(): RequestRecord {
  const key: Partial<KeyEntry> = { id: 'key_0123456789ab', repository: { key: 'bench/repository' } as KeyEntry['repository'] };
  const upstream: Partial<Upstream> = { key: 'bench/other', settings: { type: 'Other' } as Upstream['settings'] };
  return {
    requestId: 'req',
    method: 'POST',
    path: '/v1/chat/completions',
    operation: 'chat',
    startedAt: systemClock.monotonic(),
    stream: false,
    status: 200,
    clientGone: false,
    key: key as KeyEntry,
    traffic: { upstream: upstream as Upstream, model: 'bench-json-other', listed: true },
    usage: { inputTokens: 120, outputTokens: 80, cachedInputTokens: 0, reasoningTokens: 0 },
  };
}

/** Microseconds for one request, on the clock and of the processor. */
function measure(entries: Entries, users: number): { clock: number; cpu: number } {
  const options = { entries, host: 'flashback-gateway-7d9c5b6f4-x2x9z', clock: systemClock };
  const record = aRecord();
  const people = Array.from({ length: users }, (_, user) => ({ user: users === 1 ? '' : `user-${user}`, conversation: '' }));
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  for (let request = 0; request < REQUESTS; request++) new Account(options, record, people[request % users]!).settle();
  const { user, system } = process.cpuUsage(before);
  return { clock: ((performance.now() - startedAt) * 1000) / REQUESTS, cpu: (user + system) / REQUESTS };
}

const shared = { limitBytes: Infinity, clock: systemClock, logger, newSource: () => crypto.randomUUID(), onDropped: () => undefined };
const [, , given] = process.argv;
const base = mkdtempSync(join(given ?? tmpdir(), 'flashback-bench-'));
const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

try {
  for (const users of [1, 1_000]) {
    for (const where of ['nowhere', 'in memory', 'on disk'] as const) {
      const results = Array.from({ length: REPETITIONS }, (_, index) => {
        const openDirectory = () => new DirectoryStore(join(base, `${where}-${users}-${index}`));
        if (where === 'nowhere') return measure({ use: () => undefined, violated: () => undefined }, users);
        return measure(new Spool(where === 'on disk' ? { ...shared, openDirectory } : shared), users);
      });
      const [clock, cpu] = [median(results.map((one) => one.clock)), median(results.map((one) => one.cpu))];
      process.stdout.write(`${users} user(s), kept ${where}: ${clock.toFixed(2)} us on the clock, ${cpu.toFixed(2)} us of the processor\n`);
    }
  }
} finally {
  rmSync(base, { recursive: true });
}
