// What is judged at a time: a part, with what was said right before it, which its meaning depends on.
import type { Part } from '../types.ts';
import { Line } from './line.ts';

/** Parts before one that its meaning may depend on. */
export const CONTEXT_PARTS = 4;

export interface Unit {
  part: Part;
  context: readonly Part[];
  /** Names the words of both, wherever they stand: places that nobody knows share one path. */
  subject: string;
  /** Whose parts may stand in one question with it, and where it stands there. */
  line: Line;
  index: number;
}

/** Each subject once. `before`: what was said before all of the parts. */
export function unitsOf(parts: readonly Part[], before: readonly Part[]): Unit[] {
  const said = new Line(CONTEXT_PARTS);
  for (const part of before) said.add(part);
  // Nothing that one says may change how the other is judged: instructions are the same in many conversations, and are judged once for all.
  const fixed = new Line(0);
  const units = new Map<string, Unit>();
  for (const part of parts) {
    if (part.seam === true || part.text.trim() === '') continue;
    const line = part.role === 'system' || part.role === 'definition' ? fixed : said;
    const index = line.add(part);
    const context = line.before(index);
    const subject = line.name(index - context.length, index + 1);
    if (!units.has(subject)) units.set(subject, { part, context, subject, line, index });
  }
  return [...units.values()];
}
