// The AWS identity of this process: an IAM role by IRSA or EKS Pod Identity in a cluster, a profile on a laptop.
import { CachedToken } from '../cached-token.ts';
import { AwsCredentialError } from './credential.ts';
import type { AwsCredentials } from './signature.ts';

export type IdentityCredentials = AwsCredentials & { expiration?: Date };

/** Gets credentials anew; `region`: whose token service to ask. */
export type IdentitySource = (region: string) => Promise<IdentityCredentials>;

const DEADLINE_MS = 10_000;
const NO_IDENTITY =
  'the connection has no credentials, and this process has no AWS identity of its own; set spec.credentials.secretRef, ' +
  'or give its service account an IAM role by IRSA or EKS Pod Identity';

/**
 * The chain of the AWS SDK without the metadata service of the machine: what a node may do is not meant for every tenant. Loaded
 * only where it is needed: 9 MB and 0.2 s.
 */
export const sdkIdentity: IdentitySource = async (region) => {
  const { createCredentialChain, fromEnv, fromHttp, fromIni, fromTokenFile } = await import('@aws-sdk/credential-providers');
  const clientConfig = { region };
  // It throws as soon as it is made where the environment names no address.
  const podIdentity = (): Promise<IdentityCredentials> => Promise.resolve().then(() => fromHttp()());
  return createCredentialChain(fromEnv(), fromTokenFile({ clientConfig }), podIdentity, fromIni({ clientConfig }))();
};

/** Words only: the error itself may hold the token that was sent. */
function toOwnError(error: unknown): AwsCredentialError {
  if (error instanceof AwsCredentialError) return error;
  const isAbsent = error instanceof Error && 'tryNextLink' in error && error.tryNextLink === true;
  if (isAbsent) return new AwsCredentialError(NO_IDENTITY);
  const said = error instanceof Error ? error.message : String(error);
  return new AwsCredentialError(`AWS gave no credentials for the identity of this process: ${said}`);
}

async function withinDeadline<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new AwsCredentialError(`AWS gave no credentials for the identity of this process within ${DEADLINE_MS / 1000} s`));
  }, DEADLINE_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps credentials until they run out. One for a process, shared by all connections that have none of their own. */
export class AwsIdentity {
  readonly #cache: CachedToken;
  #credentials: IdentityCredentials | undefined;
  #region = '';

  /** `now`: milliseconds since the epoch. */
  constructor(source: IdentitySource, now: () => number) {
    this.#cache = new CachedToken(async () => {
      const credentials = await withinDeadline(source(this.#region));
      this.#credentials = credentials;
      return { token: credentials.accessKeyId, expiresAt: credentials.expiration?.getTime() ?? Infinity };
    }, now);
  }

  /** @throws AwsCredentialError */
  async get(region: string): Promise<AwsCredentials> {
    this.#region = region;
    try {
      await this.#cache.get();
    } catch (error) {
      throw toOwnError(error);
    }
    if (this.#credentials === undefined) throw new AwsCredentialError(NO_IDENTITY);
    return this.#credentials;
  }
}
