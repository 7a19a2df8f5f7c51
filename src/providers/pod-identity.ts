// Who may authenticate as the pods of operator and gateway: nobody, unless their settings say so, because whoever may write an
// AILLMConfig in such a namespace spends that identity. Asked by the operator before it checks, and by each gateway again.
import type { SnapshotProvider } from '../snapshot/snapshot.ts';
import { awsEndpointFlaw } from './aws/endpoint.ts';
import { isVertexEndpoint } from './google/endpoint.ts';

/** Whether connections of this namespace may. */
export type PodIdentityPolicy = (namespace: string) => boolean;

export const NO_POD_IDENTITY: PodIdentityPolicy = () => false;

const SETTING = '--pod-identity-namespaces (FLASHBACK_POD_IDENTITY_NAMESPACES)';

/** `namespaces`: those that may; `*` among them stands for all. */
export function podIdentityPolicy(namespaces: readonly string[]): PodIdentityPolicy {
  const allowed = new Set(namespaces);
  return (namespace) => allowed.has('*') || allowed.has(namespace);
}

/** Why connections of the namespace may not, in words that name the setting, or undefined. `whose`: the process that says so. */
export function podIdentityRefusal(namespace: string, mayUse: PodIdentityPolicy, whose: 'operator' | 'gateway'): string | undefined {
  if (mayUse(namespace)) return undefined;
  const why = `spec.credentials.podIdentity is not allowed in namespace ${namespace} by this ${whose}`;
  return `${why}; list the namespace in ${SETTING} of operator and gateway, or set spec.credentials.secretRef`;
}

/** Why this connection cannot, whoever allows it, or undefined: tokens of the pod go to its cloud alone, over TLS. */
export function podIdentityFlaw({ type, endpoint }: Pick<SnapshotProvider, 'type' | 'endpoint'>): string | undefined {
  if (type === 'AWS' && /^https:/i.test(endpoint)) return awsEndpointFlaw(endpoint);
  if (type === 'Google' && isVertexEndpoint(endpoint)) return undefined;
  return 'spec.credentials.podIdentity works with AWS and with Google at Vertex AI, over https; set spec.endpoint to that';
}
