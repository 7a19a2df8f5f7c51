// Expressions of a policy's author. They run in an engine whose time is linear in the text, whatever the expression.
import { RE2JS } from 're2js';
import type { Detector, Span } from '../types.ts';

/** Thrown for an expression that the engine does not take. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

const MAX_SPAN = 512;
/** An expression that matches everywhere says nothing after so many. */
const MAX_MATCHES = 100;

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PatternError(`is no expression in RE2 syntax, which has neither look-around nor back-references: ${reason}`);
  }
}

/** Case does not count. Throws PatternError. */
export function pattern(source: string): Detector {
  const expression = compile(source);
  if (expression.matcher('').find()) throw new PatternError('matches the empty text, and so everything');
  const scan = (text: string): Span[] => {
    const spans: Span[] = [];
    const matcher = expression.matcher(text);
    while (spans.length < MAX_MATCHES && matcher.find()) spans.push({ start: matcher.start(), end: matcher.end() });
    return spans;
  };
  return { id: `pattern:${source}`, title: `the pattern ${source}`, maxSpan: MAX_SPAN, mayMatch: () => true, scan };
}
