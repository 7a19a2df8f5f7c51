// How much the Platform API asks the API server about callers, whoever sends it what: tokens that stand for nobody by their address and in
// all, everything together by a fixed rate. Holds hashes of tokens, never tokens.
import type { Clock } from '../clock.ts';
import { ApiError } from '../platform/operation.ts';
import { RateLimit, RateLimits, type RateOptions } from '../rate.ts';
import { pause } from './backoff.ts';

/**
 * Tokens that were never accepted here: of one address, of all addresses, and of all from which one was accepted of late. Strangers cannot use
 * up what those have. One that is accepted then counts no more.
 */
const UNKNOWN_OF_ADDRESS: RateOptions = { burst: 50, perMinute: 300 };
const UNKNOWN: RateOptions = { burst: 200, perMinute: 1_200 };
const UNKNOWN_OF_FAMILIAR: RateOptions = { burst: 200, perMinute: 1_200 };
/** Milliseconds for which an address is familiar after a token from it was accepted. */
const FAMILIAR_MS = 60 * 60_000;
const MOST_FAMILIAR = 10_000;
/** All TokenReviews. */
const TOKENS: RateOptions = { burst: 500, perMinute: 6_000 };
/** All SubjectAccessReviews, and those of one user: half of it, so that nobody takes all. */
const ACCESS: RateOptions = { burst: 5_000, perMinute: 30_000 };
const ACCESS_OF_USER: RateOptions = { burst: 2_500, perMinute: 15_000 };
/** Milliseconds that a question about a right may wait for its turn. */
const PATIENCE = 5_000;
const MOST_ACCEPTED = 10_000;

/** What belongs together: an IPv4 address, or the 64 bits of IPv6 that one household has. */
export function addressGroup(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4).join(':');
}

function tooMany(message: string, wait: number): ApiError {
  return new ApiError(429, message, { retryAfter: Math.max(1, Math.ceil(wait / 1000)) });
}

export class ReviewBudget {
  readonly #clock: Clock;
  /** Hashes of tokens that were accepted when they were reviewed last; the newest last. */
  readonly #accepted = new Set<string>();
  /** Groups of addresses from which a token was accepted, with when (monotonic milliseconds); the latest last. */
  readonly #familiar = new Map<string, number>();
  readonly #addresses: RateLimits;
  readonly #unknown: RateLimit;
  readonly #unknownOfFamiliar: RateLimit;
  readonly #tokens: RateLimit;
  readonly #users: RateLimits;
  readonly #access: RateLimit;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#addresses = new RateLimits(clock, UNKNOWN_OF_ADDRESS);
    this.#unknown = new RateLimit(clock, UNKNOWN);
    this.#unknownOfFamiliar = new RateLimit(clock, UNKNOWN_OF_FAMILIAR);
    this.#tokens = new RateLimit(clock, TOKENS);
    this.#users = new RateLimits(clock, ACCESS_OF_USER);
    this.#access = new RateLimit(clock, ACCESS);
  }

  /**
   * Before each TokenReview: those who are known go on while others try tokens out. Resolves with what `review` says; `isAccepted` tells
   * whether somebody stands behind the token.
   * @throws ApiError 429.
   */
  async token<T>(digest: string, address: string, review: () => Promise<T>, isAccepted: (answer: T) => boolean): Promise<T> {
    const group = addressGroup(address);
    const isKnown = this.#accepted.has(digest);
    // Chosen once: what is taken has to be given back to the same one.
    const unknown = this.#isFamiliar(group) ? this.#unknownOfFamiliar : this.#unknown;
    if (!isKnown) this.#admit(group, unknown);
    const wait = this.#tokens.take();
    if (wait > 0) {
      if (!isKnown) this.#forgive(group, unknown);
      throw tooMany('too many tokens are to be reviewed just now; try again later', wait);
    }
    let answer: T;
    try {
      answer = await review();
    } catch (error) {
      // Nobody has said that it is not valid.
      if (!isKnown) this.#forgive(group, unknown);
      throw error;
    }
    this.#accepted.delete(digest);
    if (!isAccepted(answer)) return answer;
    if (!isKnown) this.#forgive(group, unknown);
    this.#accepted.add(digest);
    const [oldest] = this.#accepted;
    if (this.#accepted.size > MOST_ACCEPTED && oldest !== undefined) this.#accepted.delete(oldest);
    this.#befriend(group);
    return answer;
  }

  /** Before each SubjectAccessReview: resolves when it is its turn. @throws ApiError 429 where that is too far off. */
  async access(user: string): Promise<void> {
    const own = this.#users.reserve(user, PATIENCE);
    const all = own === undefined ? undefined : this.#access.reserve(PATIENCE);
    if (own === undefined || all === undefined) {
      if (own !== undefined) this.#users.giveBack(user);
      throw tooMany('too many rights are to be reviewed just now; try again later', PATIENCE);
    }
    const wait = Math.max(own, all);
    if (wait > 0) await pause(this.#clock, wait, NEVER);
  }

  #isFamiliar(group: string): boolean {
    const since = this.#familiar.get(group);
    return since !== undefined && this.#clock.monotonic() - since < FAMILIAR_MS;
  }

  #befriend(group: string): void {
    this.#familiar.delete(group);
    this.#familiar.set(group, this.#clock.monotonic());
    const [oldest] = this.#familiar.keys();
    if (this.#familiar.size > MOST_FAMILIAR && oldest !== undefined) this.#familiar.delete(oldest);
  }

  #admit(group: string, unknown: RateLimit): void {
    const message = 'too many tokens that stand for nobody come from your address; try again later';
    const own = this.#addresses.take(group);
    if (own > 0) throw tooMany(message, own);
    const all = unknown.take();
    if (all === 0) return;
    this.#addresses.giveBack(group);
    throw tooMany('too many unknown tokens come in just now; try again later', all);
  }

  #forgive(group: string, unknown: RateLimit): void {
    this.#addresses.giveBack(group);
    unknown.giveBack();
  }
}

const NEVER = new AbortController().signal;
