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

/** Items of a list whose neighbours may go on in them, in UTF-16 code units, and of how many all are put together. */
const SHORT = 64;
const FEW = 8;
const isShort = (value: unknown): value is string | number =>
  (typeof value === 'string' && value.length <= SHORT && !/^\s*[[{"]/.test(value)) || typeof value === 'number';

/** Ends, or begins, as only a half does. */
const ends = (text: string): boolean => /[^\p{L}\d]$/u.test(text);
const begins = (text: string): boolean => /^[^\p{L}\d]/u.test(text);

/**
 * A list whose items may be pieces of one, in one go; undefined: nothing to be found in it. Of more than a few items only those are put together
 * of which one ends or begins with a sign, so that a list of numbers does not become one that nobody has sent.
 */
function glued(list: readonly unknown[]): string | undefined {
  if (list.length < 2 || !list.every(isShort)) return undefined;
  const items = list.map(String);
  if (!items.some((item) => /[\d@]/.test(item))) return undefined;
  const goesOn = (index: number): boolean => index === 0 || items.length <= FEW || ends(items[index - 1]!) || begins(items[index]!);
  return items.map((item, index) => (goesOn(index) ? item : `\n\n${item}`)).join('');
}

/** A name that begins with a digit, or with one in disguise, does not go on with the number in the line before. */
const labelled = (name: string, value: string): string => (name === '' ? value : `${/^[^\p{Script=Latin}_]/u.test(name) ? '\n' : ''}${name}: ${value}`);

function* lines(given: unknown, name: string, depth: number, pieces: string[]): Generator<string> {
  const value = parsed(given);
  if (typeof value === 'string' && value !== given && depth <= MAX_DEPTH) return yield* lines(value, name, depth + 1, pieces);
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
    for (const item of value) yield* lines(item, name, depth + 1, pieces);
    // What is written number by number is read in one go.
    if (value.length > 1 && value.every(isFragment)) yield labelled(name, value.join(' '));
    else {
      const whole = glued(value);
      if (whole !== undefined) pieces.push(labelled(name, whole));
    }
    return;
  }
  if (name !== '') yield name;
  for (const [key, inner] of Object.entries(value as object)) yield* lines(inner, key, depth + 1, pieces);
}

/** `text`: one line for each value, `name: value`. `glued`: lists whose items may be pieces of one, for detectors; empty: there are none. */
export function readFree(value: unknown): { text: string; glued: string } {
  const pieces: string[] = [];
  const text = [...lines(value, '', 0, pieces)].join('\n');
  return { text, glued: pieces.join('\n\n') };
}

/** The lines alone. */
export const freeText = (value: unknown): string => readFree(value).text;
