// JSON of an application's own making as lines of text: names give values a meaning, so both are read together.
import { leavesOf } from './leaves.ts';
import { parseWhole } from './whole-json.ts';

const MAX_DEPTH = 64;

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** JSON in a string, as arguments of tools often are, and strings in those again. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value;
  try {
    return parseWhole(value);
  } catch {
    return value;
  }
}

const isFragment = (value: unknown): boolean => (typeof value === 'string' || typeof value === 'number') && /^\d{1,8}$/.test(String(value));

/** A name that begins with a digit, or with one in disguise, does not go on with the number in the line before. */
const labelled = (name: string, value: string): string => (name === '' ? value : `${/^[^\p{Script=Latin}_]/u.test(name) ? '\n' : ''}${name}: ${value}`);

function* lines(given: unknown, name: string, depth: number): Generator<string> {
  const value = parsed(given);
  if (typeof value === 'string' && value !== given && depth <= MAX_DEPTH) return yield* lines(value, name, depth + 1);
  if (value === null || value === undefined || typeof value === 'boolean') {
    if (name !== '') yield name;
    return;
  }
  if (!isContainer(value)) {
    yield labelled(name, String(value));
    return;
  }
  if (depth > MAX_DEPTH) {
    yield leavesOf(value).join('\n');
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) yield* lines(item, name, depth + 1);
    // What is written number by number is read in one go.
    if (value.length > 1 && value.every(isFragment)) yield labelled(name, value.join(' '));
    return;
  }
  if (name !== '') yield name;
  for (const [key, inner] of Object.entries(value as object)) yield* lines(inner, key, depth + 1);
}

/** One line for each value, `name: value`. */
export function freeText(value: unknown): string {
  return [...lines(value, '', 0)].join('\n');
}
