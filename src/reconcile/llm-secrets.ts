// Reads the Secrets that an AILLMConfig names, and says what is missing or unusable in words that lead to the typo.
import type { AILLMConfig } from '../api/resources.ts';
import type { Reason } from '../api/conditions.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';
import { listNames } from './evaluation.ts';
import { isCertificateBundle } from '../snapshot/ca-bundle.ts';
import { headerFlaw, isGoogleCredentialsFile } from './secret-values.ts';
import type { ResourceStore } from './store.ts';

export type SecretProblem = { reason: Extract<Reason, 'SecretNotFound' | 'SecretKeyMissing'>; message: string };

export interface SecretsOfConfig {
  credential: NonNullable<SnapshotProvider['credential']> | undefined;
  ca: string | undefined;
  /** Identity of the Secrets that the credential came from: another one means that they were deleted in between. */
  source: string;
  /** Why nobody can be asked with these values, or undefined. */
  flaw: string | undefined;
}

/** The part of the store that is read here. */
export type SecretReader = Pick<ResourceStore, 'getSecret'>;

class MissingSecret extends Error {
  readonly problem: SecretProblem;

  constructor(problem: SecretProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

interface SecretRef {
  name: string;
  key: string;
}

interface Found {
  value: string;
  uid: string;
  /** For messages. */
  place: string;
}

function missingKey({ name, key }: SecretRef, field: string, keys: readonly string[]): MissingSecret {
  const message =
    keys.length === 0
      ? `the Secret ${name} is empty; give it the key ${key}`
      : `the Secret ${name} has no key ${key}; add it, or name in ${field}.key one that is there: ${listNames(keys.toSorted())}`;
  return new MissingSecret({ reason: 'SecretKeyMissing', message });
}

/** Undefined: the object names none. */
async function readRef(store: SecretReader, namespace: string, field: string, ref: SecretRef | undefined): Promise<Found | undefined> {
  if (ref === undefined) return undefined;
  const { name, key } = ref;
  const secret = await store.getSecret({ namespace, name });
  if (secret === undefined) {
    const message = `the Secret ${name} does not exist in namespace ${namespace}; create it with the key ${key}`;
    throw new MissingSecret({ reason: 'SecretNotFound', message });
  }
  const stored = Object.hasOwn(secret.data, key) ? secret.data[key] : undefined;
  if (stored === undefined) throw missingKey(ref, field, Object.keys(secret.data));
  // Editors and `echo` leave a line end behind, which no header may hold.
  const value = stored.trim();
  const place = `the value under the key ${key} of the Secret ${name} (${field})`;
  if (value === '') throw new MissingSecret({ reason: 'SecretKeyMissing', message: `${place} is empty` });
  return { value, uid: secret.uid, place };
}

/** `sent`: what goes into headers as it is. */
function flawOf(sent: readonly (Found | undefined)[], ca: Found | undefined): string | undefined {
  for (const found of sent) {
    const what = found && headerFlaw(found.value);
    if (what === undefined) continue;
    return `${found?.place} holds ${what}, which no HTTP header may hold; put the credential alone there, as plain text`;
  }
  if (ca === undefined || isCertificateBundle(ca.value)) return undefined;
  return `${ca.place} is no PEM certificate; put the certificate of the authority there, from -----BEGIN CERTIFICATE----- on`;
}

/** Reads, live, every Secret that the object names. Rejects when the store does (SecretForbiddenError, no answer). */
export async function readSecrets(store: SecretReader, config: AILLMConfig): Promise<SecretsOfConfig | { problem: SecretProblem }> {
  const { type, credentials, tls } = config.spec;
  const read = (field: string, key: string, ref: { name: string; key?: string } | undefined): Promise<Found | undefined> =>
    readRef(store, config.metadata.namespace, field, ref && { key, ...ref });
  try {
    const secret = await read('spec.credentials.secretRef', 'apiKey', credentials?.secretRef);
    const accessKey = await read('spec.credentials.accessKeySecretRef', 'accessKeyId', credentials?.accessKeySecretRef);
    const ca = await read('spec.tls.caSecretRef', 'ca.crt', tls?.caSecretRef);
    const isSent = type !== 'Google' || secret === undefined || !isGoogleCredentialsFile(secret.value);
    return {
      credential: secret && { secret: secret.value, ...(accessKey === undefined ? {} : { accessKeyId: accessKey.value }) },
      ca: ca?.value,
      source: [secret?.uid, accessKey?.uid].join(' '),
      flaw: flawOf([isSent ? secret : undefined, accessKey], ca),
    };
  } catch (error) {
    if (error instanceof MissingSecret) return { problem: error.problem };
    throw error;
  }
}
