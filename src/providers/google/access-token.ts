// Gets access tokens from Google: for the key of a service account, or for the identity of the pod that this runs in.
import { asRecord, text } from '../error-body.ts';
import { redactProviderText } from '../redact.ts';
import type { AccessToken } from '../cached-token.ts';
import { withinDeadline } from '../deadline.ts';
import type { ServiceAccount } from './service-account.ts';
import { PodIdentityError, TokenRefusedError, TokenUnavailableError } from '../token-errors.ts';

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];
/** Of all attempts together; a credential check waits no longer than 10 s. */
const DEADLINE_MS = 8_000;
/** When the source does not say; it keeps its own cache, so asking often is cheap. */
const UNKNOWN_LIFE_MS = 2 * 60_000;
/** OAuth errors that no later attempt with the same key can mend. */
const FINAL = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client', 'invalid_scope', 'account_disabled', 'deleted_client']);

/** As for providers, variables such as HTTPS_PROXY do not count. */
const NO_PROXY = [/^/];
const NO_IDENTITY =
  'Google gave no access token; bind the service account of its pod by Workload Identity Federation for GKE ' +
  '(outside a cluster: run gcloud auth application-default login)';

export interface AccessTokenOptions {
  now: () => number;
  /** Of the token endpoint; for tests. */
  fetch?: typeof fetch;
}

/** What kept a request from the token endpoint, in the word of the system: `ENOTFOUND`, for example. It holds no part of a key. */
function networkFault(error: unknown): string {
  let at = error;
  for (let depth = 0; depth < 5; depth++) {
    const { code, cause } = asRecord(at);
    if (typeof code === 'string' && /^[A-Z][A-Z_]+$/.test(code)) return `oauth2.googleapis.com: ${code}`;
    at = cause;
  }
  return '';
}

/** What the token endpoint said, without anything that it may have echoed. */
function explain(error: unknown, account: ServiceAccount | undefined): Error {
  if (account === undefined) return new PodIdentityError(NO_IDENTITY);
  const data = asRecord(asRecord(asRecord(error)['response'])['data']);
  const code = text(data['error']);
  const said = redactProviderText([code, text(data['error_description'])].filter((part) => part !== null).join(': '), [
    account.privateKey,
    account.email,
  ]).slice(0, 200);
  if (code !== null && FINAL.has(code)) return new TokenRefusedError(`Google refused the service account key (${said})`);
  const why = said === '' ? networkFault(error) : said;
  return new TokenUnavailableError(`no access token for the service account key${why === '' ? '' : ` (${why})`}`);
}

async function ask(account: ServiceAccount | undefined, options: AccessTokenOptions): Promise<AccessToken> {
  // 50 to 150 ms of loading, which only users of Vertex AI pay, and once.
  const { gaxios, gcpMetadata, GoogleAuth, JWT } = await import('google-auth-library');
  // It remembers for good that nobody answered, and the metadata server of a node may come up later than a pod.
  if (account === undefined) gcpMetadata.resetIsAvailableCache();
  // What asks the metadata server takes no options of ours. A proxy would ask the one of its own machine.
  gaxios.instance.defaults.noProxy = NO_PROXY;
  const transporterOptions = {
    signal: AbortSignal.timeout(DEADLINE_MS),
    noProxy: NO_PROXY,
    fetchImplementation: options.fetch ?? fetch,
  };
  // Any project, lest the library look for one, by running gcloud among other things: endpoints carry theirs.
  const asPod = { scopes: SCOPES, projectId: 'none', clientOptions: { transporterOptions } };
  const client =
    account === undefined
      ? await new GoogleAuth(asPod).getClient()
      : new JWT({ email: account.email, key: account.privateKey, scopes: SCOPES, transporterOptions });
  const { token } = await client.getAccessToken();
  if (typeof token !== 'string' || token === '') throw new Error('the answer has no access token');
  return { token, expiresAt: client.credentials.expiry_date ?? options.now() + UNKNOWN_LIFE_MS };
}

/** Undefined: for the pod. Rejects with TokenRefusedError or TokenUnavailableError, for the pod with PodIdentityError. */
export async function fetchAccessToken(account: ServiceAccount | undefined, options: AccessTokenOptions): Promise<AccessToken> {
  try {
    // Requests to a metadata server heed no signal.
    return await withinDeadline(ask(account, options), DEADLINE_MS, () => new Error('no answer in time'));
  } catch (error) {
    throw explain(error, account);
  }
}
