// Runs detectors over all that was said, each over each part once, however many policies use it.
import type { View } from './normalise/views.ts';
import type { Content, Detector, Finding, Part, Span } from './types.ts';

/** Other readings of a text, for example with what is percent-encoded decoded; the first is the text itself. */
export type Views = (text: string) => readonly View[];
/** First 16 hex digits of a keyed hash. */
export type Hash = (text: string) => string;

/** Spans in order, none over another, found by halving: a text may hold thousands. */
class Places {
  readonly #spans: Span[] = [];

  /** False: some of it is taken already. */
  take(span: Span): boolean {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#spans[middle]!.end <= span.start) low = middle + 1;
      else high = middle;
    }
    const next = this.#spans[low];
    if (next !== undefined && next.start < span.end) return false;
    this.#spans.splice(low, 0, span);
    return true;
  }
}

/** What one detector has found in one part, in any of its readings. */
class Found {
  readonly findings: Finding[] = [];
  readonly #places = new Places();

  look(detector: Detector, part: Part, { text, toOriginal }: View, hash: Hash): void {
    if (!detector.mayMatch(text)) return;
    const { id, advisory } = detector;
    for (const span of detector.scan(text)) {
      const original = toOriginal(span);
      // Another reading of what was found already.
      if (!this.#places.take(original)) continue;
      const found = text.slice(span.start, span.end);
      this.findings.push({ detector: id, path: part.path, span: original, hash: hash(found), ...(advisory === true ? { advisory } : {}) });
    }
  }
}

/** Findings by id of the detector; none for those that found nothing. */
export function detect(content: Content, detectors: readonly Detector[], views: Views, hash: Hash): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const part of content.parts) {
    const ofPart = detectors.map(() => new Found());
    // All detectors look at one text before the next, since they share what is known about it.
    for (const view of views(part.text)) detectors.forEach((detector, index) => ofPart[index]!.look(detector, part, view, hash));
    detectors.forEach(({ id }, index) => {
      const { findings } = ofPart[index]!;
      if (findings.length === 0) return;
      const known = found.get(id);
      if (known === undefined) found.set(id, findings);
      else for (const finding of findings) known.push(finding);
    });
  }
  return found;
}
