// What the push channel is secured with: made once, kept in two Secrets, renewed in time. The authority's key stays with the
// operator; gateways mount the other Secret.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { SNAPSHOT_KEY_BYTES } from '../snapshot/digest.ts';
import {
  isUsablePair,
  issueAuthority,
  issueGatewayCertificate,
  issueOperatorCertificate,
  issuePlatformCertificate,
  renewalTime,
  type PemPair,
} from './issue.ts';
import type { SecretFiles } from './secret-files.ts';

/** Only the operator reads it: ca.crt, ca.key. */
export const AUTHORITY_SECRET = 'flashback-push-ca';
/** Gateways mount it: ca.crt, tls.crt, tls.key, snapshot.key. */
export const GATEWAY_SECRET = 'flashback-gateway-tls';

export interface PushSecrets {
  /** Authority that the gateways' certificate is from, PEM. */
  ca: string;
  /** The same with its key, which never leaves the operator. */
  authority: PemPair;
  /** Client certificate of this operator; kept in memory only. */
  operator: PemPair;
  /** Root key of digests and seals, 32 bytes. */
  snapshotKey: Buffer;
  /** Call ensurePushSecrets again by then; milliseconds since the epoch. */
  renewAt: number;
}

/**
 * What to go on with after ensurePushSecrets was called again: its certificates only where they are needed, since whoever takes
 * new ones makes all connections anew. `now` is in milliseconds since the epoch.
 */
export function succeedSecrets(before: PushSecrets, after: PushSecrets, now: number): PushSecrets {
  return after.ca !== before.ca || now >= before.renewAt ? after : { ...before, authority: after.authority, snapshotKey: after.snapshotKey };
}

function pairFrom(data: Record<string, Buffer> | undefined, cert: string, key: string): PemPair | undefined {
  const [certBytes, keyBytes] = [data?.[cert], data?.[key]];
  return certBytes === undefined || keyBytes === undefined ? undefined : { cert: certBytes.toString(), key: keyBytes.toString() };
}

function isCurrent(pair: PemPair, authority: PemPair, now: number): boolean {
  return isUsablePair(pair, authority, now) && now < renewalTime(pair.cert);
}

/** That of the Platform API: `current` as long as it is from the authority and not due, else a new one. `dns`: names of its Service. */
export async function platformCertificate(current: PemPair | undefined, authority: PemPair, now: number, dns: readonly string[]): Promise<PemPair> {
  return current !== undefined && isCurrent(current, authority, now) ? current : issuePlatformCertificate(authority, now, dns);
}

async function ensureAuthority(files: SecretFiles, now: number): Promise<PemPair> {
  const read = async () => pairFrom(await files.read(AUTHORITY_SECRET), 'ca.crt', 'ca.key');
  const stored = await read();
  if (stored !== undefined && isCurrent(stored, stored, now)) return stored;
  const keepKey = stored !== undefined && isUsablePair(stored, stored, now) ? stored.key : undefined;
  const made = await issueAuthority(now, keepKey);
  await files.write(AUTHORITY_SECRET, { 'ca.crt': Buffer.from(made.cert), 'ca.key': Buffer.from(made.key) });
  // Another operator may have written in between: what is stored is what everybody uses.
  return (await read()) ?? made;
}

interface GatewayBundle {
  ca: string;
  pair: PemPair;
  snapshotKey: Buffer;
}

async function readBundle(files: SecretFiles): Promise<Partial<GatewayBundle>> {
  const data = await files.read(GATEWAY_SECRET);
  const pair = pairFrom(data, 'tls.crt', 'tls.key');
  const key = data?.['snapshot.key'];
  return {
    ...(data?.['ca.crt'] === undefined ? {} : { ca: data['ca.crt'].toString() }),
    ...(pair === undefined ? {} : { pair }),
    ...(key?.length === SNAPSHOT_KEY_BYTES ? { snapshotKey: key } : {}),
  };
}

/** Undefined: it was missing or due, and has been written now. */
async function ensureGateway(files: SecretFiles, authority: PemPair, now: number, namespace: string): Promise<GatewayBundle | undefined> {
  const { ca, pair, snapshotKey } = await readBundle(files);
  const isComplete = pair !== undefined && snapshotKey !== undefined && ca === authority.cert;
  if (isComplete && isCurrent(pair, authority, now)) return { ca, pair, snapshotKey };
  const made = await issueGatewayCertificate(authority, now, namespace);
  await files.write(GATEWAY_SECRET, {
    'ca.crt': Buffer.from(authority.cert),
    'tls.crt': Buffer.from(made.cert),
    'tls.key': Buffer.from(made.key),
    // The snapshot key outlives certificates: without it the boot snapshot could not be read any more.
    'snapshot.key': snapshotKey ?? randomBytes(SNAPSHOT_KEY_BYTES),
  });
  return undefined;
}

/**
 * Makes what is missing, renews what has lived two thirds of its life and leaves the rest alone. `namespace` is that of the
 * release. Calling it again is always safe and costs two reads. Fails as `files` fails, and when another operator keeps
 * replacing what this one wrote.
 */
export async function ensurePushSecrets(files: SecretFiles, options: { clock: Clock; namespace: string }): Promise<PushSecrets> {
  const now = options.clock.now();
  // What counts is what is read back after a write, hence more than one round.
  for (let round = 0; round < 4; round += 1) {
    const authority = await ensureAuthority(files, now);
    const gateway = await ensureGateway(files, authority, now, options.namespace);
    if (gateway === undefined) continue;
    const operator = await issueOperatorCertificate(authority, now);
    const renewAt = Math.min(...[authority, gateway.pair, operator].map(({ cert }) => renewalTime(cert)));
    return { ca: authority.cert, authority, operator, snapshotKey: gateway.snapshotKey, renewAt };
  }
  throw new Error(`the Secrets ${AUTHORITY_SECRET} and ${GATEWAY_SECRET} keep changing: does another operator write them?`);
}
