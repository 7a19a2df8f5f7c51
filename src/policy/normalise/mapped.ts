// Text that was made from another one, and still knows from where each of its code units came.
import type { Span } from '../types.ts';

/** A piece that was replaced: `start` up to `end` of the text stand for `from` up to `to` of the text before. */
interface Edit extends Span {
  from: number;
  to: number;
}

export interface Mapped {
  text: string;
  /** What it was made from, and how, in order; both undefined: it is the original. */
  before?: Mapped;
  edits?: readonly Edit[];
}

/** The last edit that begins at an offset or before it. */
function editAt(edits: readonly Edit[], offset: number): Edit | undefined {
  let [low, high] = [0, edits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edits[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return edits[low - 1];
}

/** The span of the original that a span of the text stands for. */
export function originalSpan({ before, edits }: Mapped, { start, end }: Span): Span {
  if (before === undefined || edits === undefined || end <= start) return { start, end };
  const first = editAt(edits, start);
  const last = editAt(edits, end - 1);
  return originalSpan(before, {
    start: first === undefined ? start : start < first.end ? first.from : first.to + start - first.end,
    end: last === undefined ? end : end - 1 < last.end ? last.to : last.to + end - last.end,
  });
}

/** Replaces what matches; the same object where nothing does. `pattern` is global. `replace` may return the match unchanged. */
export function replaceMapped(mapped: Mapped, pattern: RegExp, replace: (match: RegExpExecArray) => string): Mapped {
  const { text } = mapped;
  const edits: Edit[] = [];
  let made = '';
  let at = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const replacement = replace(match);
    const { index, 0: matched } = match;
    if (matched === '') pattern.lastIndex++;
    if (replacement === matched) continue;
    made += text.slice(at, index) + replacement;
    at = index + matched.length;
    edits.push({ start: made.length - replacement.length, end: made.length, from: index, to: at });
  }
  if (edits.length === 0) return mapped;
  return { text: made + text.slice(at), before: mapped, edits };
}
