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
  /** For connections without credentials; undefined: there are none. */
  identity: AwsIdentity | undefined;
  /** Region of an endpoint. */
  regionOf?: (url: string) => string | undefined;
}

function signing(
  credentials: (region: string) => Promise<AwsCredentials>,
  { now, regionOf: findRegion = regionOf }: AwsSigning,
): Authorization {
  return async (request: SignableRequest) => {
    const region = findRegion(request.url);
    if (region === undefined) throw new AwsCredentialError(awsEndpointFlaw(request.url) ?? 'spec.endpoint names no AWS region');
    return signRequest(request, await credentials(region), region, now());
  };
}

/** The authorization that it gives rejects with AwsCredentialError where there is nothing to authenticate with. */
export function authorizeAws(credential: SnapshotProvider['credential'], settings: AwsSigning): Authorization {
  if (credential === undefined) {
    const { identity } = settings;
    if (identity !== undefined) return signing((region) => identity.get(region), settings);
    return () => Promise.reject(new AwsCredentialError('the connection has no credentials; set spec.credentials.secretRef'));
  }
  const flaw = awsCredentialFlaw(credential);
  // A secret access key must not travel as if it were an API key.
  if (flaw !== undefined) return () => Promise.reject(new AwsCredentialError(flaw));
  const { secret, accessKeyId } = credential;
  if (accessKeyId === undefined) return ['authorization', `Bearer ${secret}`];
  return signing(() => Promise.resolve({ accessKeyId, secretAccessKey: secret }), settings);
}
