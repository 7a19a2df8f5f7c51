// DEMO ONLY. A small OpenAI-compatible server with no model behind it, so that `npm start` answers on a machine with no
// account anywhere. It echoes. It is no part of the gateway, which calls it over HTTP like any other provider.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { completion, chunks } from './chat-payloads.ts';
import { answer, isRecord } from './chat.ts';
import { embeddings } from './embeddings.ts';
import {
  CHAT_MODEL,
  checkKey,
  DemoError,
  EMBEDDING_MODEL,
  modelNotFound,
  parseJson,
  readChatRequest,
  readEmbeddingsRequest,
} from './requests.ts';

const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** When the demo models came to be; a constant, so that answers do not depend on the day. */
const MODEL_CREATED = 1_767_225_600;
const DEFAULT_DELAY_MS = 15;

export interface DemoProviderOptions {
  /** 0 takes any free port. */
  port: number;
  host: string;
  /** Pause between two words of a stream, in milliseconds. */
  delayMs?: number;
}

export interface DemoProvider {
  /** Origin without a trailing slash, for example http://127.0.0.1:4010. The API is under /v1. */
  url: string;
  /** Stops listening and ends what is open. */
  close(): Promise<void>;
}

function model(id: string): object {
  return { id, object: 'model', created: MODEL_CREATED, owned_by: 'flashback-demo' };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new DemoError(413, `The body is larger than ${MAX_BODY_BYTES} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function chat(body: Record<string, unknown>, response: ServerResponse, delayMs: number): Promise<void> {
  const request = readChatRequest(body);
  const choices = answer(request);
  const id = randomUUID().replaceAll('-', '');
  if (body['stream'] !== true) return send(response, 200, completion(request, choices, id, Date.now()));

  const options = body['stream_options'];
  const includeUsage = isRecord(options) && options['include_usage'] === true;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  for (const chunk of chunks(request, choices, id, Date.now(), includeUsage)) {
    if (response.destroyed) return;
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    if (delayMs > 0) await pause(delayMs);
  }
  response.end('data: [DONE]\n\n');
}

function allow(request: IncomingMessage, method: 'GET' | 'POST'): void {
  if (request.method !== method) throw new DemoError(405, `Not allowed to ${request.method} this path; use ${method}.`);
}

async function route(request: IncomingMessage, response: ServerResponse, delayMs: number): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://demo');
  checkKey(request.headers.authorization);
  if (pathname === '/v1/chat/completions') {
    allow(request, 'POST');
    return chat(parseJson(await readText(request)), response, delayMs);
  }
  if (pathname === '/v1/embeddings') {
    allow(request, 'POST');
    return send(response, 200, embeddings(readEmbeddingsRequest(parseJson(await readText(request)))));
  }
  if (pathname === '/v1/models') {
    allow(request, 'GET');
    return send(response, 200, { object: 'list', data: [model(CHAT_MODEL), model(EMBEDDING_MODEL)] });
  }
  const named = /^\/v1\/models\/([^/]+)$/.exec(pathname)?.[1];
  if (named === undefined) throw new DemoError(404, `Unknown request URL: ${request.method} ${pathname}.`, { code: 'unknown_url' });
  allow(request, 'GET');
  if (named !== CHAT_MODEL && named !== EMBEDDING_MODEL) throw modelNotFound(named);
  send(response, 200, model(named));
}

async function handle(request: IncomingMessage, response: ServerResponse, delayMs: number): Promise<void> {
  try {
    await route(request, response, delayMs);
  } catch (error) {
    if (response.headersSent || response.destroyed) return void response.destroy();
    const known = error instanceof DemoError ? error : new DemoError(500, 'The demo provider failed.');
    // What is left of the body would be read as the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    send(response, known.status, known.toJson());
  }
}

/** Starts the demo provider. Rejects when the port is in use. */
export async function startDemoProvider({ port, host, delayMs = DEFAULT_DELAY_MS }: DemoProviderOptions): Promise<DemoProvider> {
  const server = createServer((request, response) => void handle(request, response, delayMs));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
