// Names a text without telling it: equal texts have equal names, and nobody without the key can try texts out.
import { createHmac } from 'node:crypto';

const DIGITS = 16;

/** The first 16 hex digits of an HMAC-SHA256 with this key. */
export function keyedHash(key: Uint8Array): (text: string) => string {
  return (text) => createHmac('sha256', key).update(text).digest('hex').slice(0, DIGITS);
}
