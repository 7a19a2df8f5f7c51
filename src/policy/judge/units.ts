// What is judged at a time: a part, with what was said right before it, which its meaning depends on.
import { hash } from 'node:crypto';
import type { Part } from '../types.ts';

/** Parts before one that its meaning may depend on. */
const CONTEXT_PARTS = 4;

export interface Unit {
  part: Part;
  context: readonly Part[];
  /** Names the words of both, wherever they stand: places that nobody knows share one path. */
  subject: string;
}

function subjectOf(part: Part, context: readonly Part[]): string {
  // JSON tells pieces apart whatever is in them, half characters included.
  return hash('sha256', JSON.stringify([...context, part].map(({ role, text }) => [role, text])), 'base64url');
}

/** Each subject once. `before`: what was said before all of the parts. */
export function unitsOf(parts: readonly Part[], before: readonly Part[]): Unit[] {
  const said: Part[] = [...before];
  const units = new Map<string, Unit>();
  for (const part of parts) {
    if (part.seam === true || part.text.trim() === '') continue;
    const isFixed = part.role === 'system' || part.role === 'definition';
    const context = isFixed ? [] : said.slice(-CONTEXT_PARTS);
    if (!isFixed) said.push(part);
    const subject = subjectOf(part, context);
    if (!units.has(subject)) units.set(subject, { part, context, subject });
  }
  return [...units.values()];
}
