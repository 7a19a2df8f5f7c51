// How requests authenticate at Google: by a constant header for a key, by an access token at Vertex AI. Never in the URL.
import type { SnapshotProvider } from '../../snapshot/snapshot.ts';
import type { Authorization } from '../provider.ts';
import { isVertexEndpoint } from './endpoint.ts';
import { googleCredentialFlaw, isKeyFile } from './service-account.ts';
import { TokenRefusedError } from '../token-errors.ts';
import type { VertexTokens } from './vertex-tokens.ts';

/** Google's access tokens, as of `gcloud auth print-access-token`. */
const ACCESS_TOKEN = /^ya29\./;

/** `asPod`: as the pod that this runs in, whose tokens go to Vertex AI and nowhere else. */
export function authorizeGoogle(
  credential: SnapshotProvider['credential'],
  endpoint: string,
  tokens: VertexTokens,
  asPod = false,
): Authorization {
  if (credential === undefined) return asPod && isVertexEndpoint(endpoint) ? () => tokens.headers(undefined) : [];
  const { secret } = credential;
  if (isKeyFile(secret)) {
    // A private key must reach nobody, least of all as the API key of some server.
    const flaw = googleCredentialFlaw(secret, endpoint);
    return flaw === undefined ? () => tokens.headers(secret) : () => Promise.reject(new TokenRefusedError(flaw));
  }
  return ACCESS_TOKEN.test(secret) ? ['authorization', `Bearer ${secret}`] : ['x-goog-api-key', secret];
}
