import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import type { ChatEvent } from '../../../src/chat/answer.ts';
import type { AnswerHead } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { ChatRequest } from '../../../src/chat/request.ts';
import { openAiResponsesSurface as surface } from '../../../src/dialects/openai-responses/dialect.ts';

export function headOf(request: Record<string, unknown> = {}): AnswerHead {
  let count = 0;
  return { model: 'house-model', created: 1_700_000_000, newId: () => String(++count).padStart(24, '0'), losses: new Losses(), request };
}

export function read(body: Record<string, unknown>): { request: ChatRequest; losses: readonly string[] } {
  const losses = new Losses();
  return { request: surface.readRequest({ model: 'm', input: 'hi', ...body }, losses), losses: losses.names };
}

/** The bytes of the stream that these events make. */
export function streamOf(events: readonly ChatEvent[], head = headOf()): string {
  const writer = surface.writeStream(head);
  return events.map((event) => writer.write(event)).join('') + writer.end();
}

export interface Sent {
  type: string;
  sequence_number: number;
  [name: string]: unknown;
}

export function eventsOf(bytes: string): Sent[] {
  return bytes
    .split('\n\n')
    .slice(0, -1)
    .map((event) => {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? [];
      const json = JSON.parse(data ?? '') as Sent;
      if (json.type !== name) throw new Error(`${name} is not ${json.type}`);
      return json;
    });
}

/** Runs `use` with the vendor's client against a server that answers with these bytes. */
export async function withClient<T>(type: string, bytes: string, use: (client: OpenAI) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': type }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use(new OpenAI({ apiKey: 'unused', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 }));
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
