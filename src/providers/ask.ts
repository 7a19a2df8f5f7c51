// Asks a model one question outside of traffic, in OpenAI's dialect whatever the provider speaks: one request, no retries, no redirects,
// bounded reads, and the same checks of addresses as everywhere.
import { Pool } from 'undici';
import type { ProviderType } from '../api/resources.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';
import { guardedLookup, refuseEndpoint, type AddressPolicy } from './addresses.ts';
import { authorizationHeaders, withOverrides } from './authorization.ts';
import type { Provider } from './provider.ts';
import { questionTo, readReply, type QuestionReply } from './question.ts';

export interface ModelAskerOptions {
  providers: Partial<Record<ProviderType, Provider>>;
  addresses: AddressPolicy;
  /** Milliseconds since the epoch. */
  now(): number;
  /** 24 random letters and digits. */
  newId(): string;
}

/** More headers for a question of this body, as a flat list of name, value. */
export type Mark = (body: Buffer | string) => readonly string[];

export class ModelAsker {
  readonly #options: ModelAskerOptions;

  constructor(options: ModelAskerOptions) {
    this.#options = options;
  }

  /** `body`: of a chat completion, without the model. Rejects when there is no HTTP answer; the text of an answer that is no success is left out. */
  async ask(
    target: SnapshotProvider,
    model: string,
    body: Record<string, unknown>,
    signal: AbortSignal,
    mark: Mark = () => [],
  ): Promise<QuestionReply> {
    const { providers, addresses } = this.#options;
    const provider = providers[target.type];
    if (provider === undefined) throw new Error(`this version cannot ask models of type ${target.type}`);
    const refused = refuseEndpoint(target.endpoint, addresses);
    if (refused !== undefined) throw new Error(refused);
    const { connect, response, idle } = target.timeouts;
    const pool = new Pool(new URL(target.endpoint).origin, {
      connections: 1,
      allowH2: false,
      headersTimeout: response,
      bodyTimeout: idle,
      connect: { timeout: connect, lookup: guardedLookup(addresses), ...(target.ca === undefined ? {} : { ca: target.ca }) },
    });
    try {
      return await this.#exchange(pool, provider, target, model, body, signal, mark);
    } finally {
      await pool.destroy();
    }
  }

  async #exchange(
    pool: Pool,
    provider: Provider,
    target: SnapshotProvider,
    model: string,
    body: Record<string, unknown>,
    signal: AbortSignal,
    mark: Mark,
  ): Promise<QuestionReply> {
    const { endpoint, credential, podIdentity } = target;
    const request = questionTo(endpoint, model, body);
    const made = provider.toRequest(request);
    const { origin, pathname } = new URL(endpoint);
    const path = pathname.replace(/\/+$/, '') + made.path;
    const always = [...target.headers.flat(), 'content-type', 'application/json', 'accept', 'application/json', 'user-agent', 'flashback-ai-gateway'];
    const headers = withOverrides(always, made.headers ?? []);
    const signable = { method: 'POST' as const, url: origin + path, headers, body: made.body };
    const authorization = await authorizationHeaders(provider.authorize(credential, endpoint, podIdentity === true), signable);
    const sent = [...headers, ...authorization, ...mark(made.body)];
    const answer = await pool.request({ method: 'POST', path, headers: sent, body: made.body, signal });
    const { now, newId } = this.#options;
    const created = Math.floor(now() / 1000);
    return readReply(provider, answer, { request, upstream: made, secrets: Object.values(credential ?? {}), created, newId });
  }
}
