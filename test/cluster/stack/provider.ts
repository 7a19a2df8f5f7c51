// A provider that knows which keys are good, for tests that rotate and revoke them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface KeyedProvider {
  /** Base URL ending in /v1. */
  url: string;
  /** Keys that are accepted now. */
  accepted: Set<string>;
  /** Keys that requests came with, by how often. */
  used: Map<string, number>;
  close(): Promise<void>;
}

const MODELS = { object: 'list', data: [{ id: 'small-1', object: 'model', created: 1, owned_by: 'lab' }] };
const USAGE = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

export async function startKeyedProvider(keys: readonly string[]): Promise<KeyedProvider> {
  const accepted = new Set(keys);
  const used = new Map<string, number>();
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const key = (request.headers.authorization ?? '').replace('Bearer ', '');
      const send = (status: number, body: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      if (!accepted.has(key)) {
        return send(401, { error: { message: `Incorrect API key provided: ${key}.`, type: 'invalid_request_error', param: null, code: 'invalid_api_key' } });
      }
      if (request.url === '/v1/models') return send(200, MODELS);
      used.set(key, (used.get(key) ?? 0) + 1);
      return send(200, {
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'small-1',
        choices: [{ index: 0, message: { role: 'assistant', content: 'pong' }, finish_reason: 'stop' }],
        usage: USAGE,
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    accepted,
    used,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
