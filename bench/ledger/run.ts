// `npm run bench:ledger -- [--store sqlite|postgres] [--rows N] [--days N] [--seconds N] [--repetitions N] [--aims]`: how many events a
// second the ledger takes, and how long each kind of question takes, over a year. With --aims it fails only where an aim is missed more than
// twice over. Everything is in a temporary directory, and goes with it.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { migrate } from '../../src/ledger/migrate.ts';
import { openLedger } from '../../src/ledger/open.ts';
import type { StoredLedger } from '../../src/ledger/ledger.ts';
import { formatTable } from '../statistics.ts';
import { channelFor } from './channel.ts';
import { ingestFor, type Ingest } from './events.ts';
import { fill } from './fill.ts';
import { operationsOf } from './operations.ts';
import { PLACES, type Place } from './places.ts';
import { questionsOf, type Asked } from './questions.ts';
import type { Size } from './shape.ts';
import { Verdicts } from './verdicts.ts';

const EVENTS = 5000;
const QUESTION = 200;

interface Options {
  seconds: number;
  repetitions: number;
}

async function measure(place: Place, size: Size, options: Options): Promise<Verdicts> {
  const start = performance.now();
  const took = (): string => `${((performance.now() - start) / 1000).toFixed(0)} s`;
  const database = place.connect();
  await migrate(database);
  await fill(database, size, (line) => console.log(`${took()}: ${line}`));
  await database.close();
  console.log(`${took()}: filled, ${((await place.bytes()) / 2 ** 30).toFixed(1)} GiB`);

  const ledger = await openLedger({ url: place.url });
  const verdicts = new Verdicts();
  const shared = { ledger, isInProcess: place.isInProcess, verdicts, ...options };
  await answered('question', questionsOf(size), shared);
  await answered('operation of the Platform API', operationsOf(size), shared);
  await taken(shared);
  await ledger.close();
  return verdicts;
}

interface Shared extends Options {
  ledger: StoredLedger;
  isInProcess: boolean;
  verdicts: Verdicts;
}

async function answered(what: string, asked: readonly Asked[], { ledger, isInProcess, verdicts, repetitions }: Shared): Promise<void> {
  const rows = [[what, 'aim, ms', 'median, ms', 'worst, ms', 'CPU, ms', 'verdict']];
  for (const { title, ask } of asked) {
    const { median, worst, cpu } = await timed(() => ask(ledger), isInProcess, repetitions);
    const verdict = verdicts.judge({ clock: median / QUESTION, cpu: cpu === undefined ? undefined : cpu / QUESTION });
    rows.push([title, String(QUESTION), median.toFixed(1), worst.toFixed(1), cpu?.toFixed(1) ?? '-', verdict]);
  }
  console.log(`\n${formatTable(rows)}\n\nload ${load()}`);
}

/** CPU time of all threads of this process, where the store is in it. */
async function timed(
  ask: () => Promise<unknown>,
  isInProcess: boolean,
  repetitions: number,
): Promise<{ median: number; worst: number; cpu: number | undefined }> {
  const times: number[] = [];
  const cpus: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const [before, cpu] = [performance.now(), process.cpuUsage()];
    await ask();
    times.push(performance.now() - before);
    const { user, system } = process.cpuUsage(cpu);
    cpus.push((user + system) / 1000);
  }
  return { median: median(times), worst: Math.max(...times), cpu: isInProcess ? median(cpus) : undefined };
}

/** Rounds of both ways in turns, since what else the machine does changes. */
async function taken({ ledger, isInProcess, verdicts, seconds, repetitions }: Shared): Promise<void> {
  const measures = ['aim', 'median', 'worst', 'per CPU second', 'confirmed after, ms, p50 and p99', 'caller stood still, ms', 'verdict'];
  const rows = [['events a second', ...measures]];
  const rounds: Record<string, { told(round: number): Promise<Ingest>; results: Ingest[] }> = {
    'over the push channel, from two gateways': { told: () => channelFor(ledger, seconds), results: [] },
    'told to the ledger, 250 at a time': { told: (round) => ingestFor(ledger, seconds, round), results: [] },
  };
  for (let round = 0; round < repetitions; round += 1) {
    for (const { told, results } of Object.values(rounds)) results.push(await told(round));
  }
  for (const [what, { results }] of Object.entries(rounds)) {
    const of = (pick: (result: Ingest) => number): number => median(results.map(pick));
    const [clock, cpu] = [of(({ perSecond }) => perSecond), of(({ perCpuSecond }) => perCpuSecond)];
    const verdict = verdicts.judge({ clock: EVENTS / clock, cpu: isInProcess ? EVENTS / cpu : undefined });
    const [p50, p99] = [of(({ confirmation }) => confirmation.p50), of(({ confirmation }) => confirmation.p99)];
    const confirmed = `${p50.toFixed(0)} and ${p99.toFixed(0)}`;
    const worst = Math.min(...results.map(({ perSecond }) => perSecond));
    const stall = Math.max(...results.map((result) => result.stall));
    rows.push([what, String(EVENTS), clock.toFixed(0), worst.toFixed(0), cpu.toFixed(0), confirmed, stall.toFixed(0), verdict]);
  }
  console.log(`\n${formatTable(rows)}\n\nload ${load()}`);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
/** Processes that wanted to run in the last minute. */
const load = (): string => loadavg()[0]!.toFixed(1);

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    rows: { type: 'string', default: '10000000' },
    days: { type: 'string', default: '366' },
    seconds: { type: 'string', default: '10' },
    repetitions: { type: 'string', default: '3' },
    aims: { type: 'boolean', default: false },
  },
});
const start = PLACES[values.store];
const size = { rows: Number(values.rows), days: Number(values.days) };
const options = { seconds: Number(values.seconds), repetitions: Number(values.repetitions) };
if (start === undefined || ![...Object.values(size), ...Object.values(options)].every((number) => number > 0)) {
  console.error(`--store ${Object.keys(PLACES).join('|')}, and numbers above 0 for --rows, --days, --seconds and --repetitions`);
  process.exit(2);
}
console.log(`${values.store}, Node ${process.version}: ${size.rows} rows of minutes over ${size.days} days, load ${load()}`);
const place = await start();
try {
  const verdicts = await measure(place, size, options);
  const counts = (['met', 'undecided', 'missed', 'missed twice over'] as const).map((verdict) => `${verdicts.count(verdict)} ${verdict}`);
  console.log(`\nledger: ${counts.join(', ')}`);
  const failed = verdicts.count('missed twice over') + (values.aims ? 0 : verdicts.count('missed'));
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  await place.stop();
}
