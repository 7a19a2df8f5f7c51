// A provider of models in a pod: answers whole and in streams, and takes only the keys that stand in a file, so that keys can be
// rotated and revoked while it runs. Runs by itself in the pod, so it imports nothing of the project.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const PORT = Number(process.env['PORT'] ?? 8080);
/** One key a line; read anew at every request. */
const KEYS_FILE = process.env['KEYS_FILE'] ?? '';
const WORDS = ['po', 'ng', ' ', 'pong'];
const CHUNK_MS = 20;
const USAGE = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

/** Requests for answers, by key. */
const seen: Record<string, number> = {};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<{ model?: string; stream?: boolean }> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text === '' ? {} : (JSON.parse(text) as { model?: string; stream?: boolean });
}

async function stream(response: ServerResponse, model: string): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  for (const content of WORDS) {
    response.write(chunk({ content }, null));
    await pause(CHUNK_MS);
  }
  response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
}

const server = createServer((request, response) => {
  void (async () => {
    const { model = 'small-1', stream: streamed = false } = await bodyOf(request);
    if (request.url === '/seen') return send(response, 200, seen);
    const key = (request.headers.authorization ?? '').replace('Bearer ', '');
    if (!readFileSync(KEYS_FILE, 'utf8').split('\n').includes(key)) {
      return send(response, 401, { error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', param: null, code: 'invalid_api_key' } });
    }
    if (request.url === '/v1/models') return send(response, 200, { object: 'list', data: [{ id: 'small-1', object: 'model', created: 1, owned_by: 'lab' }] });
    seen[key] = (seen[key] ?? 0) + 1;
    if (streamed) return stream(response, model);
    const message = { role: 'assistant', content: WORDS.join('') };
    send(response, 200, { id: 'c', object: 'chat.completion', created: 1, model, choices: [{ index: 0, message, finish_reason: 'stop' }], usage: USAGE });
  })();
});
server.listen(PORT, '0.0.0.0');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
