// Seals the texts of conversations: AES-256-GCM under a key from a Secret. The sealed bytes say which key, so keys can be replaced.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Sealer {
  /** `context`: what the text belongs to. Sealed bytes open in no other place. */
  seal(text: string, context: string): Uint8Array;
  /** @throws SealError where the key is gone, or the bytes were changed or moved. */
  open(sealed: Uint8Array, context: string): string;
}

export class SealError extends Error {
  override readonly name = 'SealError';
}

export interface SealKey {
  /** 1 to 32 letters, digits, dots and hyphens. */
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';
const LINE = /^([A-Za-z0-9.-]{1,32}):([A-Za-z0-9+/]+={0,2})$/;

/**
 * Keys of a file: one per line, `ID:BASE64` of 32 bytes. The first one seals, all of them open. `#` begins a remark.
 * @throws RangeError that names the line, never what is in it.
 */
export function parseSealKeys(text: string): SealKey[] {
  const keys: SealKey[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [, id = '', base64 = ''] = LINE.exec(trimmed) ?? [];
    const key = Buffer.from(base64, 'base64');
    if (key.length !== KEY_BYTES) {
      throw new RangeError(
        `line ${index + 1} must be ID:KEY, the key ${KEY_BYTES} bytes in base64; openssl rand -base64 ${KEY_BYTES} makes one`,
      );
    }
    if (keys.some((other) => other.id === id))
      throw new RangeError(`line ${index + 1} has an id that a line above it has; give each key its own`);
    keys.push({ id, key });
  }
  if (keys.length === 0) throw new RangeError(`there is no key; add a line ID:KEY, the key ${KEY_BYTES} bytes in base64`);
  return keys;
}

/** Version, length of the id, id, nonce, sealed text, tag. What is before the nonce is sealed with the text, as the context is. */
export class AesSealer implements Sealer {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #current: SealKey;

  /** The first one seals. */
  constructor(keys: readonly [SealKey, ...SealKey[]]) {
    this.#current = keys[0];
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
  }

  seal(text: string, context: string): Uint8Array {
    const { id, key } = this.#current;
    const head = Buffer.concat([Buffer.from([VERSION, id.length]), Buffer.from(id)]);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.concat([head, Buffer.from(context)]));
    return Buffer.concat([head, nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed: Uint8Array, context: string): string {
    const bytes = Buffer.from(sealed);
    const start = 2 + (bytes[1] ?? 0);
    if (bytes[0] !== VERSION || bytes.length < start + NONCE_BYTES + TAG_BYTES) throw new SealError('the sealed text is not one of ours');
    const id = bytes.subarray(2, start).toString();
    const key = this.#keys.get(id);
    if (key === undefined) throw new SealError(`the key ${JSON.stringify(id)} that the text was sealed with is not configured any more`);
    const end = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(start, start + NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.concat([bytes.subarray(0, start), Buffer.from(context)])).setAuthTag(bytes.subarray(end));
    try {
      return decipher.update(bytes.subarray(start + NONCE_BYTES, end), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      throw new SealError('the sealed text was changed, or belongs somewhere else');
    }
  }
}

/** Of the text of a file with keys. @throws RangeError as parseSealKeys. */
export function sealerOf(text: string): Sealer {
  const [first, ...others] = parseSealKeys(text);
  if (first === undefined) throw new RangeError('there is no key');
  return new AesSealer([first, ...others]);
}

/** @throws RangeError that begins with the path. */
export function readSealer(path: string): Sealer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new RangeError(`--conversation-keys: the file ${path} cannot be read`);
  }
  try {
    return sealerOf(text);
  } catch (error) {
    throw new RangeError(`--conversation-keys ${path}: ${error instanceof Error ? error.message : 'it is not valid'}`);
  }
}
