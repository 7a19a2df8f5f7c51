// What a form says: its fields, the names of all in it, and what of its files is text.
import { isKnownName, memberPath } from '../../policy/extract/names.ts';
import { seams } from '../../policy/extract/seams.ts';
import { textIn } from '../../policy/normalise/bytes.ts';
import type { Content } from '../../policy/types.ts';
import { formParts } from '../../providers/form-parts.ts';

const kindOf = (type: string): 'audio' | 'image' | 'file' => (type.startsWith('audio/') ? 'audio' : type.startsWith('image/') ? 'image' : 'file');

/** What other readers than ours may read in another way. */
const isPlain = (headers: ReadonlyMap<string, string>): boolean =>
  !headers.has('content-transfer-encoding') && /^(?:[\w./+-]*|text\/plain; ?charset="?(?:utf-8|us-ascii)"?)$/i.test(headers.get('content-type') ?? '');

/** Fields of a form are text, and its files cannot be read; names and headers may say something, too. */
export function formContent(contentType: string, raw: Buffer): Content {
  const content: Content = { parts: [], unscannable: [] };
  for (const { name, isFile, fileName, headers, start, end } of formParts(contentType, raw)) {
    const path = memberPath('', name);
    const say = (text: string, more = {}): void => void content.parts.push({ path, role: 'user', text, history: false, ...more });
    if (!isKnownName(name)) say(name, { seam: true });
    for (const value of headers.values()) if (!/^[\w./+-]*$/.test(value)) say(value, { seam: true });
    if (fileName !== undefined && fileName !== '') say(fileName);
    if (isFile) content.unscannable.push({ path, kind: kindOf(headers.get('content-type') ?? '') });
    else if (!isPlain(headers)) content.unscannable.push({ path, kind: 'unknown' });
    const text = isFile ? textIn(raw.subarray(start, end)) : raw.toString('utf8', start, end);
    if (name !== 'model' && text !== undefined && text !== '') say(text);
  }
  content.parts.push(...seams(content.parts, ''));
  return content;
}
