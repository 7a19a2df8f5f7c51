// A word tells that what follows is secret, but only what follows is.
import type { Span } from '../../types.ts';
import { matchesOf } from '../spans.ts';

/**
 * Where the first group of a global expression stands that matched and that `accept` agrees to. The text of the group does not come again
 * behind it in the same match.
 */
export function groupsOf(text: string, pattern: RegExp, accept: (value: string, match: RegExpExecArray) => boolean): Span[] {
  const spans: Span[] = [];
  for (const match of matchesOf(text, pattern)) {
    const value = match.slice(1).find((group) => group !== undefined);
    if (value === undefined || !accept(value, match)) continue;
    const start = match.index + match[0].lastIndexOf(value);
    spans.push({ start, end: start + value.length });
  }
  return spans;
}
