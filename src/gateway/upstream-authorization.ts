// How requests of a connection authenticate. As the pod of this gateway only where its own settings allow that too: a snapshot
// that says so is not enough.
import { parseKey } from '../api/resources.ts';
import { tokensIn } from '../providers/authorization.ts';
import { podIdentityFlaw, podIdentityRefusal, type PodIdentityPolicy } from '../providers/pod-identity.ts';
import type { Authorization, Provider } from '../providers/provider.ts';
import { TokenRefusedError } from '../providers/token-errors.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';

/** Tokens of requests that may still be under way when the next one is got. */
const TOKENS_KEPT = 4;

/**
 * `key`: `namespace/name` of the connection. One that may not use the identity is taken, so that a gateway with another list than
 * the operator's serves everything else, but each of its requests is refused.
 */
export function authorizationOf(key: string, settings: SnapshotProvider, provider: Provider, mayUse: PodIdentityPolicy): Authorization {
  const { credential, endpoint, podIdentity } = settings;
  if (podIdentity !== true) return provider.authorize(credential, endpoint);
  const refusal = podIdentityRefusal(parseKey(key).namespace, mayUse, 'gateway') ?? podIdentityFlaw(settings);
  return refusal === undefined ? provider.authorize(credential, endpoint, true) : () => Promise.reject(new TokenRefusedError(refusal));
}

/** The same, which adds the newest tokens that it sends to `secrets`. */
export function remembering(sign: Exclude<Authorization, readonly string[]>, secrets: string[]): typeof sign {
  const constant = secrets.length;
  return async (request) => {
    const headers = await sign(request);
    for (const token of tokensIn(headers)) {
      if (secrets.includes(token)) continue;
      secrets.push(token);
      if (secrets.length > constant + TOKENS_KEPT) secrets.splice(constant, 1);
    }
    return headers;
  };
}
