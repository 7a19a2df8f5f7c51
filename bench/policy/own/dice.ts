// Choices that look random and are the same in each run.

const SMALL = 'abcdefghijklmnopqrstuvwxyz';
export const ALPHABETS = {
  digit: '0123456789',
  hex: '0123456789abcdef',
  small: `${SMALL}0123456789`,
  capital: `${SMALL.toUpperCase()}0123456789`,
  mixed: `${SMALL}${SMALL.toUpperCase()}0123456789`,
  base64: `${SMALL}${SMALL.toUpperCase()}0123456789+/`,
} as const;

export interface Dice {
  /** A whole number from 0 on. */
  below(limit: number): number;
  pick<Item>(list: readonly Item[]): Item;
  /** So many characters. */
  some(length: number, alphabet?: keyof typeof ALPHABETS): string;
}

export function diceOf(seed: number): Dice {
  let state = (seed ^ 0x5bd1e995) >>> 0;
  // Mixed after each step: low bits of a plain linear generator repeat.
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) % limit;
  };
  const pick = <Item>(list: readonly Item[]): Item => list[below(list.length)]!;
  return { below, pick, some: (length, alphabet = 'mixed') => Array.from({ length }, () => pick([...ALPHABETS[alphabet]])).join('') };
}

export const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_none, index) => make(index));

/** Puts a value where the template has {}. */
export const filled = (template: string, value: string): string => template.replace('{}', () => value);
