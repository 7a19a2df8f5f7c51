// Where the prefix of a prompt is kept: a block of its own behind the one that is marked.
import type { WriteContext } from '../../chat/dialect.ts';
import type { CacheMark } from '../../chat/request.ts';
import type { Json } from './json.ts';
import { takesLongCache, type Model } from './model.ts';

/** Nothing where there is no mark, or where the model would refuse it. `takes`: whether it takes one at such a place. */
export function writeCachePoint(
  mark: CacheMark | undefined,
  where: string,
  model: Model,
  { losses }: WriteContext,
  takes: boolean,
): Json[] {
  if (mark === undefined) return [];
  if (!takes) {
    losses.add(`${where}.cache_control`);
    return [];
  }
  const isLong = mark.ttl === '1h';
  if (isLong && !takesLongCache(model)) losses.add(`${where}.cache_control.ttl`);
  return [{ cachePoint: { type: 'default', ...(isLong && takesLongCache(model) ? { ttl: '1h' } : {}) } }];
}
