// Windows and buckets of time: which stretch a question is about, aligned so that the same bucket has the same start for everyone. Pure.
import { ApiError } from '../operation.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Length in milliseconds, and the bucket that makes a chart of some 100 to 400 points of it. */
export const WINDOWS = {
  '24h': { length: DAY_MS, bucket: '10m' },
  '7d': { length: 7 * DAY_MS, bucket: '1h' },
  '30d': { length: 30 * DAY_MS, bucket: '6h' },
  '90d': { length: 90 * DAY_MS, bucket: '12h' },
  '180d': { length: 180 * DAY_MS, bucket: '1d' },
  '365d': { length: 365 * DAY_MS, bucket: '1d' },
} as const;
export type WindowName = keyof typeof WINDOWS;

/** Milliseconds. Each divides a day, and days begin at midnight UTC. */
export const BUCKETS = {
  '5m': 5 * MINUTE_MS,
  '10m': 10 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '12h': 12 * HOUR_MS,
  '1d': DAY_MS,
} as const;
export type BucketName = keyof typeof BUCKETS;

/** More are no chart, and one question could keep the ledger busy. */
export const MAX_POINTS = 10_000;

export interface Stretch {
  /** Milliseconds since the epoch: start inclusive, end exclusive; both at the start of a bucket. */
  start: number;
  end: number;
  /** Milliseconds. */
  bucket: number;
  bucketName: BucketName;
}

/**
 * The stretch of a window that ends now: its last bucket is the one that now is in.
 * @throws ApiError 400 where the bucket would make too many points.
 */
export function stretchOf(window: WindowName, bucketName: BucketName | undefined, now: number): Stretch {
  const { length, bucket: usual } = WINDOWS[window];
  const name = bucketName ?? usual;
  const bucket = BUCKETS[name];
  if (length / bucket > MAX_POINTS) {
    throw new ApiError(
      400,
      `timeBucketSize ${name} makes ${length / bucket} points of ${window}, more than ${MAX_POINTS}; take a larger one, such as ${usual}`,
    );
  }
  const end = Math.floor(now / bucket) * bucket + bucket;
  return { start: end - length, end, bucket, bucketName: name };
}

type Bucketed = Pick<Stretch, 'start' | 'end' | 'bucket'>;

/** How many buckets a stretch has. */
export function pointsOf({ start, end, bucket }: Bucketed): number {
  return Math.ceil((end - start) / bucket);
}

/** Starts of all buckets of a stretch, the first one first. */
export function startsOf(stretch: Bucketed): number[] {
  return Array.from({ length: pointsOf(stretch) }, (_, index) => stretch.start + index * stretch.bucket);
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** A date as clients send it, in milliseconds. @throws ApiError 400 that names the field. */
export function parseDate(field: string, text: string): number {
  const time = ISO_DATE.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new ApiError(400, `${field} must be a date in ISO 8601 form, such as 2026-11-27T08:00:00Z, not "${text.slice(0, 64)}"`);
  return time;
}

const isDay = (text: string): boolean => !/[T ]/.test(text);

/**
 * A range of dates, each of which may be absent: from inclusive, to exclusive. As an end, a date without a time means that whole day (UTC).
 * @throws ApiError 400 where the end comes before the start.
 */
export function parseRange(
  names: { from: string; to: string },
  from: string | undefined,
  to: string | undefined,
): { from?: number; to?: number } {
  const start = from === undefined ? undefined : parseDate(names.from, from);
  const end = to === undefined ? undefined : parseDate(names.to, to) + (isDay(to) ? DAY_MS : 0);
  if (start !== undefined && end !== undefined && (start > end || (start === end && isDay(to ?? '')))) {
    throw new ApiError(400, `${names.from} must not be after ${names.to}`);
  }
  return { ...(start === undefined ? {} : { from: start }), ...(end === undefined ? {} : { to: end }) };
}
