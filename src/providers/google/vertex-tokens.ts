// Access tokens for Vertex AI, one for each service account, kept across snapshots so that a change of configuration costs none.
import { createHash } from 'node:crypto';
import { fetchAccessToken } from './access-token.ts';
import { CachedToken, type AccessToken } from '../cached-token.ts';
import { readServiceAccount, type ServiceAccount } from './service-account.ts';
import { TokenRefusedError } from '../token-errors.ts';

/** More accounts than this and the one used longest ago starts anew. */
const MAX_ACCOUNTS = 1_000;
const POD = 'pod';

export interface VertexTokensOptions {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** For tests; else Google is asked. */
  fetchToken?: (account: ServiceAccount | undefined) => Promise<AccessToken>;
}

export class VertexTokens {
  readonly #options: VertexTokensOptions;
  /** By the hash of the key file, in the order of use. */
  readonly #tokens = new Map<string, CachedToken>();

  constructor(options: VertexTokensOptions) {
    this.#options = options;
  }

  /**
   * Headers of one request. Undefined: as the pod that this runs in, which is for the caller to allow. Rejects with
   * TokenRefusedError or TokenUnavailableError, for the pod with PodIdentityError.
   */
  async headers(keyFile: string | undefined): Promise<readonly string[]> {
    return ['authorization', `Bearer ${await this.#tokenOf(keyFile).get()}`];
  }

  #tokenOf(keyFile: string | undefined): CachedToken {
    const key = keyFile === undefined ? POD : createHash('sha256').update(keyFile).digest('base64url');
    const known = this.#tokens.get(key);
    const cached = known ?? new CachedToken(() => this.#fetch(keyFile), this.#options.now);
    this.#tokens.delete(key);
    this.#tokens.set(key, cached);
    if (this.#tokens.size > MAX_ACCOUNTS) this.#tokens.delete(this.#tokens.keys().next().value ?? '');
    return cached;
  }

  async #fetch(keyFile: string | undefined): Promise<AccessToken> {
    const account = keyFile === undefined ? undefined : readServiceAccount(keyFile);
    if (account !== undefined && 'flaw' in account) throw new TokenRefusedError(account.flaw);
    const { fetchToken, now } = this.#options;
    return fetchToken === undefined ? fetchAccessToken(account, { now }) : fetchToken(account);
  }
}
