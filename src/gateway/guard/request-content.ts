// What a request says, of whatever kind its body is.
import { readRequestContent } from '../../policy/extract/content.ts';
import type { Content, Part } from '../../policy/types.ts';
import type { Form } from '../../providers/form.ts';
import { formParts } from '../../providers/form-parts.ts';
import type { GatewayRequest } from '../../providers/provider.ts';
import { contextOf } from './context.ts';
import type { Scanner } from './scanner.ts';
import { JsonSource, sourceOf, type Source } from './source.ts';

const kindOf = (type: string): 'audio' | 'image' | 'file' => (type.startsWith('audio/') ? 'audio' : type.startsWith('image/') ? 'image' : 'file');

type Asked = Pick<GatewayRequest, 'body' | 'form' | 'raw'>;

/** Fields of a form are text, and its files cannot be read. */
function formContent(form: Form, raw: Buffer): Content {
  const content: Content = { parts: [], unscannable: [] };
  for (const { name, isFile, headers, start, end } of formParts(form.contentType, raw)) {
    if (isFile) content.unscannable.push({ path: name, kind: kindOf(headers.get('content-type') ?? '') });
    else if (name !== 'model') content.parts.push({ path: name, role: 'user', text: raw.toString('utf8', start, end), history: false });
  }
  return content;
}

/** Read when a policy asks for it. */
export function requestSource({ body, form, raw }: Asked, scanner: Pick<Scanner, 'read'>): Source & { context(): Part[] | Promise<Part[]> } {
  if (form === undefined) return new JsonSource(scanner, 'request', raw, () => readRequestContent(body));
  const content = formContent(form, raw);
  return { ...sourceOf(content), context: () => contextOf(content) };
}
