// Statistics over the values of a series. Pure.

export interface Summary {
  total: number;
  avg: number;
  /** Of the whole population, since the buckets are all there are. */
  stdDev: number;
  min: number;
  max: number;
  p10: number;
  p50: number;
  p90: number;
}

const NOTHING: Summary = { total: 0, avg: 0, stdDev: 0, min: 0, max: 0, p10: 0, p50: 0, p90: 0 };

/** Between the two nearest values, in proportion, as percentile_cont of SQL does. `sorted`: at least one value, in rising order. */
function percentile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}

/** All zero where there is no value. */
export function summarise(values: readonly number[]): Summary {
  if (values.length === 0) return NOTHING;
  const sorted = values.toSorted((a, b) => a - b);
  const total = values.reduce((sum, value) => sum + value, 0);
  const avg = total / values.length;
  const variance = values.reduce((sum, value) => sum + (value - avg) ** 2, 0) / values.length;
  return {
    total,
    avg,
    stdDev: Math.sqrt(variance),
    min: sorted[0]!,
    max: sorted.at(-1)!,
    p10: percentile(sorted, 0.1),
    p50: percentile(sorted, 0.5),
    p90: percentile(sorted, 0.9),
  };
}
