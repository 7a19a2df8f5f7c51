// The proxy that applications call: routes, authentication, models, and calls to providers. A plain node:http handler,
// because this path is measured.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { RequestError } from '../chat/dialect.ts';
import { readForm, type Form } from '../providers/form.ts';
import { openAiSurface } from '../surfaces/openai.ts';
import { routeOf, type CallRoute, type Route } from '../surfaces/routes.ts';
import type { Surface } from '../surfaces/surface.ts';
import type { Logger } from '../telemetry/log.ts';
import { authenticate } from './authenticate.ts';
import { type BodyBudget, BodyHold } from './body-budget.ts';
import { decodeModel, destinationOf } from './destination.ts';
import { exchange } from './dispatch.ts';
import type { ExchangeOptions } from './exchange.ts';
import { admit } from './guard/admission.ts';
import type { AssembledGuard } from './guard/assemble.ts';
import type { GatewayLedger } from './ledger/assemble.ts';
import { listModels, showModel } from './models-route.ts';
import type { Recorder, RequestRecord } from './recorder.ts';
import { checkDeclaredLength, discardBody, parseBody, readBody } from './request-body.ts';
import { requestIdOf } from './request-id.ts';
import { describeError, sendJson, sendJsonBefore, statusOf, type ErrorAnswer } from './respond.ts';
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
  /** Evaluates policies. */
  guard: AssembledGuard;
  /** Absent: nobody keeps a ledger. */
  ledger?: Pick<GatewayLedger, 'open'> | undefined;
  /** True while the process drains: callers are told to use another connection. */
  draining: () => boolean;
}

function splitUrl(url: string): [path: string, query: string] {
  const query = url.indexOf('?');
  return query === -1 ? [url, ''] : [url.slice(0, query), url.slice(query + 1)];
}

function refuseRoute(path: string): never {
  throw new GatewayError('route_not_found', `There is no ${path.slice(0, 200)} here. The base URL of OpenAI SDKs ends in /v1.`);
}

function checkMethod(route: Route, method: string | undefined, path: string): void {
  if (route.method === method) return;
  // It has the form of a model's name, but who posts means a method of Google's API that is not served.
  if (route.operation === 'models' && method === 'POST' && /:\w+$/.test(path)) refuseRoute(path);
  throw new GatewayError('method_not_allowed', `${path.slice(0, 200)} takes ${route.method}.`, { headers: ['allow', route.method] });
}

function checkRepository({ repository }: KeyEntry, surface: Surface): void {
  const { settings } = repository;
  if (settings.suspended) throw new GatewayError('repository_suspended', `The repository ${settings.name} is suspended.`);
  if (!settings.surfaces.includes(surface.name)) {
    throw new GatewayError('surface_not_enabled', `The repository ${settings.name} does not expose the ${surface.name} surface.`);
  }
}

function readCall({ form }: CallRoute, { headers }: IncomingMessage, raw: Buffer): { body: Record<string, unknown>; form?: Form } {
  return form === true ? readForm(headers['content-type'], raw) : { body: parseBody(raw) };
}

/** What the caller's header Expect asks for before it sends its body. */
type Expectation = 'none' | 'continue' | 'unknown';

function refuseExpectation({ headers }: IncomingMessage): never {
  const expected = String(headers.expect).slice(0, 200);
  throw new GatewayError('expectation_not_supported', `Expect: ${expected} is not supported; leave the header out.`);
}

/** What #run knows about a request before it is served. */
interface Reception {
  path: string;
  /** Undefined: there is no such path. */
  route: Route | undefined;
  surface: Surface;
  record: RequestRecord;
  /** Flat list of name, value for every answer. */
  headers: string[];
  expectation: Expectation;
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
  readonly handle = (request: IncomingMessage, response: ServerResponse): void => this.#receive(request, response, 'none');

  /** The same for a caller that sends its body only after "100 Continue". */
  readonly handleContinue = (request: IncomingMessage, response: ServerResponse): void => this.#receive(request, response, 'continue');

  /** The same for a caller that expects what nobody has defined. */
  readonly handleUnknownExpectation = (request: IncomingMessage, response: ServerResponse): void =>
    this.#receive(request, response, 'unknown');

  #receive(request: IncomingMessage, response: ServerResponse, expectation: Expectation): void {
    const { clock, recorder } = this.#options;
    const [path, query] = splitUrl(request.url ?? '/');
    const route = routeOf(path, query, request.headers);
    const record: RequestRecord = {
      requestId: requestIdOf(request),
      method: request.method ?? '',
      path: route?.label ?? 'other',
      operation: 'none',
      startedAt: clock.monotonic(),
      stream: false,
      status: 200,
      clientGone: false,
    };
    const hold = new BodyHold(this.#options.bodyBudget);
    recorder.started();
    const surface = route?.surface ?? openAiSurface;
    const headers = ['x-request-id', record.requestId];
    if (surface.requestIdHeader !== undefined) headers.push(surface.requestIdHeader, record.requestId);
    if (this.#options.draining()) headers.push('connection', 'close');
    // Until its last byte has left, an answer is under way: a drain must not cut it, and the caller may still leave.
    const reception: Reception = { path, route, surface, record, headers, expectation, hold, pending: 2 };
    const settle = (): void => {
      if (--reception.pending > 0) return;
      // Until now its bytes may still have been on their way to the provider.
      hold.release();
      if (!response.writableFinished && record.code === undefined) record.clientGone = true;
      record.account?.settle();
      recorder.finished(record, clock.monotonic());
    };
    response.once('close', settle);
    this.#serve(request, response, reception, settle).catch((error: unknown) => this.#fail(request, response, reception, error).then(settle));
  }

  /** Calls `settle` once the answer has been given; rejects when there is none yet. */
  async #serve(request: IncomingMessage, response: ServerResponse, reception: Reception, settle: () => void): Promise<void> {
    const { path, surface, record, headers, expectation, hold } = reception;
    const { tables, clock, onCredentialRejected, guard, ledger } = this.#options;
    if (expectation === 'unknown') refuseExpectation(request);
    const route = reception.route ?? refuseRoute(path);
    checkMethod(route, request.method, path);
    record.operation = route.operation;
    const admittedBy = tables();
    let key = this.#admit(request, surface, record);
    if (route.operation === 'models') {
      const json = route.model === undefined ? listModels(key, surface) : showModel(key, surface, decodeModel(route.model));
      sendJson(response, 200, json, headers);
      return settle();
    }

    if (expectation === 'continue') {
      checkDeclaredLength(request);
      response.writeContinue();
    }
    const raw = await readBody(request, hold);
    // An upload may take long: what counts is what is in force at its end, and only those pools are open.
    if (tables() !== admittedBy) key = this.#admit(request, surface, record);
    const { body, form } = readCall(route, request, raw);
    record.stream = route.stream ?? body['stream'] === true;
    const prepare = (): ExchangeOptions => {
      const { model, target, listed } = destinationOf(key, route, body);
      record.traffic = { upstream: target.upstream, model, listed };
      if (ledger !== undefined) record.account ??= ledger.open(record, body);
      const { endpoint } = target.upstream.settings;
      const asked = { operation: route.operation, endpoint, dialect: route.dialect, upstreamModel: target.upstreamModel, model, stream: record.stream };
      const call = { ...asked, raw, body, ...(form === undefined ? {} : { form }) };
      return { response, surface, target, request: call, record, clock, answerHeaders: headers, onCredentialRejected };
    };
    let options = prepare();
    if (key.repository.policies !== undefined) {
      const lineage = guard.mark.lineageOf(request.headers, raw);
      const { namespace, name } = key.repository.settings;
      const traffic = { repository: `${namespace}/${name}`, lineage };
      let decidedBy = tables();
      const inForce = (): KeyEntry['repository']['policies'] => {
        if (tables() === decidedBy) return key.repository.policies;
        decidedBy = tables();
        key = this.#admit(request, surface, record);
        options = prepare();
        return key.repository.policies;
      };
      const spares = lineage.length === 0 ? undefined : guard.mark.spares(lineage);
      const outlet = await admit(inForce, guard.guard, { ...options, response, hold, traffic, spares });
      if (response.destroyed) return settle();
      options = { ...options, response: outlet };
    }
    await exchange(options, key.repository.settings.fidelity === 'Strict', settle);
  }

  #admit(request: IncomingMessage, surface: Surface, record: RequestRecord): KeyEntry {
    const tables = this.#options.tables();
    if (tables === undefined) throw new GatewayError('gateway_not_ready', 'This gateway has no configuration yet.');
    const key = authenticate(request, surface, tables, this.#options.clock.now());
    record.key = key;
    checkRepository(key, surface);
    return key;
  }

  async #fail(request: IncomingMessage, response: ServerResponse, reception: Reception, error: unknown): Promise<void> {
    const { surface, record, headers, expectation } = reception;
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
    const json = JSON.stringify(surface.writeError(describeError(answer, record.requestId)));
    // This caller may wait with its body for the answer, or may not: it must not lose the answer to a reset either way.
    if (expectation === 'unknown') return sendJsonBefore(discardBody(request), response, record.status, json, headers);
    sendJson(response, record.status, json, [...(answer.headers ?? []), ...headers]);
  }

  #toAnswer(error: unknown, record: RequestRecord): ErrorAnswer {
    if (error instanceof GatewayError) return { code: error.code, message: error.message, param: error.param, headers: error.headers };
    if (error instanceof RequestError) return { code: 'request_invalid', message: error.message, param: error.param };
    this.#options.logger.error({ err: error, requestId: record.requestId }, 'request failed inside the gateway');
    return { code: 'internal_error', message: `The gateway failed. Its log has the details under request id ${record.requestId}.` };
  }
}
