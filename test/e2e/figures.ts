// What a run measured, as one table at its end.
import type { Failures } from './traffic.ts';

interface Row {
  scenario: string;
  /** Answered well while it lasted; undefined where no traffic was watched. */
  requests: number | undefined;
  failures: Failures | undefined;
  seconds: number;
  /** What else was measured, in words. */
  figures: string;
}

export class Figures {
  readonly #rows: Row[] = [];

  add(row: Row): void {
    this.#rows.push(row);
  }

  /** Markdown. */
  toString(): string {
    const cells = this.#rows.map(({ scenario, requests, failures, seconds, figures }) => {
      return `| ${scenario} | ${requests ?? ''} | ${failures?.length ?? ''} | ${seconds.toFixed(1)} | ${figures} |`;
    });
    return ['| scenario | requests | failed | seconds | measured |', '| --- | ---: | ---: | ---: | --- |', ...cells].join('\n');
  }
}

/** The value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
