// From texts to what is trained on: pieces, and attacks put into the middle of harmless text, as they come in documents.
import { codesOf, eachRun, eachWord, NONE } from '../../src/policy/injection/features.ts';
import { largeWindows, smallWindows, type Window } from '../../src/policy/injection/windows.ts';
import type { Text } from './data.ts';

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

function pieces({ text, label, weight }: Text): Example[] {
  const codes = codesOf(text);
  const large = largeWindows(codes.length);
  // Most pieces of a long attack look harmless alone, so only those of harmless texts are sure.
  const small = label === 0 ? smallWindows(codes.length) : [];
  return [
    ...large.map((window) => exampleOf(codes, window, label, weight / Math.sqrt(large.length))),
    ...small.map((window) => exampleOf(codes, window, label, (SMALL_WEIGHT * weight) / Math.sqrt(small.length))),
  ];
}

const isShortAttack = ({ label, text }: Text): boolean => label === 1 && text.length > 25 && text.length < 260;
const isLongBenign = ({ label, text }: Text): boolean => label === 0 && text.length > 150;

function embedded(texts: readonly Text[], random: () => number): Example[] {
  const hosts = texts.filter(isLongBenign);
  // A third of the own ones is enough: they resemble each other.
  const attacks = texts.filter(isShortAttack).filter(({ own }, index) => !own || index % 3 === 0);
  return attacks.flatMap((attack) =>
    ROOMS.map((room) => {
      const host = hosts[Math.floor(random() * hosts.length)]!.text;
      const from = Math.floor(random() * Math.max(1, host.length - room));
      const around = host.slice(from, from + room);
      const cut = Math.floor(random() * around.length);
      const codes = codesOf(`${around.slice(0, cut)}\n${attack.text}\n${around.slice(cut)}`);
      return exampleOf(codes, { start: 0, end: codes.length, small: false }, 1, EMBEDDED_WEIGHT);
    }),
  );
}

export function examplesOf(texts: readonly Text[], random: () => number): Example[] {
  return [...texts.flatMap(pieces), ...embedded(texts, random)];
}
