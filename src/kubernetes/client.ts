// Calls to the API server in raw JSON: typed models drop every field that the library does not know.
import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import { request, type Dispatcher } from 'undici';
import { systemClock, type Clock } from '../clock.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import { KubernetesError, errorFromStatus, errorFromTransport, parseRetryAfter } from './kubernetes-error.ts';
import { loadKubeConfig, type PooledKubeConfig } from './pooled-kube-config.ts';
import { ServerContact } from './server-contact.ts';

/** Content types of PATCH. */
export const PATCH = { apply: 'application/apply-patch+yaml', merge: 'application/merge-patch+json' } as const;
/** Owner of every field that the operator applies. */
export const FIELD_MANAGER = 'flashback-operator';
const DEFAULT_DEADLINE_MS = 15_000;

export type Query = Record<string, string | number | boolean | undefined>;

export interface KubeRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path from the root of the API server, for example /api/v1/namespaces/default/secrets/name. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal;
}

export interface KubeClientOptions {
  config: PooledKubeConfig;
  metrics: OperatorMetrics;
  clock?: Clock;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without the query, which may name what it selects. */
function labelOf({ method, path }: KubeRequest): string {
  return `${method} ${path.split('?')[0] ?? path}`;
}

/** Speaks to one API server. Safe for concurrent use. */
export class KubeClient {
  readonly config: PooledKubeConfig;
  readonly metrics: OperatorMetrics;
  /** Told by every call and watch. */
  readonly contact: ServerContact;
  readonly #clock: Clock;
  readonly #server: URL;

  constructor(options: KubeClientOptions) {
    this.config = options.config;
    this.metrics = options.metrics;
    this.#clock = options.clock ?? systemClock;
    this.contact = new ServerContact(this.#clock);
    const server = options.config.getCurrentCluster()?.server;
    if (server === undefined) throw new Error('the kubeconfig names no cluster');
    this.#server = new URL(server);
  }

  /** Host and port of the API server, for metrics and messages. */
  get host(): string {
    return this.#server.host;
  }

  /** Namespace of the service account or of the kubeconfig's context. */
  get namespace(): string | undefined {
    return this.config.getContextObject(this.config.getCurrentContext())?.namespace;
  }

  /**
   * Answer of a call as parsed JSON; undefined when it is empty. Throws KubernetesError for everything else, at the latest
   * when the deadline of the configuration passes.
   */
  async request<T>(call: KubeRequest): Promise<T> {
    const text = await this.text(call);
    if (text === '') return undefined as T;
    const parsed = parseJson(text);
    if (parsed === undefined) throw new KubernetesError(200, 'NotJson', `${labelOf(call)}: the answer is not JSON`);
    return parsed as T;
  }

  /** The same for an answer that is no JSON, such as metrics. */
  async text(call: KubeRequest): Promise<string> {
    const label = labelOf(call);
    const started = this.#clock.monotonic();
    let code = '<error>';
    try {
      const { answer, text } = await this.#send(call);
      code = String(answer.statusCode);
      this.contact.saw(answer.statusCode);
      if (answer.statusCode < 200 || answer.statusCode > 299) {
        const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], this.#clock.now());
        throw errorFromStatus(label, answer.statusCode, parseJson(text), retryAfterMs);
      }
      return text;
    } catch (error) {
      const known = errorFromTransport(label, error);
      // A call that its caller gives up says nothing about the server.
      if (known.code === 0 && call.signal?.aborted !== true) this.contact.saw(0);
      throw known;
    } finally {
      this.observe(call.method, code, (this.#clock.monotonic() - started) / 1000);
    }
  }

  /** Counts a call that went past request(), as watches do. Seconds are left out for those. */
  observe(method: string, code: string, seconds?: number): void {
    this.metrics.rest_client_requests_total.inc({ code, method, host: this.host });
    if (seconds !== undefined) this.metrics.rest_client_request_duration_seconds.observe({ verb: method, host: this.host }, seconds);
  }

  async #send(call: KubeRequest): Promise<{ answer: Dispatcher.ResponseData; text: string }> {
    const url = new URL(this.#server.href.replace(/\/$/, '') + call.path);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const context = new RequestContext(url.href, HttpMethod[call.method]);
    await this.config.applySecurityAuthentication(context);
    const signals = [context.getSignal(), call.signal].filter((signal) => signal !== undefined);
    const headers: Record<string, string> = { ...context.getHeaders(), accept: call.accept ?? 'application/json' };
    headers['user-agent'] = FIELD_MANAGER;
    if (call.body !== undefined) headers['content-type'] = call.contentType ?? 'application/json';
    const dispatcher = context.getDispatcher();
    const answer = await request(url, {
      method: call.method,
      headers,
      signal: AbortSignal.any(signals),
      ...(dispatcher === undefined ? {} : { dispatcher }),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    return { answer, text: await answer.body.text() };
  }
}

/** A client for the given kubeconfig, or for the cluster that this pod runs in. Throws an Error that says what is missing. */
export function createKubeClient(options: {
  kubeconfig?: string | undefined;
  metrics: OperatorMetrics;
  clock?: Clock;
  /** Milliseconds that a call may take. 15 s by default. */
  deadlineMs?: number;
}): KubeClient {
  const clock = options.clock ?? systemClock;
  const config = loadKubeConfig(options.kubeconfig, { clock, deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS });
  return new KubeClient({ config, metrics: options.metrics, clock });
}
