// Arbitrary JSON of the kind that breaks programs, and requests that are right but for some places.
import fc from 'fast-check';
import { isObject } from '../../src/chat/json.ts';
import type { Json } from './stand.ts';

/** The same each time; FLASHBACK_SEED and FLASHBACK_RUNS look further. */
export const SEED = Number(process.env['FLASHBACK_SEED'] ?? 20_261_127);
const FACTOR = Number(process.env['FLASHBACK_RUNS'] ?? 1);
export const bounded = (runs: number): { numRuns: number; seed: number; endOnFailure: boolean } => ({
  numRuns: Math.ceil(runs * FACTOR),
  seed: SEED,
  endOnFailure: true,
});

const raw = (text: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
/** Depth that recursion does not survive. */
const ABYSS = 20_000;
const NAMES = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', 'then', 'toJSON', '', 'type', 'text', 'role', 'x',
];
const TEXTS = [
  '', ' ', '\u0000', '\ud800', 'a\udc00b', '\u2028', '{}', '[1', 'null', 'data:image/png;base64,!', 'data:,', 'text', 'user',
  'x'.repeat(3000),
];
const NUMBERS = ['0', '-0', '-1', '1.5', '1e400', '-1e400', '1e-400', '9007199254740993', '123456789012345678901234567890'];

const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, ...TEXTS),
  fc.constantFrom(...NUMBERS).map(raw),
);
const objectOf = (entries: [string, unknown][]): unknown => Object.fromEntries(entries);

export const { json: strangeJson } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...NAMES), tie('json')), { maxLength: 4 }).map(objectOf),
  ),
}));

type Step = string | number;
type Path = Step[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, Array.isArray(value) ? Number(key) : key]))];
}

const REMOVED = Symbol('removed');

function changed(value: any, [step, ...rest]: Path, change: (value: unknown) => unknown): unknown {
  if (step === undefined) return change(value);
  const inner = changed(value[step], rest, change);
  if (Array.isArray(value)) return value.flatMap((one, index) => (index === step ? (inner === REMOVED ? [] : [inner]) : [one]));
  const members = Object.entries(value).map(([key, one]) => [key, key === step ? inner : one] as const);
  return Object.fromEntries(members.filter(([, one]) => one !== REMOVED));
}

export interface Mutation {
  /** Chooses the place. */
  at: number;
  change(value: unknown): unknown;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  change: fc.oneof(
    { weight: 4, arbitrary: strangeJson.map((json) => () => json) },
    { weight: 2, arbitrary: fc.constant(() => REMOVED) },
    { weight: 1, arbitrary: fc.constant((value: unknown) => [value]) },
    { weight: 1, arbitrary: fc.constant((value: unknown) => [value, value]) },
    { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((name) => (value: unknown) => objectOf([[name, value]])) },
    {
      weight: 1,
      arbitrary: strangeJson.map((json) => (value: unknown) => (isObject(value) ? { ...value, strange: json } : [json, value])),
    },
  ),
});

/** The value with all of these changes, never of the whole of it. */
export function mutated(value: unknown, mutations: readonly Mutation[]): unknown {
  return mutations.reduce<unknown>((current, { at, change }) => {
    const paths = pathsOf(current).slice(1);
    return paths.length === 0 ? current : changed(current, paths[at % paths.length]!, change);
  }, value);
}

/** JSON text in which one place holds a nesting without end. */
export function deepened(value: Json, at: number, open: '[' | '{"a":'): string {
  const paths = pathsOf(value).slice(1);
  const marked = changed(value, paths[at % paths.length]!, () => 'ABYSS');
  const close = open === '[' ? ']' : '}';
  return JSON.stringify(marked).replace('"ABYSS"', () => `${open.repeat(ABYSS)}0${close.repeat(ABYSS)}`);
}
