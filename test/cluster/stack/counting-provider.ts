// A provider that bills: each answer has other numbers of tokens, and it knows the sum of all that it has told.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Bill {
  requests: number;
  tokensIn: number;
  tokensOut: number;
}

export interface CountingProvider {
  /** Base URL ending in /v1. */
  url: string;
  /** Of all answers. */
  readonly bill: Readonly<Bill>;
  close(): Promise<void>;
}

const MODELS = { object: 'list', data: [{ id: 'small-1', object: 'model', created: 1, owned_by: 'lab' }] };

export async function startCountingProvider(): Promise<CountingProvider> {
  const bill: Bill = { requests: 0, tokensIn: 0, tokensOut: 0 };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      if (request.url === '/v1/models') return response.end(JSON.stringify(MODELS));
      bill.requests += 1;
      const usage = { prompt_tokens: bill.requests, completion_tokens: 1_000 + (bill.requests % 7) };
      bill.tokensIn += usage.prompt_tokens;
      bill.tokensOut += usage.completion_tokens;
      const choices = [{ index: 0, message: { role: 'assistant', content: 'pong' }, finish_reason: 'stop' }];
      const total = { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens };
      return response.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'small-1', choices, usage: total }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    bill,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
