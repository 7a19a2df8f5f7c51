// Durations as users write them in manifests.

const UNITS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds of a duration such as `1h30m`, `10s` or `500ms`. Throws a RangeError for anything else. */
export function parseDuration(text: string): number {
  if (!/^(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/.test(text) || text === '') {
    throw new RangeError(`"${text}" is not a duration; write it like 500ms, 30s, 10m or 1h30m`);
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|h|m|s)/g)) total += Number(amount) * UNITS[unit!]!;
  return total;
}
