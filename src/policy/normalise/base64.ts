// Base64 that is text when it is decoded. Runs are followed letter by letter: an expression would lose its way in those of megabytes.
import { textIn } from './bytes.ts';

const BEGIN = /(?<![\w+/=-])[\w+/-]{24}/g;
/** Lengths of the lines that mails and PEM break it into. */
const SHORTEST_LINE = 60;
const LONGEST_LINE = 80;

const LETTERS = new Uint8Array(128);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-') LETTERS[letter.charCodeAt(0)] = 1;

/** Offset behind the letters that begin at `from`. */
function endOfRun(text: string, from: number): number {
  let at = from;
  while (LETTERS[text.charCodeAt(at)] === 1) at++;
  return at;
}

/** The same over the ends of lines, where the first is as long as such lines are. */
function endOfLines(text: string, from: number): number {
  let start = from;
  let end = endOfRun(text, from);
  const width = end - start;
  if (width < SHORTEST_LINE || width > LONGEST_LINE) return end;
  while (end - start === width) {
    const next = text[end] === '\r' ? end + 2 : end + 1;
    if (text[next - 1] !== '\n' || LETTERS[text.charCodeAt(next)] !== 1) break;
    const after = endOfRun(text, next);
    if (after - next > width) break;
    start = next;
    end = after;
  }
  return end;
}

/** What the runs of base64 in a text say, and where they stand. A broken letter among them makes them no less readable. */
export function decodeBase64(text: string): { text: string; start: number; end: number }[] {
  const found: { text: string; start: number; end: number }[] = [];
  const begin = new RegExp(BEGIN);
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const start = match.index;
    let end = endOfLines(text, start);
    begin.lastIndex = end;
    const decoded = textIn(Buffer.from(text.slice(start, end), 'base64'));
    while (text[end] === '=') end++;
    if (decoded !== undefined) found.push({ text: decoded, start, end });
  }
  return found;
}
