// `npm run bench:guard`: what policies cost, in this process without any HTTP, and to the event loop of a real gateway. Ends with exit code 1
// where an aim is missed. Figures of different machines do not compare; the machine should do nothing else. `npm run bench` has the row "all
// detectors" beside plain passing on.
import { systemClock } from '../../src/clock.ts';
import { Scanner } from '../../src/gateway/guard/scanner.ts';
import { show } from './aims.ts';
import { ALL, cached, detectors, judges } from './engine.ts';
import { stalls } from './stalls.ts';
import { streams } from './streams.ts';

console.log(`Node ${process.version}, ${ALL.detectors.length} detectors`);
const scanner = new Scanner({ key: new Uint8Array(32), clock: systemClock });
const met = [
  show('detectors', await detectors(scanner)),
  show('judge', await judges(scanner)),
  show('cache', await cached(scanner)),
  show('streams', streams(scanner)),
  show('CPU that policies add to the longest turn of the event loop', await stalls()),
];
await scanner.close();
process.exitCode = met.every(Boolean) ? 0 : 1;
