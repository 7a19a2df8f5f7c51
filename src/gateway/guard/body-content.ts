// What the JSON of a request says.
import { readRequestContent } from '../../policy/extract/content.ts';
import { hugeNumbers } from '../../policy/extract/whole-json.ts';
import type { Content } from '../../policy/types.ts';

/** `raw`: the bytes that the body was parsed from. */
export function bodyContent(body: Record<string, unknown>, raw: Buffer): Content {
  const content = readRequestContent(body);
  const text = hugeNumbers(raw.toString('latin1'));
  if (text !== undefined) content.parts.push({ path: '*', role: 'other', text, history: false, seam: true });
  return content;
}
