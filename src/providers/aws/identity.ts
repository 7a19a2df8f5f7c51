// The AWS identity of this process: an IAM role by IRSA or EKS Pod Identity in a cluster, a profile on a laptop.
import { CachedToken } from '../cached-token.ts';
import { withinDeadline } from '../deadline.ts';
import { PodIdentityError } from '../token-errors.ts';
import type { AwsCredentials } from './signature.ts';

export type IdentityCredentials = AwsCredentials & { expiration?: Date };

/** Gets credentials anew. */
export type IdentitySource = () => Promise<IdentityCredentials>;

/** A credential check waits no longer than 10 s. */
const DEADLINE_MS = 8_000;
const ABSENT =
  'nothing gives it an AWS identity; give the service account of its pod an IAM role by IRSA or EKS Pod Identity ' +
  '(outside a cluster: set AWS_PROFILE)';
const NO_ASSOCIATION =
  'the agent of EKS Pod Identity gave no credentials; is there a pod identity association for the service account of its pod?';
const TRUST = '; does the trust policy of the IAM role name the service account of its pod?';
/** What the library says where the environment names no agent: then it is for the next one. */
const NO_AGENT = /^No HTTP credential provider host/;
/** Names of errors and system codes: no place for anything that was sent. */
const NAME = /^[A-Za-z_]{3,64}$/;

/**
 * The chain of the AWS SDK without the metadata service of the machine: what a node may do is not meant for every tenant. It asks
 * the token service of the region that the pod is in, not of one that a tenant names. Loaded only where it is needed: 9 MB and 0.2 s.
 */
export const sdkIdentity: IdentitySource = async () => {
  const { createCredentialChain, fromEnv, fromHttp, fromIni, fromTokenFile } = await import('@aws-sdk/credential-providers');
  const podIdentity = async (): Promise<IdentityCredentials> => {
    try {
      return await fromHttp({ maxRetries: 1 })();
    } catch (error) {
      throw error instanceof Error && NO_AGENT.test(error.message) ? error : new PodIdentityError(NO_ASSOCIATION);
    }
  };
  return createCredentialChain(fromEnv(), fromTokenFile(), podIdentity, fromIni())();
};

/** By its name only: what it says may quote the token that was sent, or the credentials that came. */
function toOwnError(error: unknown): PodIdentityError {
  if (error instanceof PodIdentityError) return error;
  const isAbsent = error instanceof Error && 'tryNextLink' in error && error.tryNextLink === true;
  if (isAbsent) return new PodIdentityError(ABSENT);
  const { name, code } = (error instanceof Error ? error : {}) as { name?: unknown; code?: unknown };
  const said = [code, name].find((word) => typeof word === 'string' && NAME.test(word) && word !== 'Error');
  return new PodIdentityError(`AWS gave no credentials${typeof said === 'string' ? ` (${said})` : ''}${TRUST}`);
}

function late(): PodIdentityError {
  return new PodIdentityError(`AWS gave no credentials within ${DEADLINE_MS / 1000} s`);
}

/** Keeps credentials until they run out. One for a process, shared by all connections that use its identity. */
export class AwsIdentity {
  readonly #cache: CachedToken;
  #credentials: IdentityCredentials | undefined;

  /** `now`: milliseconds since the epoch. */
  constructor(source: IdentitySource, now: () => number) {
    this.#cache = new CachedToken(async () => {
      try {
        const credentials = await withinDeadline(source(), DEADLINE_MS, late);
        this.#credentials = credentials;
        return { token: credentials.accessKeyId, expiresAt: credentials.expiration?.getTime() ?? Infinity };
      } catch (error) {
        throw toOwnError(error);
      }
    }, now);
  }

  /** @throws PodIdentityError */
  async get(): Promise<AwsCredentials> {
    await this.#cache.get();
    if (this.#credentials === undefined) throw new PodIdentityError(ABSENT);
    return this.#credentials;
  }
}
