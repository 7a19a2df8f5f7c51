// What a request says, of whatever kind its body is.
import type { GatewayRequest } from '../../providers/provider.ts';
import { bodyContent } from './body-content.ts';
import type { Scanner } from './scanner.ts';
import { WrittenSource } from './source.ts';

/** Read when a policy asks for it. */
export function requestSource({ body, form, raw }: Pick<GatewayRequest, 'body' | 'form' | 'raw'>, scanner: Pick<Scanner, 'read'>): WrittenSource {
  if (form !== undefined) return new WrittenSource(scanner, { kind: 'form', contentType: form.contentType, bytes: raw });
  return new WrittenSource(scanner, { kind: 'request', contentType: 'application/json', bytes: raw }, () => bodyContent(body, raw));
}
