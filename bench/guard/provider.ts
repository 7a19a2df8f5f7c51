// A provider in this process, for traffic of any size: which answer it gives stands in the member `user` of the request.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { prose } from './texts.ts';

const MEGABYTE = 1024 * 1024;
const EVENTS = 300;
const PACE = 2;
const MODEL = 'bench-json-other';

const json = (text: string): string =>
  JSON.stringify({ id: 'c1', object: 'chat.completion', created: 1, model: MODEL, choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }] });
const event = (content: string): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: MODEL, choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

const SHORT = json('Fine.');
const LONG = json(prose(MEGABYTE));
const words = prose(EVENTS * 12).match(/.{1,12}/gs)!.map(event);
const END = 'data: [DONE]\n\n';

export const ANSWERS = ['short', 'long', 'paced', 'burst'] as const;
export type AnswerName = (typeof ANSWERS)[number];

async function stream(response: ServerResponse, pace: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (pace === 0) return void response.end(words.join('') + words.join('') + END);
  for (const one of words) {
    response.write(one);
    await new Promise((resolve) => setTimeout(resolve, pace));
  }
  response.end(END);
}

function respond(response: ServerResponse, answer: string): void {
  if (answer === 'paced') return void stream(response, PACE);
  if (answer === 'burst') return void stream(response, 0);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(answer === 'long' ? LONG : SHORT);
}

export async function startProvider(): Promise<{ origin: string; close(): void }> {
  const server = createServer((request, response) => {
    let head = '';
    request.on('data', (chunk: Buffer) => void (head.length < 200 && (head += chunk.toString('latin1', 0, 200))));
    request.on('end', () => respond(response, /"user": ?"(\w+)"/.exec(head)?.[1] ?? 'short'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

/** Body of a request for a chat; what the answer is to be stands at its beginning. */
export const chat = (answer: AnswerName, content: unknown): Buffer =>
  Buffer.from(JSON.stringify({ model: MODEL, user: answer, stream: answer === 'paced' || answer === 'burst', messages: [{ role: 'user', content }] }));
