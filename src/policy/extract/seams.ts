// A model reads neighbouring pieces of text as one, so what stands half in one and half in the next must be found too.
import type { Part } from '../types.ts';

/** The longest thing that is worth cutting in two. */
const REACH = 128;
const GAP = '\n\n\n';

/** Short texts whole, of long ones the ends. */
const edges = (text: string): string => (text.length <= 2 * REACH ? text : text.slice(0, REACH) + GAP + text.slice(-REACH));

/**
 * What tells texts that callers show as one from others, by the names and kinds on the way to one; undefined: it is none of these.
 * Quick for names of any length.
 */
export function kindOfText(around: string, isThought = false): string | undefined {
  const last = around.lastIndexOf('.');
  const name = around.slice(last + 1);
  if (name !== 'text' && name !== 'content') return undefined;
  return `${isThought ? 'thought ' : ''}${around.slice(around.lastIndexOf('.', last - 1) + 1)}`;
}

/** Parts by what is the same about them, without those of which there is one only. */
function groupsOf(parts: readonly Part[], keyOf: (part: Part) => string | undefined): Part[][] {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const key = keyOf(part);
    if (key === undefined) continue;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [part]);
    else known.push(part);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/**
 * The neighbours put together as parts that are only for detectors, one for each role; none where there is one piece only. Once as they are,
 * and once each on a line of its own. The same for texts of one kind that others of their role stand between: callers show them as one.
 */
export function seams(parts: readonly Part[], path: string, kindOf: (part: Part) => string | undefined = () => undefined): Part[] {
  const said = parts.filter(({ seam }) => seam !== true);
  const byRole = groupsOf(said, ({ role }) => role);
  const sizes = new Map(byRole.map((group) => [group[0]!.role, group.length]));
  const byKind = groupsOf(said, kindOf).filter((group) => group.length < sizes.get(group[0]!.role)!);
  return [...byRole, ...byKind].flatMap((texts) => {
    const pieces = texts.map(({ text }) => edges(text));
    pieces[0] = texts[0]!.text.slice(-2 * REACH);
    pieces[pieces.length - 1] = texts.at(-1)!.text.slice(0, 2 * REACH);
    const { role } = texts[0]!;
    const history = texts.every((part) => part.history);
    return ['', '\n'].map((between): Part => ({ path, role, text: pieces.join(between), history, seam: true }));
  });
}
