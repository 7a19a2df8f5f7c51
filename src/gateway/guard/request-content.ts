// What a request says, of whatever kind its body is.
import { isKnownName, memberPath } from '../../policy/extract/names.ts';
import { seams } from '../../policy/extract/seams.ts';
import { textIn } from '../../policy/normalise/bytes.ts';
import type { Content, Part } from '../../policy/types.ts';
import type { Form } from '../../providers/form.ts';
import { formParts } from '../../providers/form-parts.ts';
import type { GatewayRequest } from '../../providers/provider.ts';
import { bodyContent } from './body-content.ts';
import { contextOf } from './context.ts';
import { checkUnambiguous } from './ambiguity.ts';
import type { Scanner } from './scanner.ts';
import { JsonSource, sourceOf, type Source } from './source.ts';

const kindOf = (type: string): 'audio' | 'image' | 'file' => (type.startsWith('audio/') ? 'audio' : type.startsWith('image/') ? 'image' : 'file');

type Asked = Pick<GatewayRequest, 'body' | 'form' | 'raw'>;

/** What other readers than ours may read in another way. */
const isPlain = (headers: ReadonlyMap<string, string>): boolean =>
  !headers.has('content-transfer-encoding') && /^(?:[\w./+-]*|text\/plain; ?charset="?(?:utf-8|us-ascii)"?)$/i.test(headers.get('content-type') ?? '');

/** Fields of a form are text, and its files cannot be read; names and headers may say something, too. */
function formContent(form: Form, raw: Buffer): Content {
  const content: Content = { parts: [], unscannable: [] };
  for (const { name, isFile, fileName, headers, start, end } of formParts(form.contentType, raw)) {
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

/**
 * Read when a policy asks for it. `isGated`: nothing may get past, so a body that two readers may read differently is refused; throws
 * GatewayError body_not_json.
 */
export function requestSource({ body, form, raw }: Asked, scanner: Pick<Scanner, 'read'>, isGated: boolean): Source & { context(): Part[] | Promise<Part[]> } {
  if (form === undefined) {
    if (isGated) checkUnambiguous(raw);
    return new JsonSource(scanner, 'request', raw, () => bodyContent(body, raw));
  }
  const content = formContent(form, raw);
  return { ...sourceOf(content), context: () => contextOf(content) };
}
