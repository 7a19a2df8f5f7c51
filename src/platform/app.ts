// The Express application of the Platform API, made from the list of operations: each is authenticated, checked, handled, counted, logged.
import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express';
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import { parseBody } from './body.ts';
import { failureOf } from './failure.ts';
import { bodyReader, queryReader } from './input.ts';
import { openApiDocument } from './openapi.ts';
import { LedgerTurns } from './ledger-turns.ts';
import { Limiter, limitsOf } from './limits.ts';
import { ApiError, type Operation } from './operation.ts';
import { comparePaths, expressPath, tidyUrl } from './paths.ts';
import type { PlatformServices } from './services.ts';
import { sessionOf, type Authenticator } from './session.ts';

/** Bytes. The longest texts that come in are rules of policies and prompts. */
const MAX_BODY = 1024 * 1024;
/** Of an address that leads nowhere, characters that are repeated. */
const MAX_SHOWN = 128;
/** Characters. UIDs have 36. */
const MAX_ID = 256;
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** Told of each call when its answer has gone. */
export interface CallMetrics {
  flashback_platform_requests_total: { inc(labels: { operation: string; status: string }): void };
  flashback_platform_request_duration_seconds: { observe(labels: { operation: string }, seconds: number): void };
}

/** What answers need, of which only the leader has all. */
export interface Serving {
  services: PlatformServices;
  authenticator: Authenticator;
}

export interface PlatformAppOptions {
  operations: readonly Operation<PlatformServices>[];
  /** Undefined: this process does not lead, so it would not tell the truth. */
  serving: () => Serving | undefined;
  version: string;
  clock: Clock;
  logger: Logger;
  metrics: CallMetrics;
}

/** What is remembered of a call for its log line. */
interface Trace {
  requestId: string;
  operation: string;
  caller?: string;
  failure?: unknown;
}

const traces = new WeakMap<Request, Trace>();

function traceOf(request: Request): Trace {
  return traces.get(request) ?? { requestId: '', operation: 'none' };
}

/** Longer ids, and such with control characters, are nobody's. @throws ApiError 400. */
function demandIds(params: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== 'string' || value.length > MAX_ID || /\p{Cc}/u.test(value)) throw new ApiError(400, `${name}: what the address names is no id`);
  }
}

/** Request id, the tidied address, and the log line at the end. */
function begin({ clock, logger, metrics }: PlatformAppOptions): RequestHandler {
  return (request, response, next) => {
    const given = request.headers['x-request-id'];
    const trace: Trace = { requestId: typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID(), operation: 'none' };
    traces.set(request, trace);
    request.url = tidyUrl(request.url);
    const started = clock.monotonic();
    response.setHeader('x-request-id', trace.requestId);
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    response.once('close', () => {
      const { requestId, operation, caller, failure } = trace;
      const ms = clock.monotonic() - started;
      // A caller who left before the end got no status.
      const status = response.writableFinished ? String(response.statusCode) : '<aborted>';
      metrics.flashback_platform_requests_total.inc({ operation, status });
      metrics.flashback_platform_request_duration_seconds.observe({ operation }, ms / 1000);
      const line = { requestId, operation, status, ms: Math.round(ms), ...(caller === undefined ? {} : { caller }) };
      if (failure === undefined) logger.info(line, 'platform call');
      else logger.error({ ...line, err: failure }, 'platform call');
    });
    next();
  };
}

function ready(options: PlatformAppOptions): Serving {
  const serving = options.serving();
  if (serving === undefined) throw new ApiError(503, 'this operator does not lead, so it cannot answer; try again');
  return serving;
}

function routeOf(operation: Operation<PlatformServices>, options: PlatformAppOptions, turns: LedgerTurns): RequestHandler[] {
  const readQuery = queryReader(operation.query);
  const readBody = bodyReader(operation.body);
  const limits = limitsOf(operation);
  const limiter = limits === undefined ? undefined : new Limiter(limits, options.clock);
  const authenticate: RequestHandler = async (request, response, next) => {
    const trace = traceOf(request);
    trace.operation = operation.id;
    response.locals['operation'] = operation;
    const { services, authenticator } = ready(options);
    const session = await sessionOf(request.headers, request.socket.remoteAddress ?? '', authenticator);
    trace.caller = session.caller.name;
    demandIds(request.params);
    response.locals['session'] = { ...session, services };
    next();
  };
  const answer: RequestHandler = async (request, response) => {
    const { services, caller, access } = response.locals['session'] as Awaited<ReturnType<typeof sessionOf>> & Pick<Serving, 'services'>;
    const call = { params: request.params, query: readQuery(request.query), body: readBody(parseBody(request.body, request.headers['content-type'])), caller, access };
    // The types of an operation are those of its schemas, which have just been checked.
    const work = (): Promise<unknown> => operation.handle(call as never, { ...services, ledger: turns.of(caller.name, services.ledger) });
    response.json(await (limiter === undefined ? work() : limiter.run(caller.name, work)));
  };
  if (operation.body === undefined) return [authenticate, answer];
  // Nobody without a token makes us take a body in.
  return [authenticate, express.raw({ type: () => true, limit: MAX_BODY, inflate: false }), answer];
}

/** Methods of a path that has no such operation. */
function notAllowed(methods: readonly string[]): RequestHandler {
  const allowed = methods.map((method) => method.toUpperCase()).join(', ');
  return (_request, response) => {
    response.setHeader('allow', allowed);
    throw new ApiError(405, `this path takes ${allowed}`);
  };
}

const notFound: RequestHandler = (request) => {
  throw new ApiError(404, `there is no ${request.method} ${request.path.slice(0, MAX_SHOWN)}; /openapi.json lists what there is`);
};

function answerFailure(error: unknown, request: Request, response: Response): void {
  const trace = traceOf(request);
  const { status, message, retryAfter, cause } = failureOf(error, trace.requestId);
  trace.failure = cause;
  if (response.headersSent) return void response.destroy();
  if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  const operation = response.locals['operation'] as Operation<PlatformServices> | undefined;
  response.status(status).json({ success: false, message, ...operation?.failure?.(error, message) });
}

const failed: ErrorRequestHandler = (error, request, response, _next) => answerFailure(error, request, response);

export function createPlatformApp(options: PlatformAppOptions): Express {
  const app = express().disable('x-powered-by').disable('etag');
  // Nested values in a query string are nobody's, so none are made.
  app.set('query parser', 'simple');
  // Rules of proxies are for paths as they are written.
  app.enable('case sensitive routing');
  app.use(begin(options));
  // Anybody may ask for it, so it is written once.
  const document = JSON.stringify(openApiDocument(options.operations, options.version));
  app.get('/openapi.json', (_request, response) => void response.type('json').send(document));
  const turns = new LedgerTurns(options.clock);
  const byPath = Map.groupBy(options.operations, ({ path }) => path);
  for (const path of [...byPath.keys()].toSorted(comparePaths)) {
    const operations = byPath.get(path) ?? [];
    for (const operation of operations) app[operation.method](expressPath(path), ...routeOf(operation, options, turns));
    app.all(expressPath(path), notAllowed(operations.map(({ method }) => method)));
  }
  app.use(notFound);
  app.use(failed);
  return app;
}
