// The latest snapshot, sealed, in Secrets that gateways mount: a gateway that starts while the operator is away serves from
// it, and a new leader continues from it.
import { newestCompleteSet, openSnapshot, readPartHeader, sealSnapshot } from '../snapshot/seal.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { SecretFiles } from './secret-files.ts';

const PREFIX = 'flashback-snapshot-';
const FILE = 'part';
/** Secrets flashback-snapshot-0 to flashback-snapshot-15; gateways mount all of them, each optional. */
export const BOOT_SLOTS = 16;

/** The snapshot does not fit into the slots, or a later leader has already written. The stored one is untouched. */
export class BootSnapshotRefusedError extends Error {
  override readonly name = 'BootSnapshotRefusedError';
}

interface StoredPart {
  name: string;
  bytes: Buffer;
}

async function readParts(files: SecretFiles): Promise<StoredPart[]> {
  const names = (await files.list(PREFIX)).filter((name) => /^\d+$/.test(name.slice(PREFIX.length)));
  const parts = await Promise.all(names.map(async (name) => ({ name, bytes: (await files.read(name))?.[FILE] })));
  return parts.flatMap(({ name, bytes }) => (bytes === undefined ? [] : [{ name, bytes }]));
}

/**
 * Seals the snapshot into slots that the stored one does not use and then removes the others, so that there is a complete
 * one at every moment. Throws BootSnapshotRefusedError, or whatever `files` throws.
 */
export async function saveBootSnapshot(files: SecretFiles, snapshot: Snapshot, key: Buffer): Promise<void> {
  const stored = await readParts(files);
  const inForce = newestCompleteSet(stored);
  const newest = inForce[0] === undefined ? undefined : readPartHeader(inForce[0].bytes);
  if (newest !== undefined && newest.epoch > snapshot.epoch) {
    throw new BootSnapshotRefusedError(`the stored snapshot is from epoch ${newest.epoch}, this one from ${snapshot.epoch}`);
  }
  const used = new Set(inForce.map(({ name }) => name));
  const free = Array.from({ length: BOOT_SLOTS }, (_, slot) => `${PREFIX}${slot}`).filter((name) => !used.has(name));
  const parts = sealSnapshot(snapshot, key);
  if (parts.length > free.length) throw new BootSnapshotRefusedError(`${parts.length} parts do not fit into ${free.length} free slots`);
  const written = new Set<string>();
  for (const [index, part] of parts.entries()) {
    const name = free[index] ?? '';
    await files.write(name, { [FILE]: part });
    written.add(name);
  }
  const surplus = stored.filter(({ name }) => !written.has(name));
  await Promise.all(surplus.map(({ name }) => files.delete(name)));
}

/**
 * The stored snapshot, or undefined where there is none. Throws SealedSnapshotError when what is there cannot be opened; the
 * caller then starts afresh under its own, higher epoch.
 */
export async function loadBootSnapshot(files: SecretFiles, key: Buffer): Promise<Snapshot | undefined> {
  const parts = await readParts(files);
  return parts.length === 0 ? undefined : openSnapshot(newestCompleteSet(parts).map(({ bytes }) => bytes), key);
}
