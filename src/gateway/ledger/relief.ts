// Makes room in a spool that is full, the oldest first: minutes are merged into hours, then users and conversations are left out, and only
// what still does not fit is dropped, and counted.
import type { Contents } from './contents.ts';
import { folded, without } from './fold.ts';
import { encode } from './journal.ts';
import { isWithinBounds, LEVELS, MAX_PART_BYTES, MAX_PART_ENTRIES, partName, readPart, summaryOf, type Level, type Part } from './parts.ts';

export type OnDropped = (type: 'usage' | 'violation', entries: number) => void;

const rankOf = ({ level }: Part): number => LEVELS.indexOf(level);

/** In place of the parts that it is made of. Its file holds all of theirs before any of theirs is gone. */
function replace(parts: readonly Part[], contents: Contents, level: Level): Part {
  const [first, last] = [parts[0]!, parts.at(-1)!];
  const span = { first: first.first, last: last.last };
  const { store } = first;
  store.write(partName(span), encode(contents));
  for (const part of parts) if (partName(part) !== partName(span)) store.remove(partName(part));
  return { store, ...span, level, ...summaryOf(contents) };
}

/** So much room is left in it that it is worth reading once more. */
const isHalfEmpty = ({ usage, violations, bytes }: Part): boolean =>
  usage + violations <= MAX_PART_ENTRIES / 2 && bytes <= MAX_PART_BYTES / 2;

/** The oldest part that has more detail than the level, with the one before it where there is room in that. Undefined: there is none. */
function coarsened(parts: readonly Part[], level: Level): Part[] | undefined {
  const rank = LEVELS.indexOf(level);
  const index = parts.findIndex((part) => rankOf(part) < rank);
  const part = parts[index];
  if (part === undefined) return undefined;
  const contents = folded(readPart(part), level);
  const before = parts[index - 1];
  if (before !== undefined && before.store === part.store && isHalfEmpty(before)) {
    const both = joined(readPart(before), contents);
    if (isWithinBounds(both)) return parts.toSpliced(index - 1, 2, replace([before, part], both, level));
  }
  return parts.toSpliced(index, 1, replace([part], contents, level));
}

function joined(first: Contents, second: Contents): Contents {
  first.addAll(second);
  return first;
}

/** Violations first where they take most of the room: what was spent is worth more. */
function dropOldest(parts: readonly Part[], onDropped: OnDropped): Part[] | undefined {
  const count = (of: (part: Part) => number): number => parts.reduce((sum, part) => sum + of(part), 0);
  const type = count(({ violations }) => violations) >= count(({ usage }) => usage) ? 'violation' : 'usage';
  const index = parts.findIndex((part) => (type === 'usage' ? part.usage : part.violations) > 0);
  const part = parts[index];
  if (part === undefined) return undefined;
  onDropped(type, type === 'usage' ? part.usage : part.violations);
  const rest = without(readPart(part), type);
  // How much was dropped is told with what follows; where nothing does, by a part of its own.
  const next = parts[index + 1];
  if (!rest.isEmpty && rest.entryCount === 0 && next?.store === part.store) {
    rest.addAll(readPart(next));
    return parts.toSpliced(index, 2, replace([part, next], rest, next.level));
  }
  return parts.toSpliced(index, 1, replace([part], rest, part.level));
}

/**
 * One step, short enough for requests to wait for it: the parts as they are afterwards, undefined where nothing is left to give up. Throws
 * what the system says; what was done by then is in the files.
 */
export function relieved(parts: readonly Part[], onDropped: OnDropped): Part[] | undefined {
  for (const level of ['hours', 'anonymous'] as const) {
    const fewer = coarsened(parts, level);
    if (fewer !== undefined) return fewer;
  }
  return dropOldest(parts, onDropped);
}
