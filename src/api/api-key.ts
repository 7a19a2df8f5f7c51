// The form of API keys: `sk-` and 48 base64url characters, which are 32 random bytes and their CRC-32. The checksum tells
// typos and look-alikes from keys without a look-up.
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'sk-';
const RANDOM_BYTES = 32;
const FORM = /^sk-[A-Za-z0-9_-]{48}$/;

/** The key made of 32 random bytes. */
export function formatKey(random: Buffer): string {
  if (random.length !== RANDOM_BYTES) throw new RangeError(`a key needs ${RANDOM_BYTES} random bytes, not ${random.length}`);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(random));
  return PREFIX + Buffer.concat([random, checksum]).toString('base64url');
}

/** Whether the text has the form of a key and its checksum is right. */
export function isWellFormedKey(text: string): boolean {
  if (!FORM.test(text)) return false;
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
  return bytes.length === RANDOM_BYTES + 4 && crc32(bytes.subarray(0, RANDOM_BYTES)) === bytes.readUInt32BE(RANDOM_BYTES);
}

/** SHA-256 of the key in hex: the only form in which gateways know it. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** The first characters of a key, for a person to recognise it by: 5 of 48 give nothing away. */
export function keyPrefix(key: string): string {
  return key.slice(0, 8);
}
