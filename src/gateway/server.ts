// The application-facing listener and its life: start, serve, drain.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { GatewayMetrics } from '../telemetry/metrics.ts';
import type { BodyBudget } from './body-budget.ts';
import { ClientErrors } from './client-error.ts';
import type { AssembledGuard } from './guard/assemble.ts';
import { answerHealthCheck, isHealthCheck, unreadiness } from './health-check.ts';
import type { GatewayLedger } from './ledger/assemble.ts';
import { Proxy } from './proxy.ts';
import { Recorder } from './recorder.ts';
import { SeriesCache } from './series.ts';
import type { Tables } from './tables.ts';

/** Longer than load balancers keep idle connections, so that they are never surprised by a close. */
const KEEP_ALIVE_MS = 75_000;
const DRAIN_POLL_MS = 50;
const TURNS_TO_TELL = 20;

export interface GatewayServerOptions {
  tables: () => Tables | undefined;
  metrics: GatewayMetrics;
  clock: Clock;
  logger: Logger;
  /** Takes one line for each request; `logger` unless given. */
  accessLog?: Logger;
  onCredentialRejected: (llm: string) => void;
  /** Bounds what all request bodies together take. */
  bodyBudget: BodyBudget;
  /** Evaluates policies. */
  guard: AssembledGuard;
  /** Keeps what the ledger is to know. Absent: nobody does. */
  ledger?: Pick<GatewayLedger, 'open'> | undefined;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export class GatewayServer {
  readonly #server: Server;
  readonly #clientErrors: ClientErrors;
  readonly #recorder: Recorder;
  readonly #series: SeriesCache;
  readonly #clock: Clock;
  readonly #tables: GatewayServerOptions['tables'];
  #draining = false;

  constructor(options: GatewayServerOptions) {
    const { tables, metrics, clock, logger, accessLog = logger, onCredentialRejected, bodyBudget, guard, ledger } = options;
    this.#clock = clock;
    this.#tables = tables;
    this.#clientErrors = new ClientErrors(metrics);
    this.#series = new SeriesCache(metrics);
    this.#recorder = new Recorder(metrics, this.#series, accessLog);
    const proxy = new Proxy({
      tables,
      recorder: this.#recorder,
      clock,
      logger,
      onCredentialRejected,
      bodyBudget,
      guard,
      ledger,
      draining: () => this.#draining,
    });
    this.#server = createServer(
      { keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true, requireHostHeader: false },
      this.#received(proxy.handle),
    );
    this.#server.on('checkContinue', this.#received(proxy.handleContinue));
    this.#server.on('checkExpectation', this.#received(proxy.handleUnknownExpectation));
    this.#server.on('clientError', this.#clientErrors.handle);
  }

  #received(handle: Handler): Handler {
    return (request, response) => {
      const lacksHost = request.headers.host === undefined && request.httpVersion === '1.1';
      if (lacksHost) return this.#clientErrors.refuseWithoutHost(request, response);
      this.#clientErrors.began(response);
      if (isHealthCheck(request)) return this.#tellHealth(response);
      return handle(request, response);
    };
  }

  #tellHealth(response: ServerResponse): void {
    const draining = this.#draining;
    answerHealthCheck(response, unreadiness({ hasSnapshot: this.#tables() !== undefined, draining }), draining);
  }

  /** Starts listening; resolves with the port. Rejects with the system's error, for example EADDRINUSE. */
  listen(port: number, host?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host }, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  get inFlight(): number {
    return this.#recorder.inFlight;
  }

  /** Call after every change of tables: metric series of keys that are gone are forgotten in time. */
  onTables(tables: Tables): void {
    this.#series.retain(new Set([...tables.keys.values()].map(({ id }) => id)), this.#clock.now());
  }

  /** From now on every answer tells its caller to use another connection. */
  beginDrain(): void {
    this.#draining = true;
  }

  /**
   * Stops listening, lets requests under way finish for at most `graceMs`, then cuts the rest. Resolves with how many.
   * Connections that are open stay usable until then, so no caller loses a request to a close; each ends with its next answer.
   */
  async close(graceMs: number): Promise<number> {
    this.beginDrain();
    // Not the close() of node:http: that destroys connections whose answer is ended but not yet sent.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.#server, () => resolve()));
    const deadline = this.#clock.monotonic() + graceMs;
    while (this.#recorder.inFlight > 0 && this.#clock.monotonic() < deadline) {
      await new Promise<void>((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
    this.#recorder.flush();
    const cut = this.#recorder.inFlight;
    this.#server.closeAllConnections();
    await closed;
    // The calls to providers behind what was cut hear of it a few turns later, and only then their ends can be told.
    for (let turn = 0; turn < TURNS_TO_TELL && this.#recorder.inFlight > 0; turn++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#recorder.flush();
    }
    return cut;
  }
}
