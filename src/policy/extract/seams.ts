// A model reads neighbouring pieces of text as one, so what stands half in one and half in the next must be found too.
import type { Part } from '../types.ts';

/** The longest thing that is worth cutting in two. */
const REACH = 128;

/** The ends of neighbours, put together, as one part that is only for detectors; none where there is one piece only. */
export function seams(parts: readonly Part[], path: string): Part[] {
  const texts = parts.filter(({ seam }) => seam !== true);
  if (texts.length < 2) return [];
  const joined: string[] = [];
  for (let index = 1; index < texts.length; index++) {
    const [before, after] = [texts[index - 1]!, texts[index]!];
    if (before.role === after.role) joined.push(before.text.slice(-REACH) + after.text.slice(0, REACH));
  }
  if (joined.length === 0) return [];
  return [{ path, role: texts[0]!.role, text: joined.join('\n\n'), history: texts.every(({ history }) => history), seam: true }];
}
