// The gateway's side of the push channel: takes snapshots from the operator and tells it, through a long poll, what is in
// force, which credentials providers refuse, and what policies have counted, and what the ledger is to know. Mutual TLS; the only client is the operator.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Clock } from '../clock.ts';
import { Connections } from '../connections.ts';
import { LEDGER_PATH, MAX_SNAPSHOT_BYTES, OPERATOR_COMMON_NAME, REPORT_HOLD } from '../push/names.ts';
import type { GatewayReport, PolicyCount, Snapshot } from '../snapshot/snapshot.ts';
import type { Logger } from '../telemetry/log.ts';
import type { AdminFiles, AdminFileSet } from './admin-files.ts';
import { CountReport } from './count-report.ts';
import type { LedgerFeed } from './ledger/feed.ts';
import { ledgerRoute } from './ledger/route.ts';
import type { GatewayState } from './state.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** Milliseconds after which counts alone are news: each request would be too often. */
const COUNTS_PERIOD = 5_000;
/** Of what the operator confirms at a time. */
const MAX_CONFIRMATION_BYTES = 1024 * 1024;

export interface AdminServerOptions {
  files: AdminFiles;
  state: Pick<GatewayState<unknown>, 'applied' | 'apply' | 'confirm' | 'onApplied' | 'replaceKey'>;
  /** Totals by policy (`namespace/name`) since this process began. */
  counts?: () => Record<string, PolicyCount>;
  /** What the ledger is to know. */
  ledger?: Pick<LedgerFeed, 'next'>;
  clock: Clock;
  logger: Logger;
}

// TLS has proved that the certificate is from our authority. Gateways hold such certificates too: theirs must not do.
const onlyOperator: RequestHandler = (request, response, next) => {
  const certificate = request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate() : undefined;
  const isOperator = certificate?.subject.split('\n').includes(`CN=${OPERATOR_COMMON_NAME}`) === true;
  if (isOperator && certificate.keyUsage?.includes(CLIENT_AUTH) === true) return next();
  response.status(403).json({ error: `only ${OPERATOR_COMMON_NAME} may use this port` });
};

function tlsOf({ ca, cert, key }: AdminFileSet) {
  return { ca, cert, key, minVersion: 'TLSv1.3' as const };
}

export class AdminServer {
  readonly #options: AdminServerOptions;
  readonly #server: Server;
  /** Told that there may be something to report. */
  readonly #waiting = new Set<() => void>();
  readonly #connections: Connections;
  #rejected = new Set<string>();
  readonly #counts: CountReport | undefined;

  constructor(options: AdminServerOptions) {
    this.#options = options;
    const { files, state, counts, clock } = options;
    this.#counts = counts === undefined ? undefined : new CountReport(counts, clock);
    this.#server = createServer({ ...tlsOf(files.current), requestCert: true, rejectUnauthorized: true }, this.#app());
    this.#connections = new Connections(this.#server);
    this.#server.on('tlsClientError', (error) => options.logger.debug({ reason: error.message }, 'push connection refused'));
    files.onChange((changed) => {
      this.#server.setSecureContext(tlsOf(changed));
      state.replaceKey(changed.snapshotKey);
    });
    state.onApplied(() => this.#wake());
  }

  /** Resolves with the port; rejects when the address cannot be had. */
  async listen(port: number, host?: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * For the hot path: the upstream of this llm (`namespace/name`) answered 401. Cheap, and to be called for each such answer:
   * a report that is lost on its way is made up for by the next.
   */
  reportRejectedCredential(llmKey: string): void {
    if (this.#rejected.has(llmKey)) return;
    this.#rejected.add(llmKey);
    this.#wake();
  }

  /** Ends every connection, whatever it is in the middle of: an operator that dials anew just now would be served for ever. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#connections.cut();
    await closed;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #app(): Express {
    const app = express().disable('x-powered-by').disable('etag');
    app.use(onlyOperator);
    app.put('/v1/snapshot', express.json({ limit: MAX_SNAPSHOT_BYTES }), this.#take);
    app.get('/v1/report', this.#report);
    const { ledger } = this.#options;
    if (ledger !== undefined) app.post(LEDGER_PATH, express.json({ limit: MAX_CONFIRMATION_BYTES }), ledgerRoute(ledger));
    app.use(this.#failed);
    return app;
  }

  readonly #take: RequestHandler = (request, response) => {
    // Without a JSON content type there is no body.
    if (typeof request.body !== 'object' || request.body === null) {
      response.status(415).json({ error: 'the snapshot must be sent as application/json' });
      return;
    }
    const answer = this.#options.state.apply(request.body as Snapshot);
    this.#options.logger.info(answer, answer.result === 'ACK' ? 'snapshot accepted' : 'snapshot refused');
    response.json(answer);
  };

  readonly #report: RequestHandler = (request, response) => {
    const { state, clock } = this.#options;
    // known: what the operator thinks is in force here; current: what it wants to be.
    const { known, current } = request.query;
    const hasNews = () => this.#rejected.size > 0 || known !== (state.applied?.digest ?? '');
    const finish = () => {
      this.#waiting.delete(wake);
      timer.clear();
      counting?.clear();
    };
    const answer = () => {
      finish();
      const rejected = this.#rejected;
      this.#rejected = new Set();
      const applied = state.applied;
      const report: GatewayReport = { ...(applied === undefined ? {} : { applied }), rejectedCredentials: [...rejected], ...this.#counts?.take() };
      response.json(report);
    };
    const wake = () => {
      if (hasNews()) answer();
    };
    const timer = clock.setTimeout(answer, REPORT_HOLD);
    const countLater = (): { clear(): void } =>
      clock.setTimeout(() => {
        if (this.#counts?.hasNews === true) answer();
        else counting = countLater();
      }, COUNTS_PERIOD);
    let counting = this.#counts === undefined ? undefined : countLater();
    response.once('close', finish);
    this.#waiting.add(wake);
    if (typeof current === 'string') state.confirm(current);
    wake();
  };

  // Body too large, not JSON, unknown encoding: the parser's own status, without quoting the body.
  readonly #failed: ErrorRequestHandler = (error, _request, response, _next) => {
    const status: unknown = error?.status;
    response.status(typeof status === 'number' ? status : 500).json({ error: String(error?.type ?? 'internal error') });
  };
}
