// What deciding needs from the process that it runs in.
import type { ProviderType } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { PodIdentityPolicy } from '../providers/pod-identity.ts';
import type { Logger } from '../telemetry/log.ts';
import type { OperatorMetrics } from '../telemetry/metrics.ts';
import type { Verify } from './credentials.ts';
import type { PolicySettings } from './policy-parts.ts';
import type { Publish } from './publisher.ts';
import type { ResourceStore } from './store.ts';

export interface EngineOptions extends PolicySettings {
  store: ResourceStore;
  /** Carries a credential check out: Verifier.verify. */
  verify: Verify;
  /** Why an endpoint must not be called, or undefined. */
  checkEndpoint(url: string): string | undefined;
  supportedTypes: ReadonlySet<ProviderType>;
  /** Whose connections may use the identity of the pods; nobody's unless given. */
  mayUsePodIdentity?: PodIdentityPolicy;
  /** Delivered to applications as OPENAI_BASE_URL and shown in status. */
  publicBaseUrl: string;
  /** Takes a new content and answers at once with the revision that it got. */
  publish: Publish;
  clock: Clock;
  logger: Logger;
  metrics: OperatorMetrics;
  /** That many random bytes, for keys and for jitter: node:crypto's randomBytes. */
  random(bytes: number): Buffer;
  /** Milliseconds that changes are collected for before they are published; 100 by default. */
  coalesce?: number;
  /** Largest snapshot that goes out, as JSON, in bytes: well below what gateways take; 32 MiB by default. */
  maxSnapshotBytes?: number;
}
