// What the Secret of an AWS connection holds: an access key in two parts, or a Bedrock API key.
import type { SnapshotProvider } from '../../snapshot/snapshot.ts';
import { TokenRefusedError } from '../token-errors.ts';

/** There is nothing to authenticate with. The message says what to change, and holds no credential. */
export class AwsCredentialError extends TokenRefusedError {
  override readonly name = 'AwsCredentialError';
}

/** Bedrock's API keys are longer, and say what they are. */
const SECRET_ACCESS_KEY = /^(?!ABSK)[A-Za-z0-9/+]{40}$/;
const ACCESS_KEY_ID = /^A[A-Z0-9]{15,127}$/;
/** Of credentials that expire, which are worth nothing without their session token. */
const TEMPORARY = /^ASIA/;

/** Why this credential cannot authenticate, or undefined. */
export function awsCredentialFlaw({ secret, accessKeyId }: NonNullable<SnapshotProvider['credential']>): string | undefined {
  if (accessKeyId === undefined) {
    return SECRET_ACCESS_KEY.test(secret)
      ? 'the Secret holds a secret access key without its id; set spec.credentials.accessKeySecretRef to the Secret with the access key id'
      : undefined;
  }
  if (TEMPORARY.test(accessKeyId)) {
    return (
      'the access key is a temporary one, which begins with ASIA and expires; use the access key of an IAM user or a Bedrock API key'
    );
  }
  return ACCESS_KEY_ID.test(accessKeyId)
    ? undefined
    : 'the access key id must be capital letters and digits that begin with AKIA; are secretRef and accessKeySecretRef mixed up?';
}
