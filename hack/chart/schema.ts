// The schema of the chart's values: types from the defaults, and what defaults cannot say from the table here.
import type { Value } from './values.ts';

type Schema = { [key: string]: unknown };

const STRINGS = { items: { type: 'string' } };
const OBJECTS = { items: { type: 'object' } };
const NAMESPACE = { type: 'string', pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' };
const DURATION = { pattern: '^([0-9]+(ms|s|m|h))+$' };
const PORTS = { items: { type: 'integer', minimum: 1, maximum: 65_535 } };
const COUNT = { minimum: 0 };
const BUDGET = { type: ['integer', 'string'], pattern: '^[0-9]+%$' };
const POD = {
  extraArgs: STRINGS,
  extraEnv: OBJECTS,
  extraVolumes: OBJECTS,
  extraVolumeMounts: OBJECTS,
  tolerations: OBJECTS,
  topologySpreadConstraints: OBJECTS,
};

/** By path; `operator.*` and `gateway.*` share what POD says. */
const HINTS: Readonly<Record<string, Schema>> = {
  watchNamespaces: { items: NAMESPACE, uniqueItems: true },
  podIdentityNamespaces: STRINGS,
  logLevel: { enum: ['trace', 'debug', 'info', 'warn', 'error', 'silent'] },
  imagePullSecrets: OBJECTS,
  'image.repository': { minLength: 1 },
  'image.digest': { pattern: '^(sha256:[0-9a-f]{64})?$' },
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  'rbac.secrets.mode': { enum: ['namespaces', 'named', 'cluster'] },
  'rbac.secrets.named': {
    items: {
      type: 'object',
      required: ['namespace'],
      additionalProperties: false,
      properties: { namespace: NAMESPACE, read: { type: 'array', ...STRINGS }, keys: { type: 'array', ...STRINGS } },
    },
  },
  'operator.replicas': COUNT,
  'operator.defaultJudge.llm': { pattern: '^([^/]+/[^/]+)?$' },
  'operator.lease.duration': DURATION,
  'operator.lease.renewDeadline': DURATION,
  'operator.lease.retryPeriod': DURATION,
  'operator.heapPercent': { minimum: 1, maximum: 100 },
  'operator.podDisruptionBudget.maxUnavailable': BUDGET,
  'operator.terminationGracePeriodSeconds': COUNT,
  'gateway.replicas': COUNT,
  'gateway.bodyBudgetMiB': { minimum: 64 },
  'gateway.ledgerSpoolMiB': { minimum: 4 },
  'gateway.shutdown.delaySeconds': COUNT,
  'gateway.shutdown.graceSeconds': COUNT,
  'gateway.autoscaling.minReplicas': { minimum: 1 },
  'gateway.autoscaling.maxReplicas': { minimum: 1 },
  'gateway.autoscaling.inFlightRequests': { minimum: 1 },
  'gateway.autoscaling.cpuPercent': COUNT,
  'gateway.autoscaling.scaleDownStabilizationSeconds': { minimum: 0, maximum: 3600 },
  'gateway.podDisruptionBudget.maxUnavailable': BUDGET,
  'gateway.service.type': { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
  'gateway.service.port': { minimum: 1, maximum: 65_535 },
  'platformApi.port': { minimum: 1, maximum: 65_535 },
  'platformApi.audiences': STRINGS,
  'alerts.config': { type: 'object', additionalProperties: true },
  'ledger.url': { pattern: '^(postgres(ql)?://.+)?$' },
  'ledger.existingSecretKey': { minLength: 1 },
  'ledger.retention': {
    additionalProperties: false,
    properties: Object.fromEntries(['minutes', 'hours', 'details', 'records'].map((name) => [name, { type: 'integer', minimum: 1, maximum: 999_999 }])),
  },
  'ledger.persistence.size': { pattern: '^[0-9]+(\\.[0-9]+)?([KMGTP]i?)?$' },
  'ledger.databasePorts': { ...PORTS, minItems: 1 },
  'ledger.databaseTo': OBJECTS,
  'alerts.receiverPorts': PORTS,
  'alerts.receiversTo': OBJECTS,
  'networkPolicy.gatewayFrom': OBJECTS,
  'networkPolicy.platformApiFrom': OBJECTS,
  'networkPolicy.metricsFrom': OBJECTS,
  'networkPolicy.egress.apiServerPorts': PORTS,
  'networkPolicy.egress.providerPorts': PORTS,
  'networkPolicy.egress.providersTo': OBJECTS,
  'networkPolicy.egress.dnsPorts': { ...PORTS, minItems: 1 },
  'networkPolicy.egress.podIdentity': { enum: ['', 'eks', 'gke'] },
  'networkPolicy.egress.extraEgress': OBJECTS,
  'serviceMonitor.interval': DURATION,
  'ingress.hosts': STRINGS,
  'httpRoute.parentRefs': OBJECTS,
  'httpRoute.hostnames': STRINGS,
  'certificate.dnsNames': STRINGS,
  ...Object.fromEntries(['operator', 'gateway'].flatMap((part) => Object.entries(POD).map(([key, hint]) => [`${part}.${key}`, hint]))),
};

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? 'integer' : typeof value;
}

/** JSON Schema (draft 7) of values. Maps that hold values take no others; a map that is a value takes whatever Kubernetes takes. */
export function schemaOf(values: readonly Value[]): Schema {
  const root: Schema = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', additionalProperties: false, properties: {} };
  for (const { path, description, default: fallback } of values) {
    let at = root;
    for (const key of path.slice(0, -1)) {
      const properties = at['properties'] as Record<string, Schema>;
      at = properties[key] ??= { type: 'object', additionalProperties: false, properties: {} };
    }
    (at['properties'] as Record<string, Schema>)[path.at(-1)!] = { description, type: typeOf(fallback), ...HINTS[path.join('.')] };
  }
  // Helm hands these to charts that stand below another one.
  (root['properties'] as Record<string, Schema>)['global'] = { type: 'object' };
  return root;
}

/** Paths of hints that no value has. */
export function strayHints(values: readonly Value[]): string[] {
  const known = new Set(values.map(({ path }) => path.join('.')));
  return Object.keys(HINTS).filter((path) => !known.has(path));
}
