// What earlier processes have left in a directory: parts that nobody was told, and batches that somebody may have been told.
import { decode } from './journal.ts';
import { partName, readBatchName, readPartName, summaryOf, type BatchName, type Part, type Span } from './parts.ts';
import type { SpoolStore } from './stores.ts';

export interface Left {
  parts: Part[];
  batches: BatchName[];
}

const holds = (outer: Span, inner: Span): boolean =>
  outer.first <= inner.first && inner.last <= outer.last && (outer.first !== inner.first || outer.last !== inner.last);

/**
 * Parts in their order. Removes those that another one holds. `onProblem`: one that cannot be read stays where it is. Throws when the
 * directory cannot be read.
 */
export function leftIn(store: SpoolStore, onProblem: (name: string, error: unknown) => void): Left {
  const names = store.list();
  const spans = names.flatMap((name) => readPartName(name) ?? []).toSorted((a, b) => a.first - b.first);
  const parts: Part[] = [];
  for (const span of spans) {
    try {
      const { contents, unreadable } = decode(store.read(partName(span)));
      if (unreadable > 0) onProblem(partName(span), new Error(`${unreadable} lines cannot be read`));
      if (contents.isEmpty || spans.some((other) => holds(other, span))) store.remove(partName(span));
      else parts.push({ store, ...span, level: 'minutes', ...summaryOf(contents) });
    } catch (error) {
      onProblem(partName(span), error);
    }
  }
  return { parts, batches: names.flatMap((name) => readBatchName(name) ?? []) };
}
