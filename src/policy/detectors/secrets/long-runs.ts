// Tokens may be longer than what streams hold back by themselves.

/** UTF-16 code units of the longest token. */
export const LONGEST = 2048;
/** Shorter runs are held back anyway. */
const LONG = 200;
const RUN = /[^\s"'`<>]{200,2048}$/;

/** Where a long token may be growing at the end. */
export function holdLongRun(text: string): number {
  if (text.length < LONG) return text.length;
  const from = Math.max(0, text.length - LONGEST);
  const run = RUN.exec(text.slice(from));
  return run === null ? text.length : from + run.index;
}
