// The result of one scenario as a table for people.
import type { Samples } from './measure.ts';
import { formatTable, paired, spreadOf, type Spread } from './statistics.ts';

const HEAD = ['CPU us per request', 'ratio to bare', 'p50 ms', 'p99 ms'];

function format({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} [${min.toFixed(digits)}, ${max.toFixed(digits)}]`;
}

function formatAdded(spread: Spread): string {
  return `${spread.median < 0 ? '' : '+'}${format(spread, 2)}`;
}

/** CPU of one target as a multiple of another's, each repetition for itself. */
export function cpuRatio(samples: Samples, baseline: Samples): Spread {
  return spreadOf(paired(samples.cpu, baseline.cpu, (a, b) => a / b));
}

/** Latencies of `direct` are as they are, those of the others what they add to it in the same repetition. */
export function reportOf(title: string, direct: Samples, bare: Samples, gateway: Samples): string {
  const minus = (a: number, b: number): number => a - b;
  const row = (name: string, samples: Samples): string[] => [
    name,
    format(spreadOf(samples.cpu), 0),
    format(cpuRatio(samples, bare), 2),
    formatAdded(spreadOf(paired(samples.p50, direct.p50, minus))),
    formatAdded(spreadOf(paired(samples.p99, direct.p99, minus))),
  ];
  return formatTable([
    [title, ...HEAD],
    ['direct', '-', '-', format(spreadOf(direct.p50), 2), format(spreadOf(direct.p99), 2)],
    row('bare proxy', bare),
    row('gateway', gateway),
  ]);
}
