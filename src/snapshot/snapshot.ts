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
  /** Attached connections that are not in providers now: a model that is missing may be one of theirs. */
  unservedLlms?: string[];
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
  /** Compiled policies: filled by the policy engine. */
  policies: Record<string, never>;
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
      /** `provider/ns/name`, `repository/ns/name`, or `snapshot` when the whole was refused. */
      object: string;
      reason: string;
    };

/** What a gateway tells the operator unasked, through the long poll of the push channel. */
export interface GatewayReport {
  /** Undefined: this gateway has no snapshot yet. */
  applied?: { epoch: number; revision: number; digest: string };
  /** Keys into providers whose upstream answered 401 since the last report. */
  rejectedCredentials: string[];
}
