// Sends a request to its provider: translated, and signed where the provider wants that.
import { interceptors } from 'undici';
import { GatewayError } from '../errors.ts';
import { withOverrides } from '../providers/authorization.ts';
import type { UpstreamRequest } from '../providers/provider.ts';
import { redactProviderText } from '../providers/redact.ts';
import { PodIdentityError, TokenRefusedError, TokenUnavailableError } from '../providers/token-errors.ts';
import { checkComplexity } from './body-complexity.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { refuseLosses } from './losses.ts';
import type { Upstream } from './tables.ts';

/**
 * Headers of one request: those of the connection, and a signature where the provider wants one. Rejects with GatewayError.
 * `onCredentialRejected` is told of an identity that cannot be used.
 */
export async function signedHeaders(
  upstream: Upstream,
  { path, body, headers: own = [] }: UpstreamRequest,
  onCredentialRejected: (llm: string) => void,
): Promise<string[]> {
  const headers = withOverrides(upstream.headers, own);
  const url = upstream.origin + upstream.basePath + path;
  try {
    return [...headers, ...((await upstream.sign?.({ method: 'POST', url, headers, body })) ?? [])];
  } catch (error) {
    const isTold = error instanceof TokenRefusedError || error instanceof PodIdentityError;
    // The operator checks as another pod: that this one cannot is news to it.
    if (isTold && upstream.settings.podIdentity === true) onCredentialRejected(upstream.key);
    if (error instanceof PodIdentityError) {
      const message = `This gateway cannot authenticate as its own pod for ${upstream.name}: ${error.message}`;
      throw new GatewayError('provider_unreachable', message);
    }
    if (error instanceof TokenRefusedError) {
      const message = `The credential of ${upstream.name} cannot be used: ${redactProviderText(error.message, upstream.secrets)}.`;
      throw new GatewayError('provider_credentials_rejected', message);
    }
    if (error instanceof TokenUnavailableError) throw new GatewayError('provider_unreachable', `There is no access token for ${upstream.name} now. Try again.`);
    throw error;
  }
}

/** Providers, and proxies in front of them, compress although they were asked not to, errors too. */
const plainly = interceptors.decompress({ skipErrorResponses: false });

function dispatch(options: ExchangeOptions, made: UpstreamRequest, headers: string[], done: () => void): void {
  const { upstream } = options.target;
  const { response, idle } = upstream.settings.timeouts;
  plainly((call, handler) => upstream.pool.dispatch(call, handler))(
    {
      origin: upstream.origin,
      path: upstream.basePath + made.path,
      method: 'POST',
      headers,
      body: made.body,
      headersTimeout: response,
      bodyTimeout: idle,
    },
    new Exchange(options, made, done),
  );
}

/**
 * Throws GatewayError body_too_complex for one that is translated and nested too deep for that, however short: what passes is
 * not written anew, so nobody looks at it.
 */
function toRequest({ target, request }: ExchangeOptions): UpstreamRequest {
  try {
    const made = target.upstream.provider.toRequest(request);
    // Parts of it may be told again in the answer.
    if (made.losses !== undefined) checkComplexity(request.raw, 0);
    return made;
  } catch (error) {
    if (error instanceof RangeError) checkComplexity(request.raw, 0);
    throw error;
  }
}

/**
 * Carries a request out. `strict`: not when the provider cannot take all of it. `done` is called when the answer is complete, failed or abandoned. Throws, or rejects where it has to
 * wait for a signature, only when the request could not be made; `done` is not called then.
 */
export function exchange(options: ExchangeOptions, strict: boolean, done: () => void): Promise<void> | undefined {
  const { upstream } = options.target;
  const made = toRequest(options);
  if (strict) refuseLosses(made.losses, upstream.name);
  if (upstream.sign === undefined && made.headers === undefined) {
    dispatch(options, made, upstream.headers, done);
    return undefined;
  }
  return signedHeaders(upstream, made, options.onCredentialRejected).then((headers) => dispatch(options, made, headers, done));
}
