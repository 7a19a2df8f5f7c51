// The headers that authenticate one request, whichever way a provider makes them.
import type { Authorization, SignableRequest } from './provider.ts';

/** Flat list of name, value. */
export async function authorizationHeaders(authorization: Authorization, request: SignableRequest): Promise<readonly string[]> {
  return typeof authorization === 'function' ? authorization(request) : authorization;
}

const BEARER = /^Bearer\s+/i;
const SESSION_TOKEN = 'x-amz-security-token';

/** The tokens among headers that authenticate, which nobody else may see. Signatures are none: they fit one request only. */
export function tokensIn(headers: readonly string[]): string[] {
  return headers.flatMap((value, at) => {
    if (at % 2 === 0) return [];
    if (headers[at - 1]!.toLowerCase() === SESSION_TOKEN) return [value];
    return BEARER.test(value) ? [value.replace(BEARER, '')] : [];
  });
}
