// Counting: what was found of what is there, and how much of what is harmless was flagged.
import { detectorOf } from '../../src/policy/detectors/index.ts';
import { viewsOf } from '../../src/policy/normalise/views.ts';
import type { Detector, Span } from '../../src/policy/types.ts';
import type { Example } from './sets.ts';

/** In the text as it was given, in all its readings. */
export function found(text: string, detector: Detector): Span[] {
  return viewsOf(text).flatMap((view) =>
    detector.mayMatch(view.text) ? detector.scan(view.text).map((span) => view.toOriginal(span)) : [],
  );
}

export const detectors = (...ids: string[]): Detector[] => ids.map((id) => detectorOf({ id }));
export const isFlagged = (text: string, list: readonly Detector[]): boolean => list.some((detector) => found(text, detector).length > 0);

/** Share of the texts that are flagged; 0 of none. */
export const flagged = (texts: readonly string[], list: readonly Detector[]): number =>
  texts.length === 0 ? 0 : texts.filter((text) => isFlagged(text, list)).length / texts.length;

export const textsOf = (examples: readonly Example[], label?: 0 | 1): string[] =>
  examples.filter((example) => label === undefined || example.label === label).map(({ text }) => text);

/** By overlap, once for each span that is there or was found. `precision` and `recall` are 1 where there is nothing to count. */
export function spansFound(
  examples: readonly Example[],
  kind: string,
  detector: Detector,
): { precision: number; recall: number; expected: number } {
  let expected = 0;
  let recalled = 0;
  let claimed = 0;
  let right = 0;
  for (const { text, spans = [] } of examples) {
    const there = spans.filter((span) => span[2] === kind);
    const claims = found(text, detector);
    const overlaps = ([start, end]: readonly [number, number, string], claim: Span): boolean => start < claim.end && claim.start < end;
    expected += there.length;
    recalled += there.filter((span) => claims.some((claim) => overlaps(span, claim))).length;
    claimed += claims.length;
    right += claims.filter((claim) => there.some((span) => overlaps(span, claim))).length;
  }
  return { precision: claimed === 0 ? 1 : right / claimed, recall: expected === 0 ? 1 : recalled / expected, expected };
}
