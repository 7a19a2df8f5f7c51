// What AWS does with a signed request: makes the signature once more from what arrived, written apart from the code under test.
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonicalQuery(query: string): string {
  const pairs = [...new URLSearchParams(query)].map(([name, value]) => `${escape(name)}=${escape(value)}`);
  return pairs.toSorted().join('&');
}

export interface Arrived {
  method: string;
  /** As on the wire. */
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

export async function arrivedOf(request: IncomingMessage): Promise<Arrived> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { method: request.method ?? '', path: request.url ?? '', headers, body: Buffer.concat(chunks) };
}

const SCOPE = String.raw`(\d{8}/([^/]+)/([^/]+)/aws4_request)`;
const AUTHORIZATION = new RegExp(String.raw`^AWS4-HMAC-SHA256 Credential=([^/]+)/${SCOPE}, SignedHeaders=([^,]+), Signature=(\w+)$`);

export interface Inspection {
  accessKeyId: string;
  region: string;
  service: string;
  signed: string[];
  good: boolean;
}

/** The parts of the authorization header, and whether the signature is that of this secret. */
export function inspect(request: Arrived, secret: string): Inspection {
  const [, accessKeyId = '', scope = '', region = '', service = '', names = '', signature] =
    AUTHORIZATION.exec(request.headers['authorization'] ?? '') ?? [];
  const [path = '', query = ''] = request.path.split('?');
  const canonical = [
    request.method,
    path.split('/').map(escape).join('/'),
    canonicalQuery(query),
    ...names.split(';').map((name) => `${name}:${request.headers[name]?.trim().replaceAll(/\s+/g, ' ')}`),
    '',
    names,
    sha256(request.body),
  ].join('\n');
  const date = request.headers['x-amz-date'] ?? '';
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = [date.slice(0, 8), region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return { accessKeyId, region, service, signed: names.split(';'), good: hmac(key, toSign).toString('hex') === signature };
}
