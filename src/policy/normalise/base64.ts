// Base64 that is text when it is decoded.
import { textIn } from './bytes.ts';

const RUN = /(?<![\w+/=-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=])/g;
/** Broken into lines, as in mails and PEM. */
const LINES = /(?<![\w+/=-])(?:[A-Za-z0-9+/]{60,80}\r?\n)+[A-Za-z0-9+/]{1,80}={0,2}(?![\w+/=])/g;

/** What the runs of base64 in a text say, and where they stand. A broken letter among them makes them no less readable. */
export function decodeBase64(text: string): { text: string; start: number; end: number }[] {
  return [RUN, LINES].flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(({ 0: run, index }) => {
      const decoded = textIn(Buffer.from(run, 'base64'));
      return decoded === undefined ? [] : [{ text: decoded, start: index, end: index + run.length }];
    }),
  );
}
