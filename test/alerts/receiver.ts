// Somebody who is told of alerts, on a port of its own, and answers as a test says.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ViolationEntry } from '../../src/ledger/entries.ts';

export interface Told {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface ReceiverStand {
  url: string;
  told: Told[];
  /** Status of the next answers, the last one for all that follow; `hang` never answers, `reset` cuts the connection. */
  answers: (number | 'hang' | 'reset')[];
  /** Resolves when so many requests have come. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

function reply(answer: number | 'hang' | 'reset', response: ServerResponse): void {
  if (answer === 'hang') return;
  if (answer === 'reset') return void response.destroy();
  response.writeHead(answer, answer >= 300 && answer < 400 ? { location: 'http://127.0.0.1:1/elsewhere' } : {}).end('thanks');
}

export async function receiver(): Promise<ReceiverStand> {
  const told: Told[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const stand: Pick<ReceiverStand, 'answers'> = { answers: [200] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      reply((stand.answers.length > 1 ? stand.answers.shift() : stand.answers[0]) ?? 200, response);
      for (const { count, resolve } of waiting) if (told.length >= count) resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(stand, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    told,
    until: (count: number) => new Promise<void>((resolve) => void (told.length >= count ? resolve() : waiting.push({ count, resolve }))),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

export function found(values: Partial<ViolationEntry> & { id: string }): ViolationEntry {
  return {
    type: 'violation',
    at: Date.parse('2026-11-27T12:00:00Z'),
    policy: 'team-a/no-cards',
    phase: 'Request',
    action: 'Block',
    explanation: 'a payment card number',
    repository: 'team-a/support',
    key: 'key_1',
    llm: 'team-a/openai',
    provider: 'OpenAI',
    model: 'gpt',
    host: 'gw-0',
    user: 'kim',
    conversation: '',
    requestId: `req-${values.id}`,
    ...values,
  };
}
