// Attempts to make a model drop its instructions, told by a small model of its own. It sees form, not intent.
import { findInjection } from '../injection/model.ts';
import type { Detector } from '../types.ts';

/** A piece of text, and what white space may add to it. */
const MAX_SPAN = 4096;
/** Shorter texts say too little. */
const SHORTEST = 12;

export const injection: Detector = {
  id: 'injection',
  title: 'prompt injections and jailbreaks (by a small statistical model)',
  maxSpan: MAX_SPAN,
  whole: true,
  mayMatch: (text) => text.length >= SHORTEST,
  scan(text) {
    const span = text.length < SHORTEST ? undefined : findInjection(text);
    return span === undefined ? [] : [{ start: span.start, end: Math.min(span.end, span.start + MAX_SPAN) }];
  },
};
