// Text that was made from another one, and still knows from where each of its code units came.
import type { Span } from '../types.ts';

/** Each code unit of `text` stands for `from[i]` up to `to[i]` of the original; both undefined: it is the original. */
export interface Mapped {
  text: string;
  from?: readonly number[];
  to?: readonly number[];
}

/** The span of the original that a span of the text stands for. */
export function originalSpan({ from, to }: Mapped, { start, end }: Span): Span {
  if (from === undefined || to === undefined || end <= start) return { start, end };
  return { start: from[start] ?? 0, end: to[end - 1] ?? 0 };
}

/** Replaces what matches; the same object where nothing does. `pattern` is global. `replace` may return the match unchanged. */
export function replaceMapped(mapped: Mapped, pattern: RegExp, replace: (match: RegExpExecArray) => string): Mapped {
  const { text } = mapped;
  const pieces: string[] = [];
  const from: number[] = [];
  const to: number[] = [];
  let at = 0;
  const copy = (until: number): void => {
    pieces.push(text.slice(at, until));
    for (let index = at; index < until; index++) {
      from.push(mapped.from?.[index] ?? index);
      to.push(mapped.to?.[index] ?? index + 1);
    }
    at = until;
  };
  let changed = false;
  for (const match of text.matchAll(pattern)) {
    const replacement = replace(match);
    if (replacement === match[0]) continue;
    changed = true;
    copy(match.index);
    pieces.push(replacement);
    const span = originalSpan(mapped, { start: match.index, end: match.index + match[0].length });
    for (let index = 0; index < replacement.length; index++) {
      from.push(span.start);
      to.push(span.end);
    }
    at = match.index + match[0].length;
  }
  if (!changed) return mapped;
  copy(text.length);
  return { text: pieces.join(''), from, to };
}
