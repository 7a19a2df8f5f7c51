// `npm run bench:ledger -- [--store sqlite|postgres] [--rows N] [--days N] [--seconds N]`: how many events a second the ledger takes, and
// how long each kind of question takes, over a year. Everything is in a temporary directory, and goes with it.
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Database } from '../../src/ledger/database.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { PostgresDatabase } from '../../src/ledger/postgres/database.ts';
import { SqliteDatabase } from '../../src/ledger/sqlite/database.ts';
import { startPostgres } from '../../test/ledger/postgres-server.ts';
import { formatTable } from '../statistics.ts';
import { ingestFor } from './events.ts';
import { fill } from './fill.ts';
import { questionsOf } from './questions.ts';
import type { Size } from './shape.ts';

const EVENTS = 5000;
const QUESTION = 200;
const REPETITIONS = 5;

interface Place {
  url: string;
  isInProcess: boolean;
  connect(): Database;
  bytes(): Promise<number>;
  stop(): Promise<void>;
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  sqlite: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'flashback-ledger-bench-'));
    const path = join(directory, 'ledger.db');
    return {
      url: path,
      isInProcess: true,
      connect: () => new SqliteDatabase(path),
      bytes: async () => statSync(path).size,
      stop: () => rm(directory, { recursive: true }),
    };
  },
  postgres: async () => {
    const server = await startPostgres();
    const url = server.urlOf('postgres');
    const bytes = async (): Promise<number> => {
      const database = new PostgresDatabase(url);
      const [row] = await database.all<{ size: number }>('SELECT pg_database_size(current_database()) AS size');
      await database.close();
      return row!.size;
    };
    return { url, isInProcess: false, connect: () => new PostgresDatabase(url), bytes, stop: () => server.stop() };
  },
};

async function measure(place: Place, size: Size, seconds: number): Promise<boolean> {
  const start = performance.now();
  const took = (): string => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  const database = place.connect();
  await migrate(database);
  await fill(database, size, (line) => console.log(`${took()}: ${line}`));
  await database.close();
  console.log(`${took()}: filled, ${((await place.bytes()) / 2 ** 30).toFixed(1)} GiB`);

  const ledger = await openLedger({ url: place.url });
  const verdicts: string[] = [];
  /** What is above an aim on the clock and not in CPU time, on a machine that does much else, is not decided. */
  const judged = (isMet: boolean, isMetInCpu: boolean | undefined): string => {
    const verdict = isMet ? 'met' : isMetInCpu === true ? 'undecided' : 'missed';
    verdicts.push(verdict);
    return verdict;
  };
  const rows = [['question', 'aim, ms', 'median, ms', 'slowest, ms', 'CPU, ms', '']];
  for (const { title, ask } of questionsOf(size)) {
    const { median, slowest, cpu } = await timed(() => ask(ledger), place.isInProcess);
    const verdict = judged(median < QUESTION, cpu === undefined ? undefined : cpu < QUESTION);
    rows.push([title, String(QUESTION), median.toFixed(1), slowest.toFixed(1), cpu?.toFixed(1) ?? '-', verdict]);
  }
  console.log(`\n${formatTable(rows)}`);
  const { perSecond, perCpuSecond, confirmation, stall } = await ingestFor(ledger, seconds);
  const told = [
    ['events', 'aim', 'measured', ''],
    ['a second', String(EVENTS), perSecond.toFixed(0), judged(perSecond >= EVENTS, place.isInProcess && perCpuSecond >= EVENTS)],
    ['a second of CPU time of this process', '', perCpuSecond.toFixed(0), ''],
    ['confirmed after, ms, p50 and p99', '', `${confirmation.p50.toFixed(0)} and ${confirmation.p99.toFixed(0)}`, ''],
    ['caller stood still for, ms, at most', '', stall.toFixed(0), ''],
  ];
  console.log(`\n${formatTable(told)}`);
  await ledger.close();
  const count = (verdict: string): number => verdicts.filter((one) => one === verdict).length;
  console.log(`\nledger: ${count('met')} met, ${count('undecided')} undecided, ${count('missed')} missed`);
  return count('missed') === 0;
}

/** CPU time of all threads of this process, where the store is in it. */
async function timed(
  ask: () => Promise<unknown>,
  isInProcess: boolean,
): Promise<{ median: number; slowest: number; cpu: number | undefined }> {
  const times: number[] = [];
  const cpus: number[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
    const [before, cpu] = [performance.now(), process.cpuUsage()];
    await ask();
    times.push(performance.now() - before);
    const { user, system } = process.cpuUsage(cpu);
    cpus.push((user + system) / 1000);
  }
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(REPETITIONS / 2)]!;
  return { median: median(times), slowest: Math.max(...times), cpu: isInProcess ? median(cpus) : undefined };
}

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    rows: { type: 'string', default: '10000000' },
    days: { type: 'string', default: '366' },
    seconds: { type: 'string', default: '20' },
  },
});
const start = PLACES[values.store];
const size = { rows: Number(values.rows), days: Number(values.days) };
if (start === undefined || !(size.rows >= 1) || !(size.days >= 1) || !(Number(values.seconds) > 0)) {
  console.error(`--store ${Object.keys(PLACES).join('|')}, and numbers above 0 for --rows, --days and --seconds`);
  process.exit(2);
}
console.log(`${values.store}, Node ${process.version}: ${size.rows} rows of minutes over ${size.days} days`);
const place = await start();
try {
  process.exitCode = (await measure(place, size, Number(values.seconds))) ? 0 : 1;
} finally {
  await place.stop();
}
