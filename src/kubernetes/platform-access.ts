// Who calls the Platform API, and what they may do: the API server decides both. Nothing of it is kept for longer than a minute.
import { hash } from 'node:crypto';
import { API_GROUP, KINDS } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type Access, type Touched } from '../platform/operation.ts';
import type { Authenticator, Session } from '../platform/session.ts';
import { AnswerCache } from './answer-cache.ts';
import type { KubeClient } from './client.ts';
import { KubernetesError } from './kubernetes-error.ts';
import { ReviewBudget } from './review-budget.ts';

const TOKEN_TTL_MS = 30_000;
/** Longer: a forgotten tab comes back with its expired token for hours, and each review of it is charged to its address. */
const REJECTED_TTL_MS = 60_000;
const ACCESS_TTL_MS = 5_000;
/** Longer: a list asks about every namespace in turn, as often as somebody's page looks again. */
const LIST_TTL_MS = 10_000;
const MOST_TOKENS = 10_000;
const MOST_ANSWERS = 100_000;
/** Namespaces that are asked about at a time. */
const AT_ONCE = 16;
const OWN: ReadonlySet<string> = new Set(Object.values(KINDS));

interface ReviewedUser {
  username?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}
interface TokenReview {
  status?: { authenticated?: boolean; user?: ReviewedUser; audiences?: string[] };
}
interface SubjectAccessReview {
  status?: { allowed?: boolean };
}

type Attributes = Readonly<Record<string, string>>;

export interface KubernetesAuthenticatorOptions {
  client: KubeClient;
  /** That tokens have to be for; those of the API server when empty. */
  audiences: readonly string[];
  /** Namespaces that a caller without a right in all of them is asked about, one by one. */
  namespaces(): readonly string[];
  clock: Clock;
}

/** Code and reason alone: what the API server says besides may quote what it was asked, which is a token. */
function unavailable(what: string, error: unknown): ApiError {
  const { code, reason } = error instanceof KubernetesError ? error : { code: 0, reason: 'Unknown' };
  const cause = new Error(`${what}: ${code} ${reason}`);
  if (code === 403) return new ApiError(503, `the operator may not ${what}; set platformApi.enabled of the chart, which grants it`, { cause });
  return new ApiError(503, `the API server cannot ${what} now; try again`, { cause });
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  return results;
}

export class KubernetesAuthenticator implements Authenticator {
  readonly #options: KubernetesAuthenticatorOptions;
  readonly #tokens: AnswerCache<Session | undefined>;
  readonly #answers: AnswerCache<boolean>;
  /** The same, of lists: what somebody may change or get is never decided by these. */
  readonly #listed: AnswerCache<boolean>;
  readonly #budget: ReviewBudget;

  constructor(options: KubernetesAuthenticatorOptions) {
    this.#options = options;
    this.#tokens = new AnswerCache(options.clock, (session) => (session === undefined ? REJECTED_TTL_MS : TOKEN_TTL_MS), MOST_TOKENS);
    this.#answers = new AnswerCache(options.clock, () => ACCESS_TTL_MS, MOST_ANSWERS);
    this.#listed = new AnswerCache(options.clock, () => LIST_TTL_MS, MOST_ANSWERS);
    this.#budget = new ReviewBudget(options.clock);
  }

  authenticate(token: string, address: string): Promise<Session | undefined> {
    // Tokens themselves are not kept: a dump of the memory should hold few.
    const digest = hash('sha256', token, 'hex');
    const review = (): Promise<Session | undefined> => this.#review(token);
    return this.#tokens.get(digest, () => this.#budget.token(digest, address, review, (session) => session !== undefined));
  }

  async #review(token: string): Promise<Session | undefined> {
    const { client, audiences } = this.#options;
    const spec = { token, ...(audiences.length === 0 ? {} : { audiences }) };
    const review = await client
      .request<TokenReview>({
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/tokenreviews',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec },
      })
      .catch((error: unknown) => {
        throw unavailable('review tokens', error);
      });
    const { authenticated, user, audiences: accepted = [] } = review.status ?? {};
    if (authenticated !== true || user?.username === undefined) return undefined;
    // An authenticator that knows no audiences says yes to all of them by naming none.
    if (audiences.length > 0 && !accepted.some((audience) => audiences.includes(audience))) return undefined;
    const caller = { name: user.username, uid: user.uid ?? '', groups: user.groups ?? [] };
    const ask = (attributes: Attributes): Promise<boolean> => this.#allowed(user, attributes, this.#answers);
    const list = (attributes: Attributes): Promise<boolean> => this.#allowed(user, attributes, this.#listed);
    return { caller, access: new KubernetesAccess(user, { ask, list, namespaces: this.#options.namespaces }) };
  }

  #allowed(user: ReviewedUser, attributes: Attributes, answers: AnswerCache<boolean>): Promise<boolean> {
    const spec = { user: user.username, uid: user.uid, groups: user.groups, extra: user.extra, resourceAttributes: attributes };
    return answers.get(hash('sha256', JSON.stringify(spec), 'hex'), async () => {
      await this.#budget.access(user.username ?? '');
      const review = await this.#options.client
        .request<SubjectAccessReview>({
          method: 'POST',
          path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
          body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec },
        })
        .catch((error: unknown) => {
          throw unavailable('review access', error);
        });
      return review.status?.allowed === true;
    });
  }
}

function attributesOf(verb: string, { resource, subresource, namespace, name }: Touched): Attributes {
  return {
    verb,
    group: OWN.has(resource) ? API_GROUP : '',
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

interface Questions {
  ask(attributes: Attributes): Promise<boolean>;
  /** By answers that may be older. */
  list(attributes: Attributes): Promise<boolean>;
  namespaces(): readonly string[];
}

class KubernetesAccess implements Access {
  readonly #user: ReviewedUser;
  readonly #questions: Questions;

  constructor(user: ReviewedUser, questions: Questions) {
    this.#user = user;
    this.#questions = questions;
  }

  may(verb: string, touched: Touched): Promise<boolean> {
    return this.#questions.ask(attributesOf(verb, touched));
  }

  async demand(verb: string, touched: Touched): Promise<void> {
    if (await this.may(verb, touched)) return;
    const { resource, namespace } = touched;
    const where = namespace === undefined ? 'in all namespaces' : `in the namespace ${namespace}`;
    const full = OWN.has(resource) ? `${resource}.${API_GROUP}` : resource;
    throw new ApiError(403, `${this.#user.username ?? 'this user'} may not ${verb} ${full} ${where}; RBAC of Kubernetes has to grant it`);
  }

  async namespaces(verb: string, resource: string, among?: readonly string[]): Promise<readonly string[] | 'all'> {
    if (among?.length === 0) return [];
    if (await this.#questions.list(attributesOf(verb, { resource }))) return among ?? 'all';
    const wanted = among === undefined ? undefined : new Set(among);
    const asked = this.#questions.namespaces().filter((namespace) => wanted?.has(namespace) ?? true);
    const allowed = await inTurns(asked, (namespace) => this.#questions.list(attributesOf(verb, { resource, namespace })));
    return asked.filter((_namespace, at) => allowed[at]);
  }
}
