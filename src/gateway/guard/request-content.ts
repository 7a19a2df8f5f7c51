// What a request says, of whatever kind its body is.
import { readRequestContent } from '../../policy/extract/content.ts';
import type { Content } from '../../policy/types.ts';
import { formParts } from '../../providers/form-parts.ts';
import type { GatewayRequest } from '../../providers/provider.ts';

const kindOf = (type: string): 'audio' | 'image' | 'file' => (type.startsWith('audio/') ? 'audio' : type.startsWith('image/') ? 'image' : 'file');

/** Fields of a form are text, and its files cannot be read. */
export function requestContent({ body, form, raw }: Pick<GatewayRequest, 'body' | 'form' | 'raw'>): Content {
  if (form === undefined) return readRequestContent(body);
  const content: Content = { parts: [], unscannable: [] };
  for (const { name, isFile, headers, start, end } of formParts(form.contentType, raw)) {
    if (isFile) content.unscannable.push({ path: name, kind: kindOf(headers.get('content-type') ?? '') });
    else if (name !== 'model') content.parts.push({ path: name, role: 'user', text: raw.toString('utf8', start, end), history: false });
  }
  return content;
}
