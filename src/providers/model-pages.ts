// Reads a list of models that comes in pages, from a server that need not be trusted to end it.
import type { Probe } from './provider.ts';
import type { ProbeAnswer } from './verdicts.ts';

/** All pages share the deadline of one check. */
const MAX_PAGES = 10;
/** More than are ever offered. */
const MAX_NAMES = 2_000;

export interface ModelPage {
  names: string[];
  /** Undefined on the last page. */
  next: string | undefined;
}

export interface PagedList {
  /** Path and query of the page at `cursor`, or of the first one. */
  pathAt(cursor: string | undefined): string;
  /** Undefined when the body is no list of models. */
  read(body: string): ModelPage | undefined;
}

/** The names of all pages, or the first answer that is no page: half a list would take models away. */
export async function readModelPages(probe: Probe, { pathAt, read }: PagedList): Promise<{ names: string[] } | { failure: ProbeAnswer }> {
  const names: string[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES && names.length < MAX_NAMES; pages++) {
    const answer = await probe({ method: 'GET', path: pathAt(cursor), credential: 'given' });
    const page = answer.status === 200 ? read(answer.body) : undefined;
    if (page === undefined) return { failure: answer };
    names.push(...page.names.slice(0, MAX_NAMES - names.length));
    if (page.next === undefined || seen.has(page.next)) break;
    seen.add(page.next);
    cursor = page.next;
  }
  return { names };
}
