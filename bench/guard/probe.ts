// Runs inside of the gateway that is measured (`node --import`): tells over HTTP for how long its event loop has stood still since it was last
// asked. Two figures: the time on the clock, which on a busy machine is mostly that of others, and the CPU time of the main thread alone.
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** Milliseconds. */
export interface Stall {
  clock: number;
  cpu: number;
}

const TICK = 1;

function watch(port: number): void {
  const histogram = monitorEventLoopDelay({ resolution: TICK });
  histogram.enable();
  let longest = 0;
  let before = process.threadCpuUsage();
  // Timers come once in each turn of the loop, so what was used since the last one was used in one turn, or in short ones.
  setInterval(() => {
    const used = process.threadCpuUsage(before);
    longest = Math.max(longest, used.user + used.system);
    before = process.threadCpuUsage();
  }, TICK).unref();
  const server = createServer((_request, response) => {
    // The histogram counts from one tick to the next.
    const stall: Stall = { clock: Math.max(0, histogram.max / 1e6 - TICK), cpu: longest / 1000 };
    histogram.reset();
    longest = 0;
    response.end(JSON.stringify(stall));
  });
  server.listen(port, '127.0.0.1').unref();
}

const port = new URL(import.meta.url).searchParams.get('port');
if (isMainThread && port !== null) watch(Number(port));
