// Keeps one access token and gets the next before it runs out, so that no request waits for one but the first.

export interface AccessToken {
  token: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** From then on it is used, but the next one is on its way. */
const REFRESH_BEFORE_MS = 5 * 60_000;
/** A request may take this long to arrive, and clocks differ. */
const UNUSABLE_BEFORE_MS = 30_000;
/** Not one attempt for every request while there is no token to be had. */
const PAUSE_AFTER_FAILURE_MS = 10_000;

export class CachedToken {
  readonly #fetch: () => Promise<AccessToken>;
  readonly #now: () => number;
  #token: AccessToken | undefined;
  #refresh: Promise<AccessToken> | undefined;
  #failure: { error: unknown; until: number } | undefined;

  /** `now`: milliseconds since the epoch. */
  constructor(fetch: () => Promise<AccessToken>, now: () => number) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /** Rejects with what the fetch rejected with. */
  async get(): Promise<string> {
    const now = this.#now();
    const left = this.#token === undefined ? 0 : this.#token.expiresAt - now;
    const pausing = this.#failure !== undefined && now < this.#failure.until;
    if (this.#token !== undefined && left > UNUSABLE_BEFORE_MS) {
      // A failure is remembered, and told once the token at hand is used up.
      if (left <= REFRESH_BEFORE_MS && !pausing) this.#next().catch(() => undefined);
      return this.#token.token;
    }
    if (pausing) throw this.#failure?.error;
    return (await this.#next()).token;
  }

  /** However many ask, there is one fetch at a time. */
  #next(): Promise<AccessToken> {
    this.#refresh ??= this.#fetchOnce().finally(() => {
      this.#refresh = undefined;
    });
    return this.#refresh;
  }

  async #fetchOnce(): Promise<AccessToken> {
    try {
      this.#token = await this.#fetch();
      this.#failure = undefined;
      return this.#token;
    } catch (error) {
      this.#failure = { error, until: this.#now() + PAUSE_AFTER_FAILURE_MS };
      throw error;
    }
  }
}
