// What many detectors ask of a text before they look closer, found out in one go: most texts hold nothing for most of them.
import type { Span } from '../types.ts';

export interface Traits {
  /** ASCII digits. */
  digits: number;
  hasDot: boolean;
  hasColon: boolean;
  hasEquals: boolean;
  hasCapital: boolean;
  /** Runs of all that keys and tokens are made of, as long as the shortest of them, or longer. */
  runs: readonly Span[];
}

/** UTF-16 code units of the shortest value that is looked at. */
const SHORTEST_RUN = 16;
const LETTER = 1;
const DIGIT = 2;
const CAPITAL = 4;
const DOT = 8;
const COLON = 16;
const EQUALS = 32;
const IN_RUN = 64;

const KINDS = new Uint8Array(128);
const put = (characters: string, kinds: number): void => {
  for (const character of characters) KINDS[character.charCodeAt(0)]! |= kinds;
};
put('abcdefghijklmnopqrstuvwxyz_$/+!%~?@,-', LETTER | IN_RUN);
put('ABCDEFGHIJKLMNOPQRSTUVWXYZ', CAPITAL | IN_RUN);
put('0123456789', DIGIT | IN_RUN);
put('.', DOT | IN_RUN);
put(':', COLON | IN_RUN);
put('=', EQUALS | IN_RUN);
const UPPER = /\p{Lu}/u;

function find(text: string): Traits {
  let seen = 0;
  let digits = 0;
  let isPlain = true;
  let start = 0;
  const runs: Span[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kinds = code < 128 ? KINDS[code]! : 0;
    if (code >= 128) isPlain = false;
    seen |= kinds;
    if ((kinds & DIGIT) !== 0) digits++;
    if ((kinds & IN_RUN) !== 0) continue;
    if (at - start >= SHORTEST_RUN) runs.push({ start, end: at });
    start = at + 1;
  }
  if (text.length - start >= SHORTEST_RUN) runs.push({ start, end: text.length });
  const hasCapital = (seen & CAPITAL) !== 0 || (!isPlain && UPPER.test(text));
  return { digits, hasDot: (seen & DOT) !== 0, hasColon: (seen & COLON) !== 0, hasEquals: (seen & EQUALS) !== 0, hasCapital, runs };
}

let last: { text: string; traits: Traits } | undefined;

/** Those of the same text again and again cost nothing: all detectors look at one text before the next. */
export function traitsOf(text: string): Traits {
  if (last?.text !== text) last = { text, traits: find(text) };
  return last.traits;
}
