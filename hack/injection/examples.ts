// From texts to what is trained on: pieces, attacks put into the middle of harmless text, as they come in documents, and short texts in a row,
// as they come in conversations.
import { codesOf, eachRun, eachWord, NONE } from '../../src/policy/injection/features.ts';
import { largeWindows, smallWindows, type Window } from '../../src/policy/injection/windows.ts';
import type { Text } from './data.ts';
import { FILES } from './files.ts';

export interface Example {
  buckets: Int32Array;
  /** Of each bucket, scaled to the length of the piece. */
  values: Float32Array;
  label: 0 | 1;
  weight: number;
}

/** Small pieces of harmless texts count less, since there are many of them. */
const SMALL_WEIGHT = 0.5;
const EMBEDDED_WEIGHT = 0.4;
/** Code units of harmless text around an attack. */
const ROOMS = [150, 500];
const JOINED_WEIGHT = 0.25;
/** Between texts in a row. */
const BREAKS = ['. ', '\n', ' ', '\n\n', '? '];

function exampleOf(codes: Uint16Array, { start, end }: Window, label: 0 | 1, weight: number): Example {
  const counts = new Map<number, number>();
  let total = 0;
  const note = (_at: number, ...buckets: number[]): void => {
    for (const bucket of buckets) {
      if (bucket === NONE) continue;
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
      total++;
    }
  };
  const piece = codes.subarray(start, end);
  eachRun(piece, note);
  eachWord(piece, note);
  const scale = 1 / Math.sqrt(Math.max(1, total));
  return { buckets: Int32Array.from(counts.keys()), values: Float32Array.from(counts.values(), (count) => count * scale), label, weight };
}

/** Of texts that were cut before: each fold trains on most of them again. */
const known = new WeakMap<Text, Example[]>();

function piecesOf(text: Text): Example[] {
  const examples = known.get(text) ?? pieces(text);
  known.set(text, examples);
  return examples;
}

function pieces({ set, text, label, weight }: Text): Example[] {
  const codes = codesOf(text);
  const large = largeWindows(codes.length);
  // Most pieces of a long attack look harmless alone, so only those of harmless texts are sure.
  const all = label === 0 ? smallWindows(codes.length) : [];
  const small = set === FILES ? all.filter((_window, index) => index % 3 === 0) : all;
  return [
    ...large.map((window) => exampleOf(codes, window, label, weight / Math.sqrt(large.length))),
    ...small.map((window) => exampleOf(codes, window, label, (SMALL_WEIGHT * weight) / Math.sqrt(small.length))),
  ];
}

const isShortAttack = ({ label, text }: Text): boolean => label === 1 && text.length > 25 && text.length < 260;
const isLongBenign = ({ label, text }: Text): boolean => label === 0 && text.length > 150;
const isShortBenign = ({ label, set, text }: Text): boolean => label === 0 && set !== FILES && text.length > 20 && text.length < 220;

/** A third of the own ones is enough: they resemble each other. */
const shortAttacks = (texts: readonly Text[]): Text[] => texts.filter(isShortAttack).filter(({ own }, index) => !own || index % 3 === 0);
const whole = (text: string, label: 0 | 1, weight: number): Example => {
  const codes = codesOf(text);
  return exampleOf(codes, { start: 0, end: codes.length, small: false }, label, weight);
};

function embedded(texts: readonly Text[], random: () => number): Example[] {
  const hosts = texts.filter(isLongBenign);
  return shortAttacks(texts).flatMap((attack) =>
    ROOMS.map((room) => {
      const host = hosts[Math.floor(random() * hosts.length)]!.text;
      const from = Math.floor(random() * Math.max(1, host.length - room));
      const around = host.slice(from, from + room);
      const cut = Math.floor(random() * around.length);
      return whole(`${around.slice(0, cut)}\n${attack.text}\n${around.slice(cut)}`, 1, EMBEDDED_WEIGHT);
    }),
  );
}

/** Harmless texts in a row, with an attack behind them or without one: several subjects alone are no attack. */
function joined(texts: readonly Text[], random: () => number): Example[] {
  const harmless = texts.filter(isShortBenign);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const row = (list: readonly string[]): string => list.reduce((text, next) => text + pick(BREAKS) + next);
  const some = (least: number): string[] => Array.from({ length: least + Math.floor(random() * 2) }, () => pick(harmless).text);
  return shortAttacks(texts).flatMap((attack) => [
    whole(row([...some(1), attack.text, ...(random() < 0.25 ? some(1) : [])]), 1, JOINED_WEIGHT),
    whole(row(some(2)), 0, JOINED_WEIGHT),
  ]);
}

export function examplesOf(texts: readonly Text[], random: () => number): Example[] {
  return [...texts.flatMap(piecesOf), ...embedded(texts, random), ...joined(texts, random)];
}
