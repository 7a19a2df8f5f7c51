// A client of the Platform API for accounts of a real API server: who may do what is decided by their RBAC alone.
import type { Kubectl } from './kubectl.ts';

export interface Reply {
  status: number;
  body: Record<string, unknown>;
}

/** Namespace of the service accounts. */
export const PEOPLE = 'people';

export class PlatformClient {
  readonly #origin: string;
  readonly tokens = new Map<string, string>();
  /** Everything that the API ever answered. */
  said = '';
  /** The same, call by call; paths without their query. */
  readonly exchanges: ({ method: string; path: string } & Reply)[] = [];

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** A service account with a token. `grant`: arguments of `kubectl create` that bind it to a role. */
  async account(kubectl: Kubectl, name: string, grant: readonly string[]): Promise<void> {
    await kubectl(['create', 'serviceaccount', name, '-n', PEOPLE]);
    await kubectl(['create', ...grant, '--serviceaccount', `${PEOPLE}:${name}`]);
    this.tokens.set(name, (await kubectl(['create', 'token', name, '-n', PEOPLE])).trim());
  }

  /** `who`: an account, or `nobody` for a call without a token. */
  async call(who: string, method: string, path: string, body?: unknown): Promise<Reply> {
    const headers: Record<string, string> = {};
    if (who !== 'nobody') headers['authorization'] = `Bearer ${this.tokens.get(who) ?? ''}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(this.#origin + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    this.said += text;
    const reply = { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
    this.exchanges.push({ method, path: path.split('?', 1)[0] ?? '', ...reply });
    return reply;
  }
}
