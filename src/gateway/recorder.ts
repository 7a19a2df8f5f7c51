// Tells what became of a request, exactly once: metrics and one access-log line with the same fields.
import { ERRORS, type ErrorCode } from '../errors.ts';
import type { Usage } from '../chat/answer.ts';
import { TELLS_USAGE, type Operation } from '../providers/provider.ts';
import type { Logger } from '../telemetry/log.ts';
import type { GatewayMetrics } from '../telemetry/metrics.ts';
import type { Account } from './ledger/account.ts';
import type { Outcome, SeriesCache } from './series.ts';
import type { KeyEntry, Upstream } from './tables.ts';

/** Operations that write no tokens. */
const ONLY_INPUT: ReadonlySet<string> = new Set<Operation>(['embeddings', 'batch_embeddings']);

/** Which connection serves which model. `listed`: the model is in the repository's table, so its name is not the caller's invention. */
export interface Traffic {
  upstream: Upstream;
  model: string;
  listed: boolean;
}

/** What is known about a request; filled in as it goes. Times are monotonic milliseconds. */
export interface RequestRecord {
  requestId: string;
  method: string;
  path: string;
  operation: string;
  startedAt: number;
  firstByteAt?: number;
  stream: boolean;
  key?: KeyEntry;
  /** Where it went, once that is known. */
  traffic?: Traffic;
  status: number;
  code?: ErrorCode;
  /** What the provider has told of tokens. */
  usage?: Usage | undefined;
  /** Tells the ledger; absent: it went nowhere, or nobody keeps a ledger. */
  account?: Account;
  clientGone: boolean;
  /** How many fields and blocks of the request the provider could not take. */
  losses?: number;
  /** What went wrong inside the gateway when it read the answer. */
  fault?: unknown;
}

function identify(key: KeyEntry | undefined): object {
  if (key === undefined) return {};
  const { namespace, name } = key.repository.settings;
  return { namespace, repository: name, key_id: key.id };
}

function endOf({ method, path, operation, status, code }: RequestRecord): object {
  return { method, path, operation, status, ...(code === undefined ? {} : { code }) };
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

export class Recorder {
  readonly #metrics: GatewayMetrics;
  readonly #series: SeriesCache;
  readonly #logger: Logger;
  readonly #loggers = new WeakMap<Outcome, Logger>();
  #inFlight = 0;
  #finished: { record: RequestRecord; endedAt: number }[] = [];

  constructor(metrics: GatewayMetrics, series: SeriesCache, logger: Logger) {
    this.#metrics = metrics;
    this.#series = series;
    this.#logger = logger;
    const gauge = metrics.flashback_requests_in_flight;
    gauge.beforeScrape(() => gauge.set(this.#inFlight));
  }

  /** Requests whose end is still to be told. */
  get inFlight(): number {
    return this.#inFlight;
  }

  started(): void {
    this.#inFlight++;
  }

  /**
   * Told at the end of this turn of the event loop, together with the others of the turn: the code of metrics and log is
   * in the caches of the processor then, which costs half as much as between any two other steps of a request.
   */
  finished(record: RequestRecord, endedAt: number): void {
    if (this.#finished.push({ record, endedAt }) === 1) setImmediate(this.flush);
  }

  /** Tells what is still to be told, now. */
  readonly flush = (): void => {
    const finished = this.#finished;
    this.#finished = [];
    for (const { record, endedAt } of finished) {
      this.#inFlight--;
      try {
        this.#tell(record, endedAt);
      } catch (error) {
        // One answer that cannot be read must not keep the others from being told.
        this.#logger.error({ err: error, requestId: record.requestId }, 'the end of a request could not be told');
      }
    }
  };

  #tell(record: RequestRecord, endedAt: number): void {
    if (record.code !== undefined) this.#metrics.flashback_errors_total.inc({ cause: ERRORS[record.code].cause, code: record.code });
    if (record.fault !== undefined) this.#logger.error({ err: record.fault, requestId: record.requestId }, 'an answer could not be read');
    const { usage } = record;
    const outcome = this.#outcomeOf(record);
    if (outcome !== undefined) this.#observe(record, usage, outcome, endedAt);
    this.#log(record, usage, outcome, endedAt);
  }

  #outcomeOf({ key, traffic, operation, status, code }: RequestRecord): Outcome | undefined {
    if (key === undefined || traffic === undefined) return undefined;
    const trust = { listed: traffic.listed, confirmed: status < 300 && code === undefined };
    return this.#series.outcomeOf(this.#series.get(key, traffic.upstream, traffic.model, trust), operation, status, code ?? 'none');
  }

  #observe(record: RequestRecord, usage: Usage | undefined, { series, requests }: Outcome, endedAt: number): void {
    const { firstByteAt } = record;
    requests.inc();
    series.duration.observe((endedAt - record.startedAt) / 1000);
    if (record.clientGone) series.disconnects.inc();
    if (record.losses !== undefined) series.losses.inc(record.losses);
    if (record.stream && firstByteAt !== undefined) {
      series.firstToken.observe((firstByteAt - record.startedAt) / 1000);
      if (usage !== undefined && usage.outputTokens > 1) {
        series.perOutputToken.observe((endedAt - firstByteAt) / 1000 / (usage.outputTokens - 1));
      }
    }
    if (usage === undefined) {
      if (record.code === undefined && !record.clientGone && TELLS_USAGE.has(record.operation)) series.withoutUsage.inc();
      return;
    }
    series.inputUsage.observe(usage.inputTokens);
    series.inputTokens.inc(usage.inputTokens);
    if (!ONLY_INPUT.has(record.operation)) {
      series.outputUsage.observe(usage.outputTokens);
      series.outputTokens.inc(usage.outputTokens);
    }
    if (usage.cachedInputTokens > 0) series.cachedInputTokens.inc(usage.cachedInputTokens);
    if (usage.reasoningTokens > 0) series.reasoningTokens.inc(usage.reasoningTokens);
  }

  #log(record: RequestRecord, usage: Usage | undefined, outcome: Outcome | undefined, endedAt: number): void {
    const { requestId, stream, startedAt, firstByteAt, clientGone } = record;
    const line: Record<string, unknown> = { requestId, stream, durationMs: tenths(endedAt - startedAt) };
    if (firstByteAt !== undefined) line['firstByteMs'] = tenths(firstByteAt - startedAt);
    if (usage !== undefined) {
      line['inputTokens'] = usage.inputTokens;
      line['outputTokens'] = usage.outputTokens;
    }
    if (clientGone) line['clientGone'] = true;
    if (outcome !== undefined) this.#loggerOf(outcome, record).info(line, 'request');
    else this.#logger.info({ ...identify(record.key), ...endOf(record), ...line }, 'request');
  }

  /** A logger that has all that ends of this kind have in common already written out. */
  #loggerOf(outcome: Outcome, record: RequestRecord): Logger {
    let logger = this.#loggers.get(outcome);
    if (logger === undefined) this.#loggers.set(outcome, (logger = this.#logger.child({ ...outcome.series.labels, ...endOf(record) })));
    return logger;
  }
}
