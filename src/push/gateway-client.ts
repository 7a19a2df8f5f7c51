// The three calls of the push channel, over mutual TLS.
import { Pool } from 'undici';
import type { Clock } from '../clock.ts';
import type { LedgerAsk, LedgerConfirmation, LedgerTold } from '../ledger/entries.ts';
import type { GatewayReport, PushAnswer } from '../snapshot/snapshot.ts';
import type { PemPair } from './issue.ts';
import { isLedgerTold } from './ledger-answer.ts';
import { GATEWAY_SERVER_NAME, LEDGER_PATH, REPORT_HOLD } from './names.ts';

const PUSH_TIMEOUT = 5_000;
const REPORT_TIMEOUT = REPORT_HOLD + 5_000;

/** What the operator proves itself with, and whom it trusts: PEM. */
export interface PushTls {
  ca: string;
  operator: PemPair;
}

/** A snapshot as it goes over the wire. */
export interface EncodedSnapshot {
  body: Buffer;
  encoding: 'br';
}

/** The gateway could not be reached, or gave an answer that is none. */
export class GatewayUnreachableError extends Error {
  override readonly name = 'GatewayUnreachableError';
}

interface Call {
  method: 'GET' | 'PUT' | 'POST';
  path: string;
  timeout: number;
  headers?: Record<string, string>;
  body?: Buffer;
}

export class GatewayClient {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #closing = new AbortController();

  constructor(address: { host: string; port: number }, tls: PushTls, clock: Clock) {
    this.#clock = clock;
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    // One connection for each of the two polls that are held open, one for pushes.
    this.#pool = new Pool(`https://${host}:${address.port}`, {
      connections: 3,
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { ca: tls.ca, cert: tls.operator.cert, key: tls.operator.key, servername: GATEWAY_SERVER_NAME, timeout: PUSH_TIMEOUT },
    });
  }

  /** Throws GatewayUnreachableError. */
  async push(snapshot: EncodedSnapshot): Promise<PushAnswer> {
    const headers = { 'content-type': 'application/json', 'content-encoding': snapshot.encoding };
    const answer = await this.#call({ method: 'PUT', path: '/v1/snapshot', timeout: PUSH_TIMEOUT, headers, body: snapshot.body });
    if (!isPushAnswer(answer)) throw new GatewayUnreachableError('the answer to the snapshot is neither ACK nor NACK');
    return answer;
  }

  /**
   * Resolves when something differs from `known`, the digest that the gateway is thought to have ('' for none; undefined:
   * answer at once), or after 25 s. `current` is the digest that it should have. Throws GatewayUnreachableError.
   */
  async report(known: string | undefined, current: string | undefined): Promise<GatewayReport> {
    const query = new URLSearchParams({ ...(known === undefined ? {} : { known }), ...(current === undefined ? {} : { current }) });
    const report = await this.#call({ method: 'GET', path: `/v1/report?${query}`, timeout: REPORT_TIMEOUT });
    if (!isReport(report)) throw new GatewayUnreachableError('the report has not the form of one');
    return report;
  }

  /**
   * Says what the ledger has for good, and resolves with batches that are to be stored: at once where there are any, otherwise with none after
   * 25 s. Throws GatewayUnreachableError, also where the gateway keeps no ledger.
   */
  async ledger(confirmed: LedgerConfirmation[]): Promise<LedgerTold> {
    const ask: LedgerAsk = { confirmed };
    const body = Buffer.from(JSON.stringify(ask));
    const headers = { 'content-type': 'application/json' };
    const answer = await this.#call({ method: 'POST', path: LEDGER_PATH, timeout: REPORT_TIMEOUT, headers, body });
    if (!isLedgerTold(answer)) throw new GatewayUnreachableError('what it tells the ledger has not the form of batches');
    return answer;
  }

  /** Breaks off the calls under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pool.destroy();
  }

  async #call({ method, path, timeout, headers, body }: Call): Promise<unknown> {
    const late = new AbortController();
    const timer = this.#clock.setTimeout(() => late.abort(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    try {
      const signal = AbortSignal.any([late.signal, this.#closing.signal]);
      const response = await this.#pool.request({ method, path, signal, headers: headers ?? {}, body: body ?? null });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
      return JSON.parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new GatewayUnreachableError(reason, { cause: error });
    } finally {
      timer.clear();
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPushAnswer(value: unknown): value is PushAnswer {
  if (!isObject(value)) return false;
  if (value['result'] === 'ACK') return typeof value['revision'] === 'number' && typeof value['digest'] === 'string';
  return value['result'] === 'NACK' && typeof value['object'] === 'string' && typeof value['reason'] === 'string';
}

function isReport(value: unknown): value is GatewayReport {
  if (!isObject(value) || !Array.isArray(value['rejectedCredentials'])) return false;
  const { applied, policies, process } = value;
  if (policies !== undefined && !isCounts(policies)) return false;
  if (process !== undefined && !(isObject(process) && typeof process['id'] === 'string' && typeof process['uptime'] === 'number')) return false;
  if (!value['rejectedCredentials'].every((llm) => typeof llm === 'string')) return false;
  return applied === undefined || (isObject(applied) && typeof applied['digest'] === 'string' && Number.isSafeInteger(applied['revision']));
}

const COUNTED = ['evaluations', 'violations', 'alerted', 'blocked', 'failures'];

function isCounts(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isCount = (count: unknown): boolean => typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
  return Object.values(value).every((counts) => isObject(counts) && COUNTED.every((field) => isCount(counts[field])));
}
