// The headers that authenticate one request, whichever way a provider makes them.
import type { Authorization, SignableRequest } from './provider.ts';

/** Flat list of name, value. */
export async function authorizationHeaders(authorization: Authorization, request: SignableRequest): Promise<readonly string[]> {
  return typeof authorization === 'function' ? authorization(request) : authorization;
}
