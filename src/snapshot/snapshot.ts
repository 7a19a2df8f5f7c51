// THE CONTRACT between operator and gateway. No Kubernetes types, no Express types: plain JSON that can be versioned.
import type { ProviderType } from '../api/resources.ts';

/** Raised whenever a gateway of the previous version could misread the content. Gateways refuse a higher one. */
export const SCHEMA_VERSION = 1;

export interface SnapshotProvider {
  /** metadata.generation of the AILLMConfig that this was made from. */
  generation: number;
  type: ProviderType;
  /** Base URL without a trailing slash, including the version path. */
  endpoint: string;
  /** What authenticates; absent where the server asks for nothing. */
  credential?: { secret: string; accessKeyId?: string };
  /**
   * Requests authenticate as the pod that makes them, in place of a credential. A gateway does so only where its own settings
   * allow it to the namespace; one that does not know this field sends nothing that authenticates.
   */
  podIdentity?: true;
  /** PEM bundle to trust in place of the public authorities. */
  ca?: string;
  /** Milliseconds. */
  timeouts: { connect: number; response: number; idle: number; total?: number };
  headers: [name: string, value: string][];
}

export interface SnapshotModel {
  /** Key into providers. */
  llm: string;
  /** Name that the provider knows the model by. */
  upstream: string;
}

export interface SnapshotRepository {
  generation: number;
  namespace: string;
  name: string;
  surfaces: ('OpenAI' | 'Anthropic' | 'Google')[];
  suspended: boolean;
  /** `Strict`: a request of which the provider cannot take everything is refused; absent: it is sent without that. */
  fidelity?: 'Strict';
  /** Model name as applications ask for it -> where it is served. */
  models: Record<string, SnapshotModel>;
  /** Key into providers of the one that takes models which are not in the table: it lists none, so it may have any. */
  openLlm?: string;
  /** Attached connections that are not in providers now, or may not be used here: a model that is missing may be one of theirs. */
  unservedLlms?: string[];
  /** Keys into policies of those that apply, from the widest scope to the narrowest. */
  policies?: string[];
}

export interface SnapshotKey {
  /** Public identifier, for logs and metrics. */
  id: string;
  /** Key into repositories. */
  repository: string;
  /** Milliseconds since the epoch. */
  expiresAt?: number;
  /** Only these models, where given. */
  models?: string[];
  /** The only surface that it opens; absent: OpenAI. */
  type?: SnapshotRepository['surfaces'][number];
}

export const POLICY_PHASES = ['Request', 'Response'] as const;
export type PolicyPhase = (typeof POLICY_PHASES)[number];

/** One deterministic matcher of a policy, and what it has to know. */
export interface DetectorUse {
  /** Name in the registry of detectors: `pii.card`, `keyword`, `pattern`. */
  id: string;
  /** Of `keyword`: words and names, in lower case. */
  keywords?: string[];
  /** Of `pattern`: an expression in RE2 syntax. */
  pattern?: string;
  /** Countries, as ISO 3166-1 alpha-2, whose national forms count. */
  countries?: string[];
  /** It finds also what the rule takes out, so that it never decides alone. */
  advisory?: true;
}

/** A policy as gateways evaluate it: the rule in words, compiled. */
export interface SnapshotPolicy {
  generation: number;
  namespace: string;
  name: string;
  scope: 'Organization' | 'Workspace' | 'Repository';
  /** The rule as its author wrote it, for the judge. */
  content: string;
  riskType: 'Low' | 'Medium' | 'High';
  /** What a violation leads to now: a policy that acts only when tested alerts until then, and one on trial does nothing at all. */
  action: 'Log' | 'Alert' | 'Block' | 'DryRun';
  phases: PolicyPhase[];
  detectors: DetectorUse[];
  /** Absent: the detectors decide alone. */
  judge?: SnapshotJudge;
  /** Without a finding there is nothing for the judge to decide. */
  judgeConfirms?: true;
  /** What happens to traffic when the policy cannot be evaluated. */
  failureMode: 'Open' | 'Closed';
  /** Whether what cannot be read counts as a failure. */
  onUnscannable: 'Fail' | 'Allow';
  /** How the answer of a stream is checked: held back piece by piece, looked at when it has gone by, or held back whole. */
  streaming: 'Gate' | 'Monitor' | 'Full';
  /** Milliseconds for the judge, its second attempt included. */
  timeout: number;
  /** What the author gave the judge to go by. */
  examples?: { violating: string[]; allowed: string[] };
}

/** Who judges what detectors cannot. */
export interface SnapshotJudge {
  /** Key into providers; absent: nobody is there to judge, so the policy fails. */
  llm?: string;
  /** Name that the provider knows the model by. */
  model?: string;
}

/** A key that existed once: requests with it get key_revoked instead of key_unknown. */
export interface RevokedKey {
  id: string;
  repository: string;
  /** Milliseconds since the epoch. */
  revokedAt: number;
}

/** Everything a gateway serves from. Maps are keyed `namespace/name`, keys by the SHA-256 of the key in hex. */
export interface SnapshotContent {
  schemaVersion: number;
  repositories: Record<string, SnapshotRepository>;
  keys: Record<string, SnapshotKey>;
  revokedKeys: Record<string, RevokedKey>;
  providers: Record<string, SnapshotProvider>;
  policies: Record<string, SnapshotPolicy>;
  /** Rate limits and budgets: filled by the limits engine. */
  limits: Record<string, never>;
}

export interface Snapshot extends SnapshotContent {
  /** Lease transitions: a gateway refuses a lower one, so that a deposed leader cannot overwrite its successor. */
  epoch: number;
  /** Rises with every change of content. */
  revision: number;
  /** HMAC-SHA256 over the canonical JSON of everything else, in hex. */
  digest: string;
}

/** A gateway's answer to a snapshot. */
export type PushAnswer =
  | { result: 'ACK'; revision: number; digest: string }
  | {
      result: 'NACK';
      /** `provider/ns/name`, `repository/ns/name`, `policy/ns/name`, or `snapshot` when the whole was refused. */
      object: string;
      reason: string;
    };

/** What has happened under one policy since a gateway began. */
export interface PolicyCount {
  /** Requests and answers that were checked. */
  evaluations: number;
  violations: number;
  /** Violations that led to an alert, and to a block. */
  alerted: number;
  blocked: number;
  /** Times that the policy could not be evaluated. */
  failures: number;
}

/** Follows the name of a policy in counts of what it found while it was on trial. */
export const TRIAL = ' DryRun';

/** What a gateway tells the operator unasked, through the long poll of the push channel. */
export interface GatewayReport {
  /** Undefined: this gateway has no snapshot yet. */
  applied?: { epoch: number; revision: number; digest: string };
  /** Keys into providers whose upstream answered 401 since the last report. */
  rejectedCredentials: string[];
  /** By `namespace/name` of the policy, with TRIAL behind it for its trial; since the process began. Absent: this gateway does not count. */
  policies?: Record<string, PolicyCount>;
  /** Which process has counted, and for how long in milliseconds, so that a restart is told from a continuation. */
  process?: { id: string; uptime: number };
}
