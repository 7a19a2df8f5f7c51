// Rows of the ledger as a series without gaps, and as entities in order. Pure.
import type { Dimension, UsageRow } from '../../ledger/ledger.ts';
import { ApiError } from '../operation.ts';
import { NO_USE, useOf, type Use } from './amounts.ts';
import type { Metric } from './points.ts';
import { summarise, type Summary } from './summary.ts';
import { pointsOf, startsOf, type Stretch } from './window.ts';

export type Point = { ts: number } & Record<string, number>;

/** One point per bucket; those without a row are zero. `rows`: one per bucket at most. */
export function seriesOf(rows: readonly UsageRow[], stretch: Stretch, { point, main }: Metric): { summary: Summary; series: Point[] } {
  const byStart = new Map(rows.map((row) => [row.at, useOf(row)]));
  const uses = startsOf(stretch).map((ts) => ({ ts, use: byStart.get(ts) ?? NO_USE }));
  return { summary: summarise(uses.map(({ use }) => main(use))), series: uses.map(({ ts, use }) => ({ ts, ...point(use) })) };
}

export interface Entity {
  id: string;
  use: Use;
}

export interface Page {
  limit: number;
  offset: number;
}

/** The greatest first, equal ones by id. `total` is the number of entities, `sum` what they amount to. */
export function rank(
  entities: readonly Entity[],
  { main }: Metric,
  { limit, offset }: Page,
): { page: Entity[]; total: number; sum: number } {
  const ordered = entities.toSorted((a, b) => main(b.use) - main(a.use) || (a.id < b.id ? -1 : 1));
  return { page: ordered.slice(offset, offset + limit), total: ordered.length, sum: entities.reduce((sum, { use }) => sum + main(use), 0) };
}

/** Of all series of one answer together: some 10 MB. Zeros count too, so it is not the ledger that bounds them. */
export const MAX_SERIES_POINTS = 50_000;

/** @throws ApiError 400 where series of that many entities would make too many points. */
export function demandFewPoints(entities: number, stretch: Stretch): void {
  const points = pointsOf(stretch);
  if (entities * points <= MAX_SERIES_POINTS) return;
  throw new ApiError(
    400,
    `includeSeries makes ${entities} series of ${points} points, together more than ${MAX_SERIES_POINTS}; ` +
      `take a limit of ${Math.floor(MAX_SERIES_POINTS / points)} at most, a larger timeBucketSize or a shorter window`,
  );
}

/** Rows of a question that was grouped by one dimension, without buckets. */
export function entitiesOf(rows: readonly UsageRow[], dimension: Dimension): Entity[] {
  return rows.map((row) => ({ id: row.dimensions[dimension] ?? '', use: useOf(row) }));
}
