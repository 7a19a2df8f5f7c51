// Signs a request as AWS wants it: Signature Version 4, over the host, the content type and everything that AWS reads.
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { SignableRequest } from '../provider.ts';

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of credentials that expire. */
  sessionToken?: string;
}

/** The name that signatures for Bedrock are made out to, whatever its endpoint is called. */
const SERVICE = 'bedrock';
/** Others may change on the way. */
const SIGNED = /^(?:content-type|x-amz-.*)$/;
const SENT_BY_US = new Set(['host', 'content-type']);

type Bytes = string | ArrayBuffer | ArrayBufferView;

function bytesOf(data: Bytes): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

/** SHA-256, or an HMAC of it where there is a key, in the form that the library asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(key?: Bytes) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }

  update(data: Bytes): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

/** Only for those that sign: 1 MB and up to 0.1 s. */
function loadSigner(): Promise<typeof import('@smithy/signature-v4')> {
  return import('@smithy/signature-v4');
}

function signedHeaders(headers: readonly string[]): Record<string, string> {
  const signed: Record<string, string> = {};
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase();
    if (SIGNED.test(name)) signed[name] = headers[at + 1]!;
  }
  return signed;
}

function queryOf({ searchParams }: URL): Record<string, string[]> {
  return Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
}

/** The headers that the request needs besides its own, as a flat list of name, value. `now`: milliseconds since the epoch. */
export async function signRequest(
  { method, url, headers, body }: SignableRequest,
  credentials: AwsCredentials,
  region: string,
  now: number,
): Promise<readonly string[]> {
  const { SignatureV4 } = await loadSigner();
  const parsed = new URL(url);
  const { protocol, hostname, host, pathname } = parsed;
  const signer = new SignatureV4({ service: SERVICE, region, credentials, sha256: Sha256 });
  const unsigned = {
    method,
    protocol,
    hostname,
    path: pathname,
    query: queryOf(parsed),
    headers: { host, ...signedHeaders(headers) },
    body,
  };
  const signed = await signer.sign(unsigned, { signingDate: new Date(now) });
  const own = signedHeaders(headers);
  return Object.entries(signed.headers).flatMap(([name, value]) => (SENT_BY_US.has(name) || name in own ? [] : [name, value]));
}
