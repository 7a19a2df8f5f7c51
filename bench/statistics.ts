// Numbers of several repetitions, put into few; and tables.

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The value below which `share` (0 to 1) of the values lie. NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: percentile(values, 0.5), min: Math.min(...values), max: Math.max(...values) };
}

/** One figure for each repetition, made of two that were measured in the same one: what disturbs a machine disturbs both. */
export function paired(a: readonly number[], b: readonly number[], combine: (a: number, b: number) => number): number[] {
  return a.map((value, index) => combine(value, b[index] ?? NaN));
}

/** Lines of a table with aligned columns; the first row is the head. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const head = rows[0] ?? [];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join('\n');
}
