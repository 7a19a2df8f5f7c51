// Runs detectors over all that was said, each over each part once, however many policies use it.
import type { View } from './normalise/views.ts';
import type { Content, Detector, Finding, Part, Span } from './types.ts';

/** Other readings of a text, for example with what is percent-encoded decoded; the first is the text itself. */
export type Views = (text: string) => readonly View[];
/** First 16 hex digits of a keyed hash. */
export type Hash = (text: string) => string;

const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

function scanPart(part: Part, views: readonly View[], detector: Detector, hash: Hash): Finding[] {
  const found: Finding[] = [];
  for (const { text, toOriginal } of views) {
    if (!detector.mayMatch(text)) continue;
    for (const span of detector.scan(text)) {
      const original = toOriginal(span);
      // Another reading of what was found already.
      if (found.some((finding) => overlaps(finding.span, original))) continue;
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
      if (findings.length > 0) found.set(detector.id, [...(found.get(detector.id) ?? []), ...findings]);
    }
  }
  return found;
}
