// Makes room in a spool that is full, the oldest first: minutes are merged into hours, then users and conversations are left out, and only
// what still does not fit is dropped, and counted.
import type { Contents } from './contents.ts';
import { folded, without } from './fold.ts';
import { encode } from './journal.ts';
import { isWithinBounds, LEVELS, partName, readPart, summaryOf, type Level, type Part } from './parts.ts';

/** Parts that are read in one step: a step must not keep requests waiting. */
const PARTS_PER_STEP = 4;

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

/** Where a step begins and ends among the parts: the oldest that can still be merged, after the one that they may be merged into. */
function nextRun(parts: readonly Part[], target: Level): { from: number; to: number } | undefined {
  const rank = LEVELS.indexOf(target);
  const from = parts.findIndex((part) => rankOf(part) < rank);
  if (from === -1) return undefined;
  const { store } = parts[from]!;
  let to = from;
  while (to < parts.length && to - from < PARTS_PER_STEP && rankOf(parts[to]!) < rank && parts[to]!.store === store) to++;
  return { from: from > 0 && parts[from - 1]!.store === store ? from - 1 : from, to };
}

function merge(run: readonly Part[], level: Level): Part[] {
  const merged: Part[] = [];
  let [taken, contents]: [Part[], Contents | undefined] = [[], undefined];
  for (const part of run) {
    const next = folded(readPart(part), level);
    const both: Contents = contents === undefined ? next : joined(contents, next);
    if (contents === undefined || isWithinBounds(both)) {
      taken.push(part);
      contents = both;
    } else {
      merged.push(replace(taken, contents, level));
      [taken, contents] = [[part], next];
    }
  }
  return contents === undefined ? merged : [...merged, replace(taken, contents, level)];
}

function joined(first: Contents, second: Contents): Contents {
  const both = folded(first, 'hours');
  both.addAll(second);
  return both;
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

/** One step: the parts as they are afterwards, undefined where nothing is left to give up. Throws what the system says; what was done by then is in the files. */
export function relieved(parts: readonly Part[], onDropped: OnDropped): Part[] | undefined {
  for (const level of ['hours', 'anonymous'] as const) {
    const run = nextRun(parts, level);
    if (run !== undefined) return parts.toSpliced(run.from, run.to - run.from, ...merge(parts.slice(run.from, run.to), level));
  }
  return dropOldest(parts, onDropped);
}
