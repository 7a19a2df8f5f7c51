// Every metric of both processes, in one list. docs/metrics.md mirrors it; a test compares the two.
// Labels never hold a key, a prompt, a user id or other free text.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { TallyCounter, TallyHistogram } from './tally.ts';

/** Whose traffic it was. Model names are those of the repository's table, so their number is bounded. */
const TRAFFIC = ['namespace', 'repository', 'llm', 'provider', 'model', 'key_id'] as const;

interface Definition {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  buckets?: readonly number[];
  /** Told by every request: counted in plain numbers. */
  perRequest?: true;
}

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] as const;
const PER_TOKEN = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5] as const;
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864] as const;
/** controller-runtime's own buckets, so that its dashboards fit. */
const RECONCILE = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2, 2.5,
  3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
] as const;
const QUEUE = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000] as const;

/** Served by gateways. The gen_ai names are OpenTelemetry's semantic conventions in Prometheus form. */
export const GATEWAY_METRICS = {
  gen_ai_client_token_usage: { kind: 'histogram', perRequest: true, help: 'Tokens per request, by direction (gen_ai_token_type input or output).', labels: [...TRAFFIC, 'gen_ai_token_type'], buckets: TOKENS },
  gen_ai_server_request_duration: { kind: 'histogram', perRequest: true, help: 'Seconds from the arrival of a request to the last byte of its answer.', labels: [...TRAFFIC], buckets: SECONDS },
  gen_ai_server_time_to_first_token: { kind: 'histogram', perRequest: true, help: 'Seconds to the first streamed piece of an answer. Streams only.', labels: [...TRAFFIC], buckets: SECONDS },
  gen_ai_server_time_per_output_token: { kind: 'histogram', perRequest: true, help: 'Seconds per output token after the first. Streams only.', labels: [...TRAFFIC], buckets: PER_TOKEN },
  flashback_requests_total: { kind: 'counter', perRequest: true, help: 'Requests by HTTP status and error code (none when answered).', labels: [...TRAFFIC, 'operation', 'status', 'code'] },
  flashback_tokens_total: { kind: 'counter', perRequest: true, help: 'Tokens by direction: input, output, cached_input (part of input), reasoning (part of output).', labels: [...TRAFFIC, 'direction'] },
  flashback_requests_without_usage_total: { kind: 'counter', perRequest: true, help: 'Answered requests for which the provider reported no tokens.', labels: [...TRAFFIC] },
  flashback_requests_in_flight: { kind: 'gauge', help: 'Requests being served now.', labels: [] },
  flashback_errors_total: { kind: 'counter', help: 'Failed requests by who has to act: caller, policy, provider, gateway.', labels: ['cause', 'code'] },
  flashback_client_disconnects_total: { kind: 'counter', perRequest: true, help: 'Requests whose caller left before the answer was complete; the upstream call was cancelled.', labels: [...TRAFFIC] },
  flashback_dropped_fields_total: { kind: 'counter', perRequest: true, help: 'Fields and blocks of requests that the provider of the model could not take; the header x-flashback-dropped names them.', labels: [...TRAFFIC] },
  flashback_policy_evaluations_total: { kind: 'counter', help: 'Evaluations of policies by phase, outcome (allowed, violated, failed) and who decided (detector, judge, cache, engine).', labels: ['namespace', 'policy', 'phase', 'outcome', 'source'] },
  flashback_policy_violations_total: { kind: 'counter', help: 'Violations of policies, by risk and by the action that the policy had then.', labels: ['namespace', 'policy', 'risk', 'action'] },
  flashback_policy_failures_total: { kind: 'counter', help: 'Evaluations that failed, by reason and by what became of the traffic: closed (refused) or open.', labels: ['namespace', 'policy', 'failure', 'mode'] },
  flashback_policy_cache_total: { kind: 'counter', help: 'Pieces of text by whether their verdict was known: hit, miss.', labels: ['result'] },
  flashback_judge_duration_seconds: { kind: 'histogram', help: 'Seconds that a judge took for a question, a second attempt included.', labels: ['judge'], buckets: SECONDS },
  flashback_judge_tokens_total: { kind: 'counter', help: 'Tokens that judging cost, by direction: input, output. No part of flashback_tokens_total.', labels: ['judge', 'direction'] },
  flashback_judge_errors_total: { kind: 'counter', help: 'Questions that a judge did not answer as asked, by reason.', labels: ['judge', 'reason'] },
  flashback_ledger_spooled_entries: { kind: 'gauge', help: 'Entries for the ledger that the operator has not confirmed.', labels: [] },
  flashback_ledger_spooled_bytes: { kind: 'gauge', help: 'Bytes of them, as JSON.', labels: [] },
  flashback_ledger_oldest_seconds: { kind: 'gauge', help: 'Age of the oldest of them; 0 without any.', labels: [] },
  flashback_ledger_spool_durable: { kind: 'gauge', help: '1 while entries for the ledger are appended to the directory of --ledger-dir, 0 while they are in memory only.', labels: [] },
  flashback_ledger_dropped_total: { kind: 'counter', help: 'Entries for the ledger that were given up because the spool was full, by type: usage, violation.', labels: ['type'] },
  flashback_snapshot_revision: { kind: 'gauge', help: 'Revision of the snapshot in force; 0 before the first.', labels: [] },
  flashback_snapshot_age_seconds: { kind: 'gauge', help: 'Seconds since the operator last confirmed the snapshot in force.', labels: [] },
  flashback_snapshots_total: { kind: 'counter', help: 'Snapshots received, by result: applied, unchanged, rejected.', labels: ['result'] },
} as const satisfies Record<string, Definition>;

/** Served by operators. The first names are those of controller-runtime and client-go, which dashboards know. */
export const OPERATOR_METRICS = {
  controller_runtime_reconcile_total: { kind: 'counter', help: 'Reconciliations by result: success, error, requeue_after.', labels: ['controller', 'result'] },
  controller_runtime_reconcile_errors_total: { kind: 'counter', help: 'Reconciliations that failed and are tried again.', labels: ['controller'] },
  controller_runtime_terminal_reconcile_errors_total: { kind: 'counter', help: 'Reconciliations that failed and are not tried again: always 0, since every failure is tried again.', labels: ['controller'] },
  controller_runtime_reconcile_panics_total: { kind: 'counter', help: 'Reconciliations that failed by a fault of this program; they are tried again too.', labels: ['controller'] },
  controller_runtime_reconcile_timeouts_total: { kind: 'counter', help: 'Reconciliations that were not done at their deadline.', labels: ['controller'] },
  controller_runtime_reconcile_time_seconds: { kind: 'histogram', help: 'Duration of a reconciliation.', labels: ['controller'], buckets: RECONCILE },
  controller_runtime_max_concurrent_reconciles: { kind: 'gauge', help: 'Workers of a controller.', labels: ['controller'] },
  controller_runtime_active_workers: { kind: 'gauge', help: 'Workers that are busy now.', labels: ['controller'] },
  workqueue_depth: { kind: 'gauge', help: 'Keys waiting.', labels: ['name', 'controller'] },
  workqueue_adds_total: { kind: 'counter', help: 'Keys added.', labels: ['name', 'controller'] },
  workqueue_retries_total: { kind: 'counter', help: 'Keys added again after a failure.', labels: ['name', 'controller'] },
  workqueue_queue_duration_seconds: { kind: 'histogram', help: 'Time a key waited.', labels: ['name', 'controller'], buckets: QUEUE },
  workqueue_work_duration_seconds: { kind: 'histogram', help: 'Time a key took.', labels: ['name', 'controller'], buckets: QUEUE },
  workqueue_unfinished_work_seconds: { kind: 'gauge', help: 'Time that the keys in work have taken so far, all together.', labels: ['name', 'controller'] },
  workqueue_longest_running_processor_seconds: { kind: 'gauge', help: 'Time that the oldest key in work has taken so far.', labels: ['name', 'controller'] },
  rest_client_requests_total: { kind: 'counter', help: 'Requests to the API server.', labels: ['code', 'method', 'host'] },
  rest_client_request_duration_seconds: { kind: 'histogram', help: 'Duration of requests to the API server.', labels: ['verb', 'host'], buckets: RECONCILE },
  leader_election_master_status: { kind: 'gauge', help: '1 while this process leads.', labels: ['name'] },
  flashback_watch_failures_total: { kind: 'counter', help: 'Lists and watches that failed.', labels: ['kind', 'operation'] },
  flashback_watch_last_contact_seconds: { kind: 'gauge', help: 'Seconds since the API server was last heard about this kind. Secrets by name, and Namespaces, count as far as they may be watched.', labels: ['kind'] },
  flashback_watches_forbidden: { kind: 'gauge', help: 'Watches that access rules do not allow.', labels: ['kind'] },
  flashback_resource_condition: { kind: 'gauge', help: '1 for the status that a condition has now.', labels: ['kind', 'namespace', 'name', 'type', 'status'] },
  flashback_key_expiry_timestamp_seconds: { kind: 'gauge', help: 'When a key of spec.apiKeys expires, as Unix time.', labels: ['namespace', 'repository', 'key'] },
  flashback_credential_checks_total: { kind: 'counter', help: 'Credential checks against providers, by verdict: valid, invalid, unknown.', labels: ['provider', 'verdict'] },
  flashback_alert_deliveries_total: { kind: 'counter', help: 'Alerts to receivers, by outcome: delivered, failed (given up), dropped (no room, or shutting down).', labels: ['receiver', 'outcome'] },
  flashback_push_total: { kind: 'counter', help: 'Snapshots pushed to gateways, by result: ack, nack, failed.', labels: ['result'] },
  flashback_push_revision: { kind: 'gauge', help: 'Revision of the newest snapshot.', labels: [] },
  flashback_push_gateways: { kind: 'gauge', help: 'Gateways, by state: current, behind, unreachable.', labels: ['state'] },
  flashback_platform_requests_total: { kind: 'counter', help: 'Calls of the Platform API by operation and HTTP status; <aborted> where the caller left before the answer.', labels: ['operation', 'status'] },
  flashback_platform_request_duration_seconds: { kind: 'histogram', help: 'Seconds that calls of the Platform API took.', labels: ['operation'], buckets: SECONDS },
  flashback_ledger_batches_total: { kind: 'counter', help: 'Batches that gateways told the ledger, by result: stored, resumed (stored; another ledger has those before it), known (had come before), gap (one before it is missing), failed (tried again).', labels: ['result'] },
  flashback_ledger_ingested_entries_total: { kind: 'counter', help: 'Entries stored in the ledger, by type: usage, violation.', labels: ['type'] },
  flashback_ledger_dropped_entries_total: { kind: 'counter', help: 'Entries that gateways gave up because they could keep no more.', labels: [] },
  flashback_ledger_ingest_duration_seconds: { kind: 'histogram', help: 'Seconds to store what one gateway told at a time.', labels: [], buckets: RECONCILE },
  flashback_ledger_failing_seconds: { kind: 'gauge', help: 'Seconds since the ledger could not be opened, or not be written; 0 while it can. Gateways keep meanwhile what they have to tell.', labels: [] },
  flashback_ledger_last_contact_seconds: { kind: 'gauge', help: 'Seconds since a gateway last told the ledger something, or that there is nothing to tell.', labels: ['gateway'] },
  flashback_audit_entries_total: { kind: 'counter', help: 'Changes of objects seen by the operator, by what became of their audit entries: stored, dropped.', labels: ['result'] },
} as const satisfies Record<string, Definition>;

/** A gauge that can also be worked out when it is scraped, by everyone who has a part in it. */
export class LiveGauge<L extends string> extends Gauge<L> {
  readonly #sources: (() => void)[] = [];

  /** Has `source` set its values before each scrape, for as long as the registry lives. */
  beforeScrape(source: () => void): void {
    this.#sources.push(source);
  }

  override get(): ReturnType<Gauge<L>['get']> {
    for (const source of this.#sources) source();
    return super.get();
  }
}

type Labels<D extends Definition> = D['labels'][number];
type Metric<D extends Definition> = D['kind'] extends 'counter'
  ? D extends { perRequest: true }
    ? TallyCounter<Labels<D>>
    : Counter<Labels<D>>
  : D['kind'] extends 'gauge'
    ? LiveGauge<Labels<D>>
    : D extends { perRequest: true }
      ? TallyHistogram<Labels<D>>
      : Histogram<Labels<D>>;
type Metrics<T extends Record<string, Definition>> = { readonly [K in keyof T]: Metric<T[K]> };

function create(registry: Registry, name: string, { kind, help, labels, buckets = SECONDS, perRequest }: Definition): unknown {
  const options = { name, help, labelNames: [...labels] };
  if (kind === 'gauge') return new LiveGauge({ ...options, registers: [registry] });
  if (kind === 'counter') return perRequest ? new TallyCounter({ ...options, registry }) : new Counter({ ...options, registers: [registry] });
  return perRequest
    ? new TallyHistogram({ ...options, buckets, registry })
    : new Histogram({ ...options, buckets: [...buckets], registers: [registry] });
}

function build<T extends Record<string, Definition>>(registry: Registry, table: T): Metrics<T> {
  return Object.fromEntries(Object.entries(table).map(([name, definition]) => [name, create(registry, name, definition)])) as Metrics<T>;
}

export type GatewayMetrics = Metrics<typeof GATEWAY_METRICS>;
export type OperatorMetrics = Metrics<typeof OPERATOR_METRICS>;

/** A registry with Node's own metrics (heap, event-loop lag, handles) on it. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  return build(registry, GATEWAY_METRICS);
}

export function createOperatorMetrics(registry: Registry): OperatorMetrics {
  return build(registry, OPERATOR_METRICS);
}
