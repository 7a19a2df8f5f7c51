// Schemas that the statistics share: what clients may ask, and what they get.
import type { Schema } from '../operation.ts';
import { SCOPES } from './visible.ts';
import { BUCKETS, WINDOWS } from './window.ts';

export const NUMBER: Schema = { type: 'number' };
export const TEXT: Schema = { type: 'string' };
/** A count in decimal digits, since it may be larger than a double can tell. */
export const DIGITS: Schema = { type: 'string', pattern: '^[0-9]+$' };

const MAX_LIST = 200;
const MAX_TEXT = 256;

export const text = (description: string): Schema => ({ type: 'string', maxLength: MAX_TEXT, description });
export const texts = (description: string): Schema => ({
  type: 'array',
  items: { type: 'string', maxLength: MAX_TEXT },
  maxItems: MAX_LIST,
  description,
});

export function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  return { type: 'object', properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) };
}

export const list = (items: Schema): Schema => ({ type: 'array', items });
export const SUCCESS: Schema = { type: 'boolean', const: true };

/** What every question of the second version has. */
export const WINDOW_QUERY = {
  scope: {
    type: 'string',
    enum: [...SCOPES],
    description: 'What is looked at: all there is, one workspace, or one repository.',
    required: true,
  },
  id: text('Name of the organization, or id of the workspace or repository. Needed unless the scope is org.'),
  window: { type: 'string', enum: Object.keys(WINDOWS), description: 'How far back.', required: true },
  timeBucketSize: { type: 'string', enum: Object.keys(BUCKETS), description: 'Of one point; without it, what suits the window.' },
} as const satisfies Record<string, Schema>;

export const BREAKDOWN_QUERY = {
  ...WINDOW_QUERY,
  scope: {
    type: 'string',
    enum: [...SCOPES],
    default: 'org',
    description: 'What is looked at: all there is, one workspace, or one repository.',
  },
  includeSeries: { type: 'boolean', default: false, description: 'Each entity with its series; 50,000 points together at most.' },
  limit: { type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'Entities at most.' },
  offset: { type: 'integer', minimum: 0, default: 0, description: 'Entities to leave out.' },
} as const satisfies Record<string, Schema>;

const META = { start: NUMBER, end: NUMBER, scope: TEXT, scopeId: TEXT };
const SUMMARY = object({ total: NUMBER, avg: NUMBER, stdDev: NUMBER, min: NUMBER, max: NUMBER, p10: NUMBER, p50: NUMBER, p90: NUMBER });
const RESOURCE_FILTER = object({ type: TEXT, id: TEXT });

const numbers = (names: readonly string[]): Record<string, Schema> => Object.fromEntries(names.map((name) => [name, NUMBER]));

/** The answer of a series whose points have these numbers. */
export function seriesAnswer(names: readonly string[]): Schema {
  const meta = object({ ...META, window: TEXT, timeBucketSize: TEXT, resourceFilter: RESOURCE_FILTER }, ['scopeId', 'resourceFilter']);
  return object({ success: SUCCESS, meta, summary: SUMMARY, series: list(object({ ts: NUMBER, ...numbers(names) })) });
}

/** The answer of a breakdown whose entities have these numbers. */
export function breakdownAnswer(names: readonly string[], extra: readonly string[] = []): Schema {
  const meta = object(
    {
      ...META,
      window: TEXT,
      timeBucketSize: TEXT,
      breakdownBy: TEXT,
      includesSeries: { type: 'boolean' },
      limit: NUMBER,
      offset: NUMBER,
      totalEntities: NUMBER,
    },
    ['scopeId'],
  );
  const series = list(object({ ts: NUMBER, ...numbers(names) }));
  const entity = object({ entityId: TEXT, entityName: TEXT, totals: object(numbers([...names, ...extra]), extra), series }, [
    'entityName',
    'series',
  ]);
  return object({ success: SUCCESS, meta, summary: object({ total: NUMBER }), entities: list(entity) });
}
