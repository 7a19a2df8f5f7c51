// A provider whose every answer the test writes itself, on a real socket.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** The same as it came. */
  bytes: Buffer;
}
type Answer = (response: ServerResponse, call: ReceivedCall) => void;

export interface FakeProvider {
  /** Base URL ending in /v1. */
  url: string;
  calls: ReceivedCall[];
  /** Answers every following call. */
  answer(answer: Answer): void;
  /** How many connections were ever opened. */
  connections(): number;
  close(): Promise<void>;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers });
    response.end(text);
  };
}

export const CHAT_USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 3 },
};

export const CHAT_ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'small-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello "usage":{} there.' }, finish_reason: 'stop' }],
  usage: CHAT_USAGE,
};

function chunkEvent(delta: object, finish: string | null = null, usage: object | null | undefined = undefined): string {
  const chunk = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'small-1', choices: [{ index: 0, delta, finish_reason: finish }] };
  return `data: ${JSON.stringify(usage === undefined ? chunk : { ...chunk, usage })}\n\n`;
}

/** The events of a streamed answer, with the usage event that `include_usage` brings. */
export function streamEvents(words: readonly string[], withUsage: boolean): string[] {
  const usage = withUsage ? null : undefined;
  const events = [chunkEvent({ role: 'assistant', content: '' }, null, usage)];
  for (const word of words) events.push(chunkEvent({ content: word }, null, usage));
  events.push(chunkEvent({}, 'stop', usage));
  if (withUsage) {
    const last = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'small-1', choices: [], usage: CHAT_USAGE };
    events.push(`data: ${JSON.stringify(last)}\n\n`);
  }
  events.push('data: [DONE]\n\n');
  return events;
}

export async function startProvider(): Promise<FakeProvider> {
  const calls: ReceivedCall[] = [];
  let current: Answer = json(200, CHAT_ANSWER);
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const call = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: bytes.toString(), bytes };
      calls.push(call);
      current(response, call);
    });
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    answer: (answer) => {
      current = answer;
    },
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
