// `npm run bench:guard -- [--aims] [--seconds N] [--tolerance N]`: what policies cost, in this process without any HTTP, and to the event loop of a real
// gateway. Ends with exit code 1 where an aim is missed, with --tolerance by that many times. Figures of different machines do not compare. `npm run bench` has the row "all detectors"
// beside plain passing on.
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/clock.ts';
import { Scanner } from '../../src/gateway/guard/scanner.ts';
import { bestOf, isFarOff, summaryOf, tableOf, type Figure, type Measurement } from './aims.ts';
import { ALL, cached, detectors, judges } from './engine.ts';
import { startStalls } from './stalls.ts';
import { streams } from './streams.ts';

const { values } = parseArgs({
  options: {
    aims: { type: 'boolean', default: false },
    seconds: { type: 'string', default: 'Infinity' },
    tolerance: { type: 'string', default: '1' },
  },
});
const tolerance = Number(values.tolerance);
const limit = 1000 * Number(values.seconds);
if (!(tolerance >= 1)) {
  console.error(`--tolerance ${values.tolerance}: give a number from 1`);
  process.exit(2);
}
if (!(limit > 0)) {
  console.error(`--seconds ${values.seconds}: give a number above 0`);
  process.exit(2);
}
const start = performance.now();
const elapsed = (): number => performance.now() - start;

const figures: Figure[] = [];
let unmeasured = 0;

/** After the time that was given nothing is measured again, after twice that nothing at all. */
async function show(title: string, measurements: readonly Measurement[]): Promise<void> {
  const shown: Figure[] = [];
  for (const measurement of measurements) {
    if (values.aims && !measurement.hasAim) continue;
    if (elapsed() < 2 * limit) shown.push(...(await bestOf(measurement, () => elapsed() < limit)));
    else unmeasured++;
  }
  figures.push(...shown);
  console.log(`\n${tableOf(title, shown)}`);
}

console.log(`Node ${process.version}, ${ALL.detectors.length} detectors`);
const scanner = new Scanner({ key: new Uint8Array(32), clock: systemClock });
await show('detectors', detectors(scanner));
await show('judge', judges(scanner));
await show('cache', cached(scanner));
await show('streams', streams(scanner));
await scanner.close();
const stalls = await startStalls();
try {
  await show('what policies add to the longest turn of the event loop', stalls.measurements);
  console.log(`\n${stalls.table()}`);
} finally {
  await stalls.close();
}
// The last line is read by .ci/run.
console.log(`\n${summaryOf(figures, unmeasured, tolerance)}`);
process.exitCode = figures.some((figure) => isFarOff(figure, tolerance)) ? 1 : 0;
