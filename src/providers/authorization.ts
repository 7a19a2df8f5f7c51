// The headers that authenticate one request, whichever way a provider makes them.
import type { Authorization, SignableRequest } from './provider.ts';

/** Flat list of name, value. */
export async function authorizationHeaders(authorization: Authorization, request: SignableRequest): Promise<readonly string[]> {
  return typeof authorization === 'function' ? authorization(request) : authorization;
}

/** Headers of a connection with those of one request in place of equal ones. Both are flat lists of name, value. */
export function withOverrides(headers: readonly string[], own: readonly string[]): string[] {
  const replaced = new Set(own.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  return [...headers.filter((_, index) => !replaced.has(headers[index - (index % 2)]!.toLowerCase())), ...own];
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
