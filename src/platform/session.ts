// Who is behind a request: the token of its header, and what that stands for.
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, type Access, type Caller } from './operation.ts';

export interface Session {
  caller: Caller;
  access: Access;
}

export interface Authenticator {
  /**
   * Resolves with undefined where nobody stands behind the token. `address`: of whoever sends it.
   * @throws ApiError 503 where that cannot be found out now, 429 where it is asked too often.
   */
  authenticate(token: string, address: string): Promise<Session | undefined>;
}

/** Longer ones are none: a service account's has 1 kB, one with many groups 8 kB. */
const MAX_TOKEN = 16_384;
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/** @throws ApiError 401, or what the authenticator throws. */
export async function sessionOf(headers: IncomingHttpHeaders, address: string, authenticator: Authenticator): Promise<Session> {
  const { authorization } = headers;
  if (authorization === undefined) throw new ApiError(401, 'the request carries no token; send the header Authorization: Bearer TOKEN');
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined || token.length > MAX_TOKEN) throw new ApiError(401, 'the header Authorization must be Bearer and a token');
  const session = await authenticator.authenticate(token, address);
  if (session === undefined) throw new ApiError(401, 'the token is not valid, or no longer; get a new one');
  return session;
}
