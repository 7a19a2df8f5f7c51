// The proxy that applications call: routes, authentication, models, and calls to providers. A plain node:http handler,
// because this path is measured.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import type { Operation } from '../providers/provider.ts';
import type { Logger } from '../telemetry/log.ts';
import { authenticate } from './authenticate.ts';
import { type BodyBudget, BodyHold } from './body-budget.ts';
import { exchange } from './exchange.ts';
import { findModel, listModels, showModel } from './models-route.ts';
import type { Recorder, RequestRecord } from './recorder.ts';
import { checkDeclaredLength, discardBody, parseBody, readBody } from './request-body.ts';
import { requestIdOf } from './request-id.ts';
import { errorEnvelope, sendJson, statusOf, type ErrorAnswer } from './respond.ts';
import type { KeyEntry, Tables } from './tables.ts';

export interface ProxyOptions {
  /** Tables in force, or undefined before the first snapshot. */
  tables: () => Tables | undefined;
  recorder: Recorder;
  clock: Clock;
  logger: Logger;
  onCredentialRejected: (llm: string) => void;
  /** Bounds what all request bodies together take. */
  bodyBudget: BodyBudget;
  /** True while the process drains: callers are told to use another connection. */
  draining: () => boolean;
}

type Route = { method: 'POST'; operation: Operation } | { method: 'GET'; operation: 'models' };

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/v1/chat/completions', { method: 'POST', operation: 'chat' }],
  ['/v1/embeddings', { method: 'POST', operation: 'embeddings' }],
  ['/v1/models', { method: 'GET', operation: 'models' }],
]);
const MODEL_PREFIX = '/v1/models/';
const MODEL_ROUTE: Route = { method: 'GET', operation: 'models' };

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function routeFor(path: string, method: string | undefined): Route {
  const route = ROUTES.get(path) ?? (path.startsWith(MODEL_PREFIX) && path.length > MODEL_PREFIX.length ? MODEL_ROUTE : undefined);
  if (route === undefined) throw new GatewayError('route_not_found', `There is no ${path.slice(0, 200)} here. The base URL of SDKs ends in /v1.`);
  if (route.method !== method) {
    throw new GatewayError('method_not_allowed', `${path.slice(0, 200)} takes ${route.method}.`, { headers: ['allow', route.method] });
  }
  return route;
}

function decodeModel(path: string): string {
  try {
    return decodeURIComponent(path.slice(MODEL_PREFIX.length));
  } catch {
    throw new GatewayError('model_not_found', 'The model name in the path is not valid percent-encoding.', { param: 'model' });
  }
}

function checkRepository({ repository }: KeyEntry): void {
  const { settings } = repository;
  if (settings.suspended) throw new GatewayError('repository_suspended', `The repository ${settings.name} is suspended.`);
  if (!settings.surfaces.includes('OpenAI')) {
    throw new GatewayError('surface_not_enabled', `The repository ${settings.name} does not expose the OpenAI surface.`);
  }
}

/** What #run knows about a request before it is served. */
interface Reception {
  path: string;
  record: RequestRecord;
  /** Flat list of name, value for every answer. */
  headers: string[];
  awaitsContinue: boolean;
  hold: BodyHold;
  /** Ends that are still to come: of the work, and of the response. */
  pending: number;
}

export class Proxy {
  readonly #options: ProxyOptions;

  constructor(options: ProxyOptions) {
    this.#options = options;
  }

  /** Handles one request to its end. */
  readonly handle = (request: IncomingMessage, response: ServerResponse): void => this.#receive(request, response, false);

  /** The same for a caller that sends its body only after "100 Continue". */
  readonly handleExpectation = (request: IncomingMessage, response: ServerResponse): void => this.#receive(request, response, true);

  #receive(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const { clock, recorder } = this.#options;
    const path = pathOf(request);
    const record: RequestRecord = {
      requestId: requestIdOf(request),
      method: request.method ?? '',
      path: ROUTES.has(path) ? path : path.startsWith(MODEL_PREFIX) ? '/v1/models/{id}' : 'other',
      operation: 'none',
      startedAt: clock.monotonic(),
      stream: false,
      status: 200,
      clientGone: false,
    };
    const hold = new BodyHold(this.#options.bodyBudget);
    recorder.started();
    const headers = ['x-request-id', record.requestId];
    if (this.#options.draining()) headers.push('connection', 'close');
    // Until its last byte has left, an answer is under way: a drain must not cut it, and the caller may still leave.
    const reception: Reception = { path, record, headers, awaitsContinue, hold, pending: 2 };
    const settle = (): void => {
      if (--reception.pending > 0) return;
      // Until now its bytes may still have been on their way to the provider.
      hold.release();
      if (!response.writableFinished && record.code === undefined) record.clientGone = true;
      recorder.finished(record, clock.monotonic());
    };
    response.once('close', settle);
    this.#serve(request, response, reception, settle).catch((error: unknown) => this.#fail(request, response, record, headers, error).then(settle));
  }

  /** Calls `settle` once the answer has been given; rejects when there is none yet. */
  async #serve(request: IncomingMessage, response: ServerResponse, reception: Reception, settle: () => void): Promise<void> {
    const { path, record, headers, awaitsContinue, hold } = reception;
    const { tables, clock, onCredentialRejected } = this.#options;
    const route = routeFor(path, request.method);
    record.operation = route.operation;
    const admittedBy = tables();
    let key = this.#admit(request, record);
    if (route.operation === 'models') {
      const json = path.startsWith(MODEL_PREFIX) ? showModel(key, decodeModel(path)) : listModels(key);
      sendJson(response, 200, json, headers);
      return settle();
    }

    if (awaitsContinue) {
      checkDeclaredLength(request);
      response.writeContinue();
    }
    const raw = await readBody(request, hold);
    // An upload may take long: what counts is what is in force at its end, and only those pools are open.
    if (tables() !== admittedBy) key = this.#admit(request, record);
    const body = parseBody(raw);
    const model = body['model'];
    if (typeof model !== 'string' || model === '') {
      throw new GatewayError('model_missing', 'The body must name a "model" as a string.', { param: 'model' });
    }
    const { target, listed } = findModel(key, model);
    record.stream = body['stream'] === true;
    record.traffic = { upstream: target.upstream, model, listed };
    const call = { operation: route.operation, upstreamModel: target.upstreamModel, model, stream: record.stream, raw, body };
    await exchange({ response, target, request: call, record, clock, answerHeaders: headers, onCredentialRejected }, settle);
  }

  #admit(request: IncomingMessage, record: RequestRecord): KeyEntry {
    const tables = this.#options.tables();
    if (tables === undefined) throw new GatewayError('gateway_not_ready', 'This gateway has no configuration yet.');
    const key = authenticate(request, tables, this.#options.clock.now());
    record.key = key;
    checkRepository(key);
    return key;
  }

  async #fail(request: IncomingMessage, response: ServerResponse, record: RequestRecord, headers: string[], error: unknown): Promise<void> {
    const answer = this.#toAnswer(error, record);
    record.code = answer.code;
    record.status = statusOf(answer);
    if (request.headers.expect === undefined && answer.code !== 'body_too_large') await discardBody(request);
    if (response.destroyed) {
      record.clientGone = true;
      return;
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // A body that is still coming would be read as the next request, so the connection ends with this answer.
    if (!request.complete && !headers.includes('connection')) headers.push('connection', 'close');
    sendJson(response, record.status, JSON.stringify(errorEnvelope(answer)), [...(answer.headers ?? []), ...headers]);
  }

  #toAnswer(error: unknown, record: RequestRecord): ErrorAnswer {
    if (error instanceof GatewayError) return { code: error.code, message: error.message, param: error.param, headers: error.headers };
    this.#options.logger.error({ err: error, requestId: record.requestId }, 'request failed inside the gateway');
    return { code: 'internal_error', message: `The gateway failed. Its log has the details under request id ${record.requestId}.` };
  }
}
