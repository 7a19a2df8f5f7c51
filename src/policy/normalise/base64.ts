// Base64 that is text when it is decoded, standard and url-safe, padded or not. Runs are followed letter by letter: an expression would lose
// its way in those of megabytes.
import { textIn } from './bytes.ts';
import { stretchesOf } from './stretches.ts';

/** Letters of a run, without what pads it: a number of social security in dashes has as many. */
const SHORTEST = 15;
/** Lengths of the lines that mails and PEM break it into. */
const SHORTEST_LINE = 60;
const LONGEST_LINE = 80;

const CAPITAL = 2;
const DIGIT = 3;
/** These part words and paths, too, so that base64 may begin behind each. */
const SEPARATOR = 4;
const LETTERS = new Uint8Array(128);
for (const [letters, kind] of [['abcdefghijklmnopqrstuvwxyz', 1], ['ABCDEFGHIJKLMNOPQRSTUVWXYZ', CAPITAL], ['0123456789', DIGIT], ['+/_-', SEPARATOR]] as const) {
  for (const letter of letters) LETTERS[letter.charCodeAt(0)] = kind;
}

export interface Decoded {
  text: string;
  /** Where it stands, with what pads it. */
  start: number;
  end: number;
}

/** Offset behind the letters that begin at `from`. */
function endOfRun(text: string, from: number): number {
  let at = from;
  while (LETTERS[text.charCodeAt(at)]! > 0) at++;
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
    if (text[next - 1] !== '\n' || !(LETTERS[text.charCodeAt(next)]! > 0)) break;
    const after = endOfRun(text, next);
    if (after - next > width) break;
    start = next;
    end = after;
  }
  return end;
}

/** Where the first run begins that is long enough, at `from` or behind it; -1: nowhere. No run goes over `from`. */
function beginOfRun(text: string, from: number): number {
  let begin = from;
  while (begin + SHORTEST <= text.length) {
    // From the far end: where no letter is, no run from before goes on.
    let at = begin + SHORTEST - 1;
    while (at >= begin && LETTERS[text.charCodeAt(at)]! > 0) at--;
    if (at < begin) return begin;
    begin = at + 1;
  }
  return -1;
}

/** Where base64 may begin in a run, as the offset in groups of four letters; empty for words of prose. */
function phasesOf(run: string): Set<number> {
  const phases = new Set<number>();
  let [isMixed, hasDigit, hasCapital] = [false, false, false];
  let before = SEPARATOR;
  for (let at = 0; at < run.length && !(isMixed && phases.size === 4); at++) {
    const kind = LETTERS[run.charCodeAt(at)] ?? 0;
    if (before === SEPARATOR) phases.add(at % 4);
    if (kind === DIGIT) hasDigit = true;
    // Words begin with capitals; text in base64 has them inside, too.
    if (kind === CAPITAL) [hasCapital, isMixed] = [true, isMixed || before !== SEPARATOR];
    isMixed ||= hasDigit && hasCapital;
    before = kind;
  }
  return isMixed ? phases : new Set();
}

/** What a run says that begins anywhere in it; `offset` is where it stands. */
function readRun(run: string, offset: number, isOneLine: boolean): Decoded[] {
  const found: Decoded[] = [];
  for (const phase of phasesOf(run)) {
    const bytes = Buffer.from(phase === 0 ? run : run.slice(phase), 'base64');
    const whole = phase === 0 ? textIn(bytes) : undefined;
    if (whole !== undefined) {
      found.push({ text: whole, start: offset, end: offset + run.length });
      continue;
    }
    for (const { text, from, to } of stretchesOf(bytes)) {
      const start = isOneLine ? offset + phase + 4 * Math.floor(from / 3) : offset;
      const end = isOneLine ? offset + phase + 4 * Math.ceil(to / 3) : offset + run.length;
      found.push({ text, start, end: Math.min(end, offset + run.length) });
    }
  }
  return found;
}

/** What the runs of base64 in a text say. A broken letter among them makes them no less readable. */
export function decodeBase64(text: string): Decoded[] {
  const found: Decoded[] = [];
  let end = 0;
  for (let start = beginOfRun(text, 0); start !== -1; start = beginOfRun(text, end)) {
    end = endOfLines(text, start);
    const lines = text.slice(start, end);
    const run = lines.includes('\n') ? lines.replace(/\r?\n/g, '') : lines;
    const last = end;
    while (text[end] === '=') end++;
    for (const { text: said, start: from, end: to } of readRun(run, start, run === lines)) {
      found.push({ text: said, start: from, end: run !== lines || to === last ? end : to });
    }
  }
  return found;
}
