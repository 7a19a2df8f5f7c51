// Tokens may be longer than what streams hold back by themselves.

/** UTF-16 code units of the longest token. */
export const LONGEST = 2048;
/** Shorter runs are held back anyway. */
const LONG = 200;
const STOPS = /[\s"'`<>]/;

/** Where a long token may be growing at the end. Followed letter by letter from there: it is asked for each word of a stream. */
export function holdLongRun(text: string): number {
  const floor = Math.max(0, text.length - LONGEST);
  let start = text.length;
  while (start > floor && !STOPS.test(text[start - 1]!)) start--;
  return text.length - start < LONG ? text.length : start;
}
