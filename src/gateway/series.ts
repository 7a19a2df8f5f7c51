// Metric children per key, connection and model, kept so that a request costs increments and no label look-ups.
import type { GatewayMetrics } from '../telemetry/metrics.ts';
import type { KeyEntry, Upstream } from './tables.ts';

/** Whose traffic it was. */
export interface TrafficLabels extends Record<string, string> {
  namespace: string;
  repository: string;
  llm: string;
  provider: string;
  model: string;
  key_id: string;
}

const DIRECTIONS = ['input', 'output', 'cached_input', 'reasoning'] as const;
/** Models of a connection that lists none are named by callers: only so many become labels. */
const MAX_OPEN_MODELS = 100;
const OTHER_MODEL = 'other';
const MODEL_NAME = /^[\w.:/@+-]{1,128}$/;
const FORGET_AFTER_MS = 3_600_000;

function createSeries(metrics: GatewayMetrics, labels: TrafficLabels) {
  const tokens = DIRECTIONS.map((direction) => metrics.flashback_tokens_total.labels({ ...labels, direction }));
  return {
    labels,
    duration: metrics.gen_ai_server_request_duration.labels(labels),
    firstToken: metrics.gen_ai_server_time_to_first_token.labels(labels),
    perOutputToken: metrics.gen_ai_server_time_per_output_token.labels(labels),
    inputUsage: metrics.gen_ai_client_token_usage.labels({ ...labels, gen_ai_token_type: 'input' }),
    outputUsage: metrics.gen_ai_client_token_usage.labels({ ...labels, gen_ai_token_type: 'output' }),
    inputTokens: tokens[0]!,
    outputTokens: tokens[1]!,
    cachedInputTokens: tokens[2]!,
    reasoningTokens: tokens[3]!,
    withoutUsage: metrics.flashback_requests_without_usage_total.labels(labels),
    losses: metrics.flashback_dropped_fields_total.labels(labels),
    disconnects: metrics.flashback_client_disconnects_total.labels(labels),
    outcomes: new Map<string, Outcome>(),
    latest: undefined as Outcome | undefined,
  };
}
export type Series = ReturnType<typeof createSeries>;

/** How requests of a series end. */
export interface Outcome {
  readonly series: Series;
  readonly operation: string;
  readonly status: number;
  readonly code: string;
  /** Child of flashback_requests_total. */
  readonly requests: { inc(): void };
}

interface KeySeries {
  /** By connection, then by model. */
  byUpstream: Map<string, Map<string, Series>>;
  /** When the key went out of the snapshot, milliseconds since the epoch. */
  goneAt: number | undefined;
}

/** Why a model name may become a label. */
export interface ModelTrust {
  /** It is in the repository's table. */
  listed: boolean;
  /** The provider has answered to it. */
  confirmed: boolean;
}

/** Hands out series, and removes those of keys that are gone for an hour (time enough for a last scrape). */
export class SeriesCache {
  readonly #metrics: GatewayMetrics;
  readonly #byKey = new Map<string, KeySeries>();
  readonly #openModels = new Map<string, Set<string>>();

  constructor(metrics: GatewayMetrics) {
    this.#metrics = metrics;
  }

  get(key: KeyEntry, upstream: Upstream, model: string, { listed, confirmed }: ModelTrust): Series {
    let ofKey = this.#byKey.get(key.id);
    if (ofKey === undefined) this.#byKey.set(key.id, (ofKey = { byUpstream: new Map(), goneAt: undefined }));
    const label = listed ? model : this.#boundedModel(upstream.key, model, confirmed);
    let byModel = ofKey.byUpstream.get(upstream.key);
    if (byModel === undefined) ofKey.byUpstream.set(upstream.key, (byModel = new Map()));
    let series = byModel.get(label);
    if (series === undefined) {
      const { namespace, name } = key.repository.settings;
      const labels = { namespace, repository: name, llm: upstream.name, provider: upstream.settings.type, model: label, key_id: key.id };
      byModel.set(label, (series = createSeries(this.#metrics, labels)));
    }
    return series;
  }

  /** The same object for the same end, so that what belongs to it can be kept by it. */
  outcomeOf(series: Series, operation: string, status: number, code: string): Outcome {
    const { latest } = series;
    if (latest?.operation === operation && latest.status === status && latest.code === code) return latest;
    const name = `${operation} ${status} ${code}`;
    let outcome = series.outcomes.get(name);
    if (outcome === undefined) {
      const requests = this.#metrics.flashback_requests_total.labels({ ...series.labels, operation, status: String(status), code });
      series.outcomes.set(name, (outcome = { series, operation, status, code, requests }));
    }
    series.latest = outcome;
    return outcome;
  }

  /** Call on every new snapshot with the ids of the keys in it. */
  retain(keyIds: ReadonlySet<string>, now: number): void {
    for (const [id, ofKey] of this.#byKey) {
      if (keyIds.has(id)) ofKey.goneAt = undefined;
      else if (ofKey.goneAt === undefined) ofKey.goneAt = now;
      else if (now - ofKey.goneAt >= FORGET_AFTER_MS) {
        this.#byKey.delete(id);
        for (const byModel of ofKey.byUpstream.values()) for (const series of byModel.values()) this.#remove(series);
      }
    }
  }

  /** A name that only a caller has said could be anything, even a secret; one that the provider has answered to is a model. */
  #boundedModel(upstreamKey: string, model: string, confirmed: boolean): string {
    let seen = this.#openModels.get(upstreamKey);
    if (seen === undefined) this.#openModels.set(upstreamKey, (seen = new Set()));
    if (seen.has(model)) return model;
    if (!confirmed || seen.size >= MAX_OPEN_MODELS || !MODEL_NAME.test(model)) return OTHER_MODEL;
    seen.add(model);
    return model;
  }

  #remove({ labels, outcomes }: Series): void {
    const metrics = this.#metrics;
    metrics.gen_ai_server_request_duration.remove(labels);
    metrics.gen_ai_server_time_to_first_token.remove(labels);
    metrics.gen_ai_server_time_per_output_token.remove(labels);
    metrics.flashback_requests_without_usage_total.remove(labels);
    metrics.flashback_client_disconnects_total.remove(labels);
    metrics.flashback_dropped_fields_total.remove(labels);
    for (const gen_ai_token_type of ['input', 'output']) metrics.gen_ai_client_token_usage.remove({ ...labels, gen_ai_token_type });
    for (const direction of DIRECTIONS) metrics.flashback_tokens_total.remove({ ...labels, direction });
    for (const { operation, status, code } of outcomes.values()) {
      metrics.flashback_requests_total.remove({ ...labels, operation, status: String(status), code });
    }
  }
}
