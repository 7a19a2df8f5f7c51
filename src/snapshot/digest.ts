// The authentication code of a snapshot. It is keyed because the content holds API keys: a plain hash in a status or a log
// would let anybody test guesses.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Snapshot, SnapshotContent } from './snapshot.ts';

/** Length of the root key that operator and gateways share, in bytes. */
export const SNAPSHOT_KEY_BYTES = 32;

type Purpose = 'digest' | 'seal';

/** A key of 32 bytes for one purpose, so that the same root never serves two algorithms. Throws RangeError on a short root. */
export function deriveKey(root: Buffer, purpose: Purpose): Buffer {
  if (root.length !== SNAPSHOT_KEY_BYTES) {
    throw new RangeError(`the snapshot key must have ${SNAPSHOT_KEY_BYTES} bytes, not ${root.length}`);
  }
  return Buffer.from(hkdfSync('sha256', root, '', `flashback snapshot ${purpose} v1`, 32));
}

/** JSON with the keys of every object sorted by code unit; members that are undefined are left out, as by JSON.stringify. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  return canonicalObject(value as Record<string, unknown>, []);
}

// Text is put together piece by piece: a sorted copy of the object would lose a member called __proto__. Plain loops, since
// a gateway serves no traffic meanwhile.
function canonicalObject(object: Record<string, unknown>, without: readonly string[]): string {
  let text = '';
  for (const name of Object.keys(object).sort()) {
    const member = object[name];
    if (member === undefined || without.includes(name)) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

function hmac(object: object, without: readonly string[], key: Buffer): Buffer {
  return createHmac('sha256', key).update(canonicalObject({ ...object }, without)).digest();
}

/** Adds epoch, revision and the digest over both and the content. `key` is the root snapshot key. */
export function signSnapshot(content: SnapshotContent, at: { epoch: number; revision: number }, key: Buffer): Snapshot {
  const unsigned = { ...content, epoch: at.epoch, revision: at.revision };
  return { ...unsigned, digest: hmac(unsigned, ['digest'], deriveKey(key, 'digest')).toString('hex') };
}

/** Whether the digest was made with this root key over exactly this snapshot, fields of later versions included. */
export function verifySnapshot(snapshot: Snapshot, key: Buffer): boolean {
  const expected = hmac(snapshot, ['digest'], deriveKey(key, 'digest'));
  const given = typeof snapshot.digest === 'string' ? Buffer.from(snapshot.digest, 'hex') : Buffer.alloc(0);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
