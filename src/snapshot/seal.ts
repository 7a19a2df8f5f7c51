// A snapshot at rest: compressed, encrypted and cut into parts that each fit into a Kubernetes Secret.
//
// Part = header | nonce (12) | tag (16) | ciphertext. The header is authenticated, so parts cannot be swapped, relabelled or
// mixed with those of another sealing:
//   magic 'FBSS' (4) | version (1) | seal id (16) | epoch (8) | revision (8) | part number (2) | part count (2)
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { deriveKey, verifySnapshot } from './digest.ts';
import type { Snapshot } from './snapshot.ts';

const MAGIC = Buffer.from('FBSS');
const VERSION = 1;
const HEADER_BYTES = 41;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OVERHEAD = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;
/** A Secret may hold 1 MiB in all; what is left is room for its metadata. */
const PART_BYTES = 900 * 1024 - 1;
/** A gateway's admin port takes no more either. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** What is wrong with sealed parts: some are missing, they are of several sealings, or they do not open with this key. */
export type SealFault = 'incomplete' | 'mixed' | 'unreadable';

export class SealedSnapshotError extends Error {
  override readonly name = 'SealedSnapshotError';
  readonly fault: SealFault;

  constructor(fault: SealFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** What a part says of itself. To be believed only once the part has been opened. */
export interface PartHeader {
  /** The same for all parts of one sealing. */
  sealId: string;
  epoch: number;
  revision: number;
  /** From 0. */
  part: number;
  count: number;
}

function writeHeader(sealId: Buffer, snapshot: Snapshot, part: number, count: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt8(VERSION, 4);
  sealId.copy(header, 5);
  header.writeBigUInt64BE(BigInt(snapshot.epoch), 21);
  header.writeBigUInt64BE(BigInt(snapshot.revision), 29);
  header.writeUInt16BE(part, 37);
  header.writeUInt16BE(count, 39);
  return header;
}

/** Header of a part, or undefined where the bytes are no part of a version that is known here. */
export function readPartHeader(part: Buffer): PartHeader | undefined {
  if (part.length < OVERHEAD || !part.subarray(0, 4).equals(MAGIC) || part.readUInt8(4) !== VERSION) return undefined;
  return {
    sealId: part.toString('hex', 5, 21),
    epoch: Number(part.readBigUInt64BE(21)),
    revision: Number(part.readBigUInt64BE(29)),
    part: part.readUInt16BE(37),
    count: part.readUInt16BE(39),
  };
}

/** Parts of less than 900 KiB each, in order. `key` is the root snapshot key. */
export function sealSnapshot(snapshot: Snapshot, key: Buffer): Buffer[] {
  const sealKey = deriveKey(key, 'seal');
  const packed = brotliCompressSync(JSON.stringify(snapshot), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  const room = PART_BYTES - OVERHEAD;
  const count = Math.ceil(packed.length / room);
  const sealId = randomBytes(16);
  return Array.from({ length: count }, (_, part) => {
    const header = writeHeader(sealId, snapshot, part, count);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(header);
    const body = Buffer.concat([cipher.update(packed.subarray(part * room, (part + 1) * room)), cipher.final()]);
    return Buffer.concat([header, nonce, cipher.getAuthTag(), body]);
  });
}

function openPart(part: Buffer, sealKey: Buffer): Buffer {
  const nonce = part.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', sealKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(part.subarray(0, HEADER_BYTES)).setAuthTag(part.subarray(HEADER_BYTES + NONCE_BYTES, OVERHEAD));
  return Buffer.concat([decipher.update(part.subarray(OVERHEAD)), decipher.final()]);
}

function inOrder(parts: readonly Buffer[]): Buffer[] {
  const read = parts.map((bytes) => {
    const header = readPartHeader(bytes);
    if (header === undefined) throw new SealedSnapshotError('unreadable', 'not a part of a sealed snapshot');
    return { bytes, header };
  });
  const first = read[0];
  if (first === undefined) throw new SealedSnapshotError('incomplete', 'there are no parts');
  if (read.some(({ header }) => header.sealId !== first.header.sealId)) {
    const revisions = [...new Set(read.map(({ header }) => header.revision))].join(', ');
    throw new SealedSnapshotError('mixed', `parts of different snapshots (revisions ${revisions})`);
  }
  const byNumber = new Map(read.map(({ bytes, header }) => [header.part, bytes]));
  const sorted = Array.from({ length: first.header.count }, (_, number) => byNumber.get(number));
  const present = sorted.filter((bytes) => bytes !== undefined);
  if (present.length !== first.header.count || byNumber.size !== present.length) {
    throw new SealedSnapshotError('incomplete', `${present.length} of ${first.header.count} parts`);
  }
  return present;
}

/** Opens the parts of one sealing, in any order. Throws SealedSnapshotError and never returns content that was touched. */
export function openSnapshot(parts: readonly Buffer[], key: Buffer): Snapshot {
  const ordered = inOrder(parts);
  const sealKey = deriveKey(key, 'seal');
  let snapshot: Snapshot;
  try {
    const packed = Buffer.concat(ordered.map((part) => openPart(part, sealKey)));
    snapshot = JSON.parse(brotliDecompressSync(packed, { maxOutputLength: MAX_JSON_BYTES }).toString()) as Snapshot;
  } catch {
    // The cause would only say that a tag did not match.
    throw new SealedSnapshotError('unreadable', 'the parts were changed, or sealed with another snapshot key');
  }
  if (!verifySnapshot(snapshot, key)) throw new SealedSnapshotError('unreadable', 'the digest of the sealed snapshot does not verify');
  return snapshot;
}

/**
 * The parts of the newest sealing that is complete among `parts`. While a set is replaced, parts of both are about.
 * Without a complete one, all parts come back, and openSnapshot says what is wrong with them.
 */
export function newestCompleteSet<P extends { bytes: Buffer }>(parts: readonly P[]): P[] {
  const sets = new Map<string, { header: PartHeader; numbers: Set<number>; parts: P[] }>();
  for (const part of parts) {
    const header = readPartHeader(part.bytes);
    if (header === undefined) continue;
    const set = sets.get(header.sealId) ?? { header, numbers: new Set(), parts: [] };
    if (set.numbers.has(header.part)) continue;
    set.numbers.add(header.part);
    set.parts.push(part);
    sets.set(header.sealId, set);
  }
  const complete = [...sets.values()].filter(({ header, numbers }) => numbers.size === header.count);
  const newest = complete.toSorted((a, b) => b.header.epoch - a.header.epoch || b.header.revision - a.header.revision)[0];
  return newest?.parts ?? [...parts];
}
