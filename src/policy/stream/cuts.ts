// What detectors have found in a stream, and where its text may be cut: not within any of it.
import type { Finding } from '../types.ts';
import type { Channel } from './channels.ts';

/** What would be cut there is not over yet, perhaps, so it must not leave by half. */
export function beforeCut(found: ReadonlyMap<string, Finding[]>, at: number): number {
  const spans = [...found.values()].flat().map(({ span }) => span);
  for (let cut = at; ; ) {
    const { start = cut } = spans.find((span) => span.start < cut && cut < span.end) ?? {};
    if (start === cut) return cut;
    cut = start;
  }
}

/** Where the first of them begins. */
export const firstOf = (found: ReadonlyMap<string, Finding[]>): number =>
  [...found.values()].flat().reduce((first, { span }) => Math.min(first, span.start), Infinity);

/** Those that are over by then. */
export function endingBy(found: ReadonlyMap<string, Finding[]>, upTo: number): Map<string, Finding[]> {
  const over = [...found].map(([id, findings]) => [id, findings.filter(({ span }) => span.end <= upTo)] as const);
  return new Map(over.filter(([, findings]) => findings.length > 0));
}

/** As offsets of the whole text. */
export function shifted(found: ReadonlyMap<string, Finding[]>, by: number): Map<string, Finding[]> {
  const move = (finding: Finding): Finding => ({ ...finding, span: { start: finding.span.start + by, end: finding.span.end + by } });
  return new Map([...found].map(([id, findings]) => [id, findings.map(move)]));
}

/** What was found already in the texts of a stream, which are read again and again. */
export class Told {
  readonly #edges = new Map<Channel, Set<string>>();

  /** Those that are new here; they are known from now on. A reading with more around it may see one end of a match elsewhere. */
  fresh(channel: Channel, found: ReadonlyMap<string, Finding[]>): Map<string, Finding[]> {
    const edges = this.#edges.get(channel) ?? new Set<string>();
    this.#edges.set(channel, edges);
    const isNew = ({ detector, span }: Finding): boolean => {
      const [start, end] = [`${detector} from ${span.start}`, `${detector} to ${span.end}`];
      const isKnown = edges.has(start) || edges.has(end);
      edges.add(start).add(end);
      return !isKnown;
    };
    const fresh = [...found].map(([id, findings]) => [id, findings.filter(isNew)] as const);
    return new Map(fresh.filter(([, findings]) => findings.length > 0));
  }
}
