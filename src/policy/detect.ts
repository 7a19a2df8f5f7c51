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

function scanPart(part: Part, views: readonly View[], detector: Detector, hash: Hash): Finding[] {
  const found: Finding[] = [];
  const places = new Places();
  for (const { text, toOriginal } of views) {
    if (!detector.mayMatch(text)) continue;
    for (const span of detector.scan(text)) {
      const original = toOriginal(span);
      // Another reading of what was found already.
      if (!places.take(original)) continue;
      const { advisory } = detector;
      found.push({ detector: detector.id, path: part.path, span: original, hash: hash(text.slice(span.start, span.end)), ...(advisory === true ? { advisory } : {}) });
    }
  }
  return found;
}

/** Findings by id of the detector; none for those that found nothing. */
export function detect(content: Content, detectors: readonly Detector[], views: Views, hash: Hash): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  for (const part of content.parts) {
    const readings = views(part.text);
    for (const detector of detectors) {
      const findings = scanPart(part, readings, detector, hash);
      if (findings.length === 0) continue;
      const known = found.get(detector.id);
      if (known === undefined) found.set(detector.id, findings);
      else for (const finding of findings) known.push(finding);
    }
  }
  return found;
}
