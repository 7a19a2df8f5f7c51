// From where on a text must wait, however it is written: what is in disguise is read in each of its readings, and waits where it stands.
import { readingsOf } from '../normalise/views.ts';
import type { Detector } from '../types.ts';
import { candidateStart, MAX_RUN } from './candidate.ts';

/** UTF-16 code units: longer words are cut. */
const MAX_WORD = 4096;
/** UTF-16 code units of the original of one that is read: `&#x00034;` is about the most that anybody writes. */
const MAX_SPREAD = 8;
/** UTF-16 code units of the longest character in disguise. */
const LONGEST_ESCAPE = 12;
/** Half a character, in whatever way it is written. */
const HALF = /(?:%[0-9a-f]?|&(?:#x?[0-9a-f]{0,7}|[a-z]{0,8})|\\(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?|[\ud800-\udbff]|\ufffd+)$/i;

/** Start of the word that the offset is in: what is left of half a number would be another number. */
export function wordStart(text: string, offset: number): number {
  let start = offset;
  const floor = Math.max(0, offset - MAX_WORD);
  while (start > floor && !/\s/.test(text[start - 1]!)) start--;
  return start;
}

/** `from`: index from which the text must be held back. `spread`: code units of its end for one that they say, at least 1. */
export interface Hold {
  from: number;
  spread: number;
}

/** `detectors`: those that look at the text. */
export function holdOf(detectors: readonly Detector[], text: string): Hold {
  let from = heldIn(detectors, text);
  let size = MAX_RUN;
  for (;;) {
    const tail = text.slice(-size);
    const whole = tail.slice(0, halfStart(tail));
    const readings = readingsOf(whole).slice(1);
    const shortest = Math.min(whole.length, ...readings.map((reading) => reading.text.length));
    if (shortest < MAX_RUN && size < MAX_SPREAD * MAX_RUN && size < text.length && readings.length > 0) {
      size *= 2;
      continue;
    }
    for (const { text: said, toOriginal } of readings) {
      const held = heldIn(detectors, said);
      if (held < said.length) from = Math.min(from, text.length - tail.length + toOriginal({ start: held, end: held + 1 }).start);
    }
    return { from, spread: Math.max(1, whole.length / Math.max(1, shortest)) };
  }
}

/** The same for one reading. */
function heldIn(detectors: readonly Detector[], text: string): number {
  const half = halfStart(text);
  let from = Math.min(half, candidateStart(text), half < text.length ? candidateStart(text.slice(0, half)) : Infinity);
  for (const { holdFrom } of detectors) {
    const own = holdFrom?.(text) ?? text.length;
    if (own < from) from = wordStart(text, own);
  }
  return from;
}

/** Where half a character begins that the text ends with; its length: it does not. */
function halfStart(text: string): number {
  const floor = Math.max(0, text.length - LONGEST_ESCAPE);
  const at = text.slice(floor).search(HALF);
  return at === -1 ? text.length : floor + at;
}

/** UTF-16 code units that detectors read again before what is new: words around it give it its meaning. */
const LOOK_BACK = 320;
/** UTF-16 code units of such words. */
const CONTEXT = 120;

/** UTF-16 code units that these detectors have to read again before what is new. What holds back on its own has let nothing go of what it finds. */
export const lookBackOf = (detectors: readonly Detector[]): number =>
  Math.max(LOOK_BACK, ...detectors.filter(({ holdFrom }) => holdFrom === undefined).map(({ maxSpan }) => maxSpan + CONTEXT));
