// One attempt to tell one receiver: no redirects, a deadline, bounded reads, and the same checks of addresses as for providers.
import { createHmac } from 'node:crypto';
import { Pool } from 'undici';
import { guardedLookup, refuseEndpoint, type AddressPolicy } from '../providers/addresses.ts';
import type { Receiver } from './config.ts';
import { alertmanagerBody, slackBody, webhookBody, type Notice } from './notice.ts';

/** `again`: trying again may help. The reason holds nothing of the address but its host, and nothing of the answer. */
export type Attempt = { outcome: 'delivered' } | { outcome: 'failed'; again: boolean; reason: string };

/** Told and gone: what a receiver says besides its status is thrown away. */
const MAX_ANSWER = 64 * 1024;

const BODIES = { webhook: webhookBody, slack: slackBody, alertmanager: alertmanagerBody } as const;

/** Headers of Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over id, seconds and body with dots between. */
export function signatureHeaders(key: Buffer, id: string, seconds: number, body: string): Record<string, string> {
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}

function headersOf({ signingKey, bearerToken }: Receiver, id: string, seconds: number, body: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'flashback-ai-gateway',
    ...(signingKey === undefined ? {} : signatureHeaders(signingKey, id, seconds, body)),
    ...(bearerToken === undefined ? {} : { authorization: `Bearer ${bearerToken}` }),
  };
}

function judge(status: number): Attempt {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  if (status >= 300 && status < 400)
    return {
      outcome: 'failed',
      again: false,
      reason: `it answered with ${status}, and redirects are not followed; give the address that it leads to`,
    };
  const again = status >= 500 || status === 429 || status === 408;
  return { outcome: 'failed', again, reason: `it answered with ${status}` };
}

/** Codes of Node and undici are for people as well; messages may repeat an address. */
function reasonOf(error: unknown, timeout: number): string {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return `no answer within ${timeout / 1000} s`;
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  if (code === 'EACCES') return 'its name leads to an address that is refused';
  return typeof code === 'string' ? `the connection failed (${code})` : 'the connection failed';
}

export interface SenderOptions {
  addresses: AddressPolicy;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Never rejects. */
export async function send(receiver: Receiver, notice: Notice, { addresses, now }: SenderOptions): Promise<Attempt> {
  const { url, timeout, type } = receiver;
  const refused = refuseEndpoint(`${url.origin}${url.pathname}`, addresses);
  if (refused !== undefined) return { outcome: 'failed', again: false, reason: refused };
  const body = JSON.stringify(BODIES[type](notice));
  const headers = headersOf(receiver, notice.id, Math.floor(now() / 1000), body);
  const pool = new Pool(url.origin, { connections: 1, allowH2: false, connect: { timeout, lookup: guardedLookup(addresses) } });
  try {
    const signal = AbortSignal.timeout(timeout);
    const answer = await pool.request({ method: 'POST', path: `${url.pathname}${url.search}`, headers, body, signal });
    await answer.body.dump({ limit: MAX_ANSWER, signal });
    return judge(answer.statusCode);
  } catch (error) {
    const isRefused = typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'EACCES';
    return { outcome: 'failed', again: !isRefused, reason: reasonOf(error, timeout) };
  } finally {
    await pool.destroy();
  }
}
