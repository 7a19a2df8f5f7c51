// How requests authenticate at Bedrock: a signature by an access key or by the identity of the process, or an API key.
import type { SnapshotProvider } from '../../snapshot/snapshot.ts';
import type { Authorization, SignableRequest } from '../provider.ts';
import { AwsCredentialError, awsCredentialFlaw } from './credential.ts';
import { awsEndpointFlaw, regionOf } from './endpoint.ts';
import type { AwsIdentity } from './identity.ts';
import { signRequest, type AwsCredentials } from './signature.ts';

export interface AwsSigning {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** For connections that use the identity of the pod. */
  identity: AwsIdentity;
  /** Region of an endpoint. */
  regionOf?: (url: string) => string | undefined;
}

const NO_CREDENTIALS =
  'the connection has no credentials; set spec.credentials.secretRef, or spec.credentials.podIdentity to true for the identity ' +
  'of the pods of operator and gateway';

function signing(
  credentials: () => Promise<AwsCredentials>,
  { now, regionOf: findRegion = regionOf }: AwsSigning,
): Authorization {
  return async (request: SignableRequest) => {
    const region = findRegion(request.url);
    if (region === undefined) throw new AwsCredentialError(awsEndpointFlaw(request.url) ?? 'spec.endpoint names no AWS region');
    return signRequest(request, await credentials(), region, now());
  };
}

/**
 * The authorization that it gives rejects with AwsCredentialError where there is nothing to authenticate with, and with
 * PodIdentityError where the pod has no identity now.
 */
export function authorizeAws(credential: SnapshotProvider['credential'], settings: AwsSigning, asPod = false): Authorization {
  if (credential === undefined) {
    if (asPod) return signing(() => settings.identity.get(), settings);
    return () => Promise.reject(new AwsCredentialError(NO_CREDENTIALS));
  }
  const flaw = awsCredentialFlaw(credential);
  // A secret access key must not travel as if it were an API key.
  if (flaw !== undefined) return () => Promise.reject(new AwsCredentialError(flaw));
  const { secret, accessKeyId } = credential;
  if (accessKeyId === undefined) return ['authorization', `Bearer ${secret}`];
  return signing(() => Promise.resolve({ accessKeyId, secretAccessKey: secret }), settings);
}
