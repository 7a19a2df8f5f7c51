// One watch over the client library's Watch, made abortable while it dials, and with the headers that the library hides.
import { KubeConfig, Watch, type RequestContext } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import type { KubeClient, Query } from './client.ts';
import { KubernetesError, errorFromTransport, parseRetryAfter } from './kubernetes-error.ts';

/** How a watch ended. A quiet watch is ended by us, so that a dead connection cannot go unnoticed. */
export type WatchEnd = { kind: 'closed' | 'quiet' | 'aborted' } | { kind: 'failed'; error: KubernetesError };

export interface WatchOptions {
  path: string;
  query: Query;
  accept?: string | undefined;
  /** Milliseconds of silence after which the watch is given up. 30 s by default. */
  inactivityMs?: number | undefined;
  signal: AbortSignal;
  /** The server has accepted the watch. */
  onOpen(): void;
  /** Must not throw: the library would swallow it. Not called any more once the watch has ended. */
  onEvent(type: string, object: unknown): void;
}

interface Exchange {
  retryAfterMs?: number | undefined;
  abort?: () => void;
}

/** Reports what a dispatched request meets to `exchange`, and passes everything on. */
function observing(client: KubeClient, exchange: Exchange, signal: AbortSignal, onOpen: () => void): Dispatcher.DispatchInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        exchange.abort = () => controller.abort(new DOMException('the watch was stopped', 'AbortError'));
        if (signal.aborted) exchange.abort();
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart(controller, status, headers, message) {
        client.observe('GET', String(status));
        client.contact.saw(status);
        exchange.retryAfterMs = parseRetryAfter(headers['retry-after'], Date.now());
        if (status === 200) onOpen();
        handler.onResponseStart?.(controller, status, headers, message);
      },
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
}

/** The client's configuration for one watch: the library offers no other way to set a header or a dispatcher. */
class WatchConfig extends KubeConfig {
  readonly #base: KubeConfig;
  readonly #accept: string;
  readonly #interceptor: Dispatcher.DispatchInterceptor;

  constructor(base: KubeConfig, accept: string, interceptor: Dispatcher.DispatchInterceptor) {
    super();
    this.#base = base;
    this.#accept = accept;
    this.#interceptor = interceptor;
  }

  override getCurrentCluster(): ReturnType<KubeConfig['getCurrentCluster']> {
    return this.#base.getCurrentCluster();
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await this.#base.applySecurityAuthentication(context);
    context.setHeaderParam('Accept', this.#accept);
    const dispatcher = context.getDispatcher();
    if (dispatcher !== undefined) context.setDispatcher(dispatcher.compose(this.#interceptor));
  }
}

function statusCodeOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** Runs one watch to its end. Never rejects. */
export async function runWatch(client: KubeClient, options: WatchOptions): Promise<WatchEnd> {
  const { signal, path } = options;
  if (signal.aborted) return { kind: 'aborted' };
  const { promise, resolve } = Promise.withResolvers<WatchEnd>();
  const exchange: Exchange = {};
  let live = true;
  let request: AbortController | undefined;

  const finish = (end: WatchEnd): void => {
    live = false;
    resolve(end);
  };
  const onDone = (error: unknown): void => {
    if (signal.aborted) return finish({ kind: 'aborted' });
    if (error === null || error === undefined) return finish({ kind: 'closed' });
    if (error instanceof Error && error.name === 'TimeoutError') return finish({ kind: 'quiet' });
    const code = statusCodeOf(error);
    const label = `WATCH ${path}`;
    if (code === undefined) client.contact.saw(0);
    if (code === undefined) return finish({ kind: 'failed', error: errorFromTransport(label, error) });
    finish({ kind: 'failed', error: new KubernetesError(code, `Http${code}`, `${label}: ${code}`, exchange.retryAfterMs) });
  };
  const onAbort = (): void => {
    exchange.abort?.();
    request?.abort();
    finish({ kind: 'aborted' });
  };

  const opened = (): void => {
    if (live) options.onOpen();
  };
  const config = new WatchConfig(client.config, options.accept ?? 'application/json', observing(client, exchange, signal, opened));
  const watch = new Watch(config);
  if (options.inactivityMs !== undefined) Object.assign<object, object>(watch, { requestTimeoutMs: options.inactivityMs });
  signal.addEventListener('abort', onAbort, { once: true });
  const receive = (type: string, object: unknown): void => {
    if (live) options.onEvent(type, object);
  };
  watch.watch(path, { ...options.query }, receive, onDone).then((controller) => {
    request = controller;
    if (!live) controller.abort();
  }, onDone);
  const end = await promise;
  signal.removeEventListener('abort', onAbort);
  return end;
}
