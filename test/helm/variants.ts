// Values that people install with; every check of whole renderings runs over all of them.
import { render, type Manifest } from './render.ts';

/** Versions of kinds that other operators bring; foreign-kinds.test.ts holds objects of these against their schemas. */
export const FOREIGN = ['monitoring.coreos.com/v1', 'gateway.networking.k8s.io/v1', 'cert-manager.io/v1'];

const EVERYTHING = {
  rbac: { secrets: { mode: 'cluster' } },
  publicBaseUrl: 'https://ai.example.com/v1',
  podIdentityNamespaces: ['team-a'],
  commonLabels: { team: 'platform' },
  imagePullSecrets: [{ name: 'registry' }],
  image: { digest: `sha256:${'a'.repeat(64)}` },
  operator: {
    defaultJudge: { llm: 'team-a/openai', model: 'small-1' },
    extraArgs: ['--allow-loopback-endpoints'],
    extraEnv: [{ name: 'A', value: 'b' }],
    extraVolumes: [{ name: 'extra', emptyDir: {} }],
    extraVolumeMounts: [{ name: 'extra', mountPath: '/extra' }],
    podLabels: { a: 'b' },
    podAnnotations: { a: 'b' },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
    priorityClassName: 'system-cluster-critical',
    serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x' } },
  },
  gateway: {
    autoscaling: { enabled: true, cpuPercent: 80 },
    service: { type: 'LoadBalancer', port: 80, annotations: { a: 'b' } },
    extraEnv: [{ name: 'A', value: 'b' }],
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
    ],
  },
  platformApi: { enabled: true, port: 443, tlsSecretName: 'platform-api-tls', audiences: ['flashback'], conversations: { keySecret: 'conversation-keys' } },
  alerts: { config: { receivers: [{ name: 'chat', type: 'slack', urlFile: 'slack-url' }] }, existingSecret: 'alert-files', receiverPorts: [9093], receiversTo: [{ namespaceSelector: {} }] },
  ledger: {
    existingSecret: 'postgres',
    existingSecretKey: 'uri',
    retention: { minutes: 10, records: 90 },
    databasePorts: [5432, 6432],
    databaseTo: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'databases' } } }],
  },
  networkPolicy: {
    gatewayFrom: [{ namespaceSelector: {} }],
    platformApiFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'portal' } } }],
    metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    egress: {
      enabled: true,
      providersTo: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }],
      podIdentity: 'eks',
      extraEgress: [{ ports: [{ port: 3128 }], to: [{ ipBlock: { cidr: '10.0.0.7/32' } }] }],
    },
  },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: {
    enabled: true,
    labels: { release: 'prometheus' },
    alertLabels: { team: 'platform' },
    runbookUrl: 'https://example.com/install',
  },
  dashboards: { enabled: true, annotations: { 'grafana_folder': 'AI' } },
  ingress: { enabled: true, className: 'nginx', hosts: ['ai.example.com'], tlsSecretName: 'ai-tls', annotations: { a: 'b' } },
  httpRoute: { enabled: true, parentRefs: [{ name: 'public', namespace: 'gateways' }], hostnames: ['ai.example.com'] },
  certificate: { enabled: true, issuerRef: { name: 'letsencrypt', kind: 'ClusterIssuer' } },
};

const NOTHING = {
  rbac: { create: false, aggregateRoles: false },
  crds: { enabled: false },
  operator: { serviceAccount: { create: false, name: 'existing' }, podDisruptionBudget: { enabled: false } },
  gateway: { serviceAccount: { create: false, name: 'existing' }, podDisruptionBudget: { enabled: false } },
  networkPolicy: { enabled: false },
  ledger: { enabled: false },
  tests: { enabled: false },
};

export const VARIANTS = {
  'two namespaces': { watchNamespaces: ['team-a', 'team-b'] },
  'the whole cluster': { rbac: { secrets: { mode: 'cluster' } } },
  'Secrets by name': { rbac: { secrets: { mode: 'named', named: [{ namespace: 'team-a', read: ['openai'], keys: ['assistant-app'] }] } } },
  'Secrets by name in a namespace': {
    watchNamespaces: ['team-a'],
    rbac: { secrets: { mode: 'named', named: [{ namespace: 'team-a', read: ['openai'], keys: ['assistant-app'] }] } },
  },
  'its own namespace too': { watchNamespaces: ['flashback-system', 'team-a'] },
  'users of the platform': { watchNamespaces: ['team-a'], podSecurityContext: { runAsUser: null } },
  'the identity of pods by GKE': { watchNamespaces: ['team-a'], networkPolicy: { egress: { enabled: true, podIdentity: 'gke' } } },
  'the Platform API in one namespace': { watchNamespaces: ['team-a'], platformApi: { enabled: true } },
  'a volume for the ledger': { watchNamespaces: ['team-a'], operator: { replicas: 1 }, ledger: { persistence: { enabled: true, storageClass: 'fast' } } },
  'a URL for the ledger': { watchNamespaces: ['team-a'], ledger: { url: 'postgres://flashback:pass@db/flashback' }, networkPolicy: { egress: { enabled: true } } },
  'everything that can be switched on': EVERYTHING,
  'nothing that can be switched off': NOTHING,
} as const satisfies Record<string, object>;

export const NAMES = Object.keys(VARIANTS) as (keyof typeof VARIANTS)[];

const rendered = new Map<string, Promise<Manifest[]>>();

/** Every object of a variant; rendered once. */
export function variant(name: (typeof NAMES)[number]): Promise<Manifest[]> {
  const made = rendered.get(name) ?? render(VARIANTS[name]);
  rendered.set(name, made);
  return made;
}
