// JSON of an application's own making as lines of text: names give values a meaning, so both are read together.
import { leavesOf } from './leaves.ts';

const MAX_DEPTH = 64;

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** JSON in a string, as arguments of tools often are, and strings in those again. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function* lines(given: unknown, name: string, depth: number): Generator<string> {
  const value = parsed(given);
  if (typeof value === 'string' && value !== given && depth <= MAX_DEPTH) return yield* lines(value, name, depth + 1);
  if (value === null || value === undefined || typeof value === 'boolean') {
    if (name !== '') yield name;
    return;
  }
  if (!isContainer(value)) {
    yield name === '' ? String(value) : `${name}: ${String(value)}`;
    return;
  }
  if (depth > MAX_DEPTH) {
    yield leavesOf(value).join('\n');
    return;
  }
  if (Array.isArray(value)) {
    // Values in a row are read in a row: the name stands before the first.
    let before = name;
    for (const item of value) {
      yield* lines(item, isContainer(item) ? name : before, depth + 1);
      if (!isContainer(item)) before = '';
    }
    return;
  }
  if (name !== '') yield name;
  for (const [key, inner] of Object.entries(value as object)) yield* lines(inner, key, depth + 1);
}

/** One line for each value, `name: value`. */
export function freeText(value: unknown): string {
  return [...lines(value, '', 0)].join('\n');
}
