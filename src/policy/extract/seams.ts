// A model reads neighbouring pieces of text as one, so what stands half in one and half in the next must be found too.
import type { Part } from '../types.ts';

/** The longest thing that is worth cutting in two. */
const REACH = 128;
const GAP = '\n\n\n';

/** Short texts whole, of long ones the ends. */
const edges = (text: string): string => (text.length <= 2 * REACH ? text : text.slice(0, REACH) + GAP + text.slice(-REACH));

/**
 * The neighbours put together as parts that are only for detectors, one for each role; none where there is one piece only. Once as they are,
 * and once each on a line of its own.
 */
export function seams(parts: readonly Part[], path: string): Part[] {
  const byRole = new Map<string, Part[]>();
  for (const part of parts) {
    if (part.seam === true) continue;
    const known = byRole.get(part.role);
    if (known === undefined) byRole.set(part.role, [part]);
    else known.push(part);
  }
  return [...byRole.values()].flatMap((texts) => {
    if (texts.length < 2) return [];
    const pieces = texts.map(({ text }) => edges(text));
    pieces[0] = texts[0]!.text.slice(-2 * REACH);
    pieces[pieces.length - 1] = texts.at(-1)!.text.slice(0, 2 * REACH);
    const { role } = texts[0]!;
    const history = texts.every((part) => part.history);
    return ['', '\n'].map((between): Part => ({ path, role, text: pieces.join(between), history, seam: true }));
  });
}
