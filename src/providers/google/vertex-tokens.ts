// Access tokens for Vertex AI, one for each service account, kept across snapshots so that a change of configuration costs none.
import { createHash } from 'node:crypto';
import { fetchAccessToken } from './access-token.ts';
import { CachedToken, type AccessToken } from '../cached-token.ts';
import { readServiceAccount, type ServiceAccount } from './service-account.ts';
import { TokenRefusedError } from '../token-errors.ts';

/** More accounts than this and the one used longest ago starts anew. */
const MAX_ACCOUNTS = 1_000;
const WORKLOAD = 'workload';

export interface VertexTokensOptions {
  /** Milliseconds since the epoch. */
  now: () => number;
  /**
   * Whether an AILLMConfig without credentials may use the identity of this workload. Whoever may write an AILLMConfig then
   * calls models at the cost of that identity, in every namespace.
   */
  workloadIdentity: boolean;
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

  get workloadIdentity(): boolean {
    return this.#options.workloadIdentity;
  }

  /** Headers of one request. Undefined: as the workload. Rejects with TokenRefusedError or TokenUnavailableError. */
  async headers(keyFile: string | undefined): Promise<readonly string[]> {
    if (keyFile === undefined && !this.workloadIdentity) {
      throw new TokenRefusedError('the identity of the workload may not be used; set spec.credentials.secretRef to a service account key');
    }
    return ['authorization', `Bearer ${await this.#tokenOf(keyFile).get()}`];
  }

  #tokenOf(keyFile: string | undefined): CachedToken {
    const key = keyFile === undefined ? WORKLOAD : createHash('sha256').update(keyFile).digest('base64url');
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
