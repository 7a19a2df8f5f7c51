// Callers of the gateway: the OpenAI SDK, plain HTTP requests, and bytes on a socket for what no well-behaved client sends.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { APP_KEY, type RunningGateway } from './gateway.ts';

/** The SDK as an application configures it; retries would only hide what the gateway answers. */
export function sdk(gateway: RunningGateway, apiKey = APP_KEY): OpenAI {
  return new OpenAI({ apiKey, baseURL: gateway.baseUrl, maxRetries: 0 });
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface CallOptions {
  method?: string;
  path?: string;
  /** null: none. */
  key?: string | null;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** One HTTP request on a connection of its own. */
export function call(gateway: RunningGateway, options: CallOptions = {}): Promise<Reply> {
  const { method = 'POST', path = '/v1/chat/completions', key = APP_KEY, headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
    const request = httpRequest(`${gateway.url}${path}`, { method, agent: false, headers: { ...authorization, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

export const CHAT_BODY = '{"model":"small-1","messages":[{"role":"user","content":"Hello"}]}';
export const STREAM_BODY = '{"model":"small-1","stream":true,"messages":[{"role":"user","content":"Hello"}]}';

/** Code, type, param and message of an envelope. */
export function errorOf(reply: { body: string }): { message: string; type: string; param: string | null; code: string } {
  return (JSON.parse(reply.body) as { error: { message: string; type: string; param: string | null; code: string } }).error;
}

/** Sends bytes and resolves with all that came back until the other side closed. */
export function rawCall(url: string, ...pieces: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    for (const piece of pieces) socket.write(piece);
  });
}

/** A POST with these headers as it looks on the wire, without its body. */
export function rawHead(path: string, ...headers: string[]): string {
  return `${[`POST ${path} HTTP/1.1`, 'host: gateway', `authorization: Bearer ${APP_KEY}`, ...headers].join('\r\n')}\r\n\r\n`;
}
