// The result of one scenario as a table for people.
import type { Samples } from './measure.ts';
import { formatTable, paired, spreadOf, type Spread } from './statistics.ts';

/** What one scenario came to. */
export interface ScenarioResult {
  title: string;
  /** Chunks of each answer where it is a stream. */
  chunks: number | undefined;
  direct: Samples;
  bare: Samples;
  /** Answers pass through as they come. */
  gateway: Samples;
  /** The gateway with more to do, by the name of the row. */
  others: readonly (readonly [name: string, samples: Samples])[];
}

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
export function reportOf({ title, chunks, direct, bare, gateway, others }: ScenarioResult): string {
  const minus = (a: number, b: number): number => a - b;
  const perChunk = (cell: (count: number) => string): string[] => (chunks === undefined ? [] : [cell(chunks)]);
  const row = (name: string, samples: Samples, toGateway: string, latencies: readonly string[]): string[] => [
    name,
    format(spreadOf(samples.cpu), 0),
    ...perChunk((count) => format(spreadOf(samples.cpu.map((cpu) => cpu / count)), 1)),
    format(cpuRatio(samples, bare), 2),
    toGateway,
    ...latencies,
  ];
  const added = ({ p50, p99 }: Samples): string[] => [
    formatAdded(spreadOf(paired(p50, direct.p50, minus))),
    formatAdded(spreadOf(paired(p99, direct.p99, minus))),
  ];
  return formatTable([
    [title, 'CPU us per request', ...perChunk(() => 'per chunk'), 'ratio to bare', 'ratio to gateway', 'p50 ms', 'p99 ms'],
    ['direct', '-', ...perChunk(() => '-'), '-', '-', format(spreadOf(direct.p50), 2), format(spreadOf(direct.p99), 2)],
    row('bare proxy', bare, '-', added(bare)),
    row('gateway', gateway, '-', added(gateway)),
    ...others.map(([name, samples]) => row(name, samples, format(cpuRatio(samples, gateway), 2), ['-', '-'])),
  ]);
}
