// Times of many runs of the same work: on the clock, and of all cores that this process used.
import { percentile } from '../statistics.ts';
import type { Figure } from './aims.ts';

/** Milliseconds of each run. */
export interface Times {
  clock: number[];
  cpu: number[];
}

/** Milliseconds of CPU time that this process, with all of its threads, has used since `before`. */
export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Half as many runs beforehand do not count. CPU time is counted in microseconds: `batch` says of how many runs together it is taken where
 * one takes few of them.
 */
export async function timed(runs: number, work: (index: number) => unknown, batch = 1): Promise<Times> {
  for (let index = 0; index < runs / 2; index++) await work(-1 - index);
  const times: Times = { clock: [], cpu: [] };
  for (let from = 0; from < runs; from += batch) {
    const before = process.cpuUsage();
    for (let index = from; index < from + batch; index++) {
      const start = performance.now();
      await work(index);
      times.clock.push(performance.now() - start);
    }
    times.cpu.push(cpuSince(before) / batch);
  }
  return times;
}

export interface Aims {
  p50?: number;
  p99?: number;
}

const ROUNDS = 10;

/** The lowest median of some rounds, one after the other: what disturbs a machine only ever makes the others higher. */
function calmMedian(values: readonly number[]): number {
  const size = Math.ceil(values.length / ROUNDS);
  const rounds = Array.from({ length: Math.ceil(values.length / size) }, (_none, round) => values.slice(round * size, (round + 1) * size));
  return Math.min(...rounds.map((round) => percentile(round, 0.5)));
}

/** Median, of the round that was disturbed least, and 99th percentile of all. */
export function figuresOf(what: string, { clock, cpu }: Times, aims: Aims = {}, unit: 'ms' | 'us' = 'ms'): Figure[] {
  const factor = unit === 'us' ? 1000 : 1;
  const of = (name: keyof Aims, measure: (values: readonly number[]) => number): Figure => ({
    what: `${what}, ${name}`,
    value: measure(clock) * factor,
    cpu: measure(cpu) * factor,
    unit,
    ...(aims[name] === undefined ? {} : { aim: aims[name] }),
  });
  return [of('p50', calmMedian), of('p99', (values) => percentile(values, 0.99))];
}
