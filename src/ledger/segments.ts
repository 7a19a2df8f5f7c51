// Which rows answer a question about a time: the longest units that fit, and shorter ones at the edges. Pure.
import { UNITS, type Unit } from './tables.ts';

/** Rows of one unit, from inclusive, to exclusive, in minutes since the epoch. */
export interface Segment {
  unit: Unit;
  from: number;
  to: number;
}

/** Since when a unit is kept, in minutes since the epoch, at the start of a day. What is not named is kept as long as there are rows. */
export type Kept = Partial<Record<Unit, number>>;

export interface Span {
  from: number;
  to: number;
  /** Minutes of a bucket: no longer unit may be used. */
  bucket?: number | undefined;
}

/**
 * `units` in rising order. Where short ones are gone, the window grows to whole ones of the shortest that is kept, and buckets shorter than
 * that have their amounts in the first of them.
 */
export function segmentsOf({ from, to, bucket }: Span, units: readonly Unit[], kept: Kept): Segment[] {
  const segments: Segment[] = [];
  let end = to;
  for (const [index, finest] of units.entries()) {
    const since = kept[finest] ?? -Infinity;
    const size = UNITS[finest];
    const start = floor(Math.max(from, since), size);
    const usable = units.filter((unit, at) => at === index || (at > index && (bucket === undefined || bucket % UNITS[unit] === 0)));
    segments.unshift(...cover(start, ceil(end, size), usable));
    end = Math.min(end, since);
    if (end <= from) break;
  }
  return segments;
}

function cover(from: number, to: number, units: readonly Unit[]): Segment[] {
  const unit = units.at(-1);
  if (unit === undefined || from >= to) return [];
  if (units.length === 1) return [{ unit, from, to }];
  const [start, stop] = [ceil(from, UNITS[unit]), floor(to, UNITS[unit])];
  const shorter = units.slice(0, -1);
  if (start >= stop) return cover(from, to, shorter);
  return [...cover(from, start, shorter), { unit, from: start, to: stop }, ...cover(stop, to, shorter)];
}

const floor = (value: number, size: number): number => Math.floor(value / size) * size;
const ceil = (value: number, size: number): number => Math.ceil(value / size) * size;
