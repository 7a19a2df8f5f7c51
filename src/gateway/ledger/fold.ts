// Says the same use in fewer entries. Amounts never change; what gets lost is when it was exactly, and then who it was for.
import { Contents } from './contents.ts';
import type { Level } from './parts.ts';

const MINUTES_PER_HOUR = 60;

/** All that is in `contents`, with no more detail than the level has. Violations stay as they are. */
export function folded(contents: Contents, level: Level): Contents {
  if (level === 'minutes') return contents;
  const fewer = new Contents();
  for (const { dimensions, minutes } of contents.rows()) {
    if (minutes.size === 0) continue;
    const row = fewer.rowOf(level === 'anonymous' ? { ...dimensions, user: '', conversation: '' } : dimensions);
    for (const [minute, amounts] of minutes) fewer.addUsage(row, minute - (minute % MINUTES_PER_HOUR), amounts);
  }
  for (const violation of contents.violations) fewer.addViolation(violation);
  fewer.dropped = contents.dropped;
  return fewer;
}

/** Without the entries of one type, which are counted as dropped. */
export function without(contents: Contents, type: 'usage' | 'violation'): Contents {
  const rest = new Contents();
  if (type === 'violation') {
    for (const { dimensions, minutes } of contents.rows()) {
      for (const [minute, amounts] of minutes) rest.addUsage(rest.rowOf(dimensions), minute, amounts);
    }
  } else {
    for (const violation of contents.violations) rest.addViolation(violation);
  }
  rest.dropped = contents.dropped + contents.entryCount - rest.entryCount;
  return rest;
}
