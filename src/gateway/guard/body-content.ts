// What the JSON of a request says.
import { readRequestContent } from '../../policy/extract/content.ts';
import type { Content } from '../../policy/types.ts';

/** Numbers that lose their last digits when they are parsed. */
const HUGE = /(?:"[^"\\]{1,64}"\s{0,8}:\s{0,8})?(?<![\w.])\d{17,}/g;

/** `raw`: the bytes that the body was parsed from. */
export function bodyContent(body: Record<string, unknown>, raw: Buffer): Content {
  const content = readRequestContent(body);
  const huge = raw.toString('latin1').match(HUGE);
  if (huge !== null) content.parts.push({ path: '*', role: 'other', text: huge.join('\n\n'), history: false, seam: true });
  return content;
}
