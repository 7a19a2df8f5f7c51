// Callers who are slow, idle, many or unreadable, on real sockets: none of them holds the port, and each is told what is wrong where that can be.
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { PlatformServer, type PlatformServerOptions } from '../../src/platform/server.ts';
import { eventually, FakeClock, recordingLogger } from '../kubernetes/fixture.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const SERVED: RequestListener = (request, response) => void request.resume().once('end', () => response.end('served'));
const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
/** Checked so often that a test need not wait. */
const QUICK = { connectionsCheckingInterval: 20 };

async function start(options: Partial<PlatformServerOptions> = {}): Promise<{ server: PlatformServer; port: number; clock: FakeClock }> {
  const clock = new FakeClock();
  const server = new PlatformServer({ app: SERVED, clock, logger: recordingLogger().logger, ...options });
  const port = await server.listen(0, '127.0.0.1');
  cleanups.push(() => {
    const closed = server.close();
    clock.advance(5_000);
    return closed;
  });
  return { server, port, clock };
}

interface Dialled {
  socket: Socket;
  heard(): string;
  /** Resolves with everything that was heard when the connection is over. */
  ended: Promise<string>;
}

function dial(port: number, ...said: string[]): Dialled {
  const socket = connect(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  let heard = '';
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.setEncoding('latin1').on('data', (chunk: string) => (heard += chunk));
  socket.on('error', () => undefined).on('close', () => resolve(heard));
  for (const text of said) socket.write(text);
  return { socket, heard: () => heard, ended: promise };
}

function refusal(heard: string): { line: string; body: unknown } {
  const [head = '', body = ''] = heard.split('\r\n\r\n');
  expect(head).toContain('content-type: application/json');
  return { line: head.split('\r\n')[0] ?? '', body: JSON.parse(body) };
}

it.each([
  ['is no HTTP', 'HELLO\r\n\r\n', 'HTTP/1.1 400 Bad Request', 'this is no HTTP request that can be read'],
  ['says its length twice', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n', 'HTTP/1.1 400 Bad Request', 'this is no HTTP request that can be read'],
  ['has endless headers', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'canary'.repeat(6_000)}`, 'HTTP/1.1 431 Request Header Fields Too Large', 'the headers of the request are too large'],
])('a request that %s is refused in the form of every failure, without a word of it', async (_what, said, line, message) => {
  const { port } = await start();
  const heard = await dial(port, said).ended;
  expect(refusal(heard)).toEqual({ line, body: { success: false, message } });
  expect(heard).not.toContain('canary');
});

it.each([
  ['headers', { headersTimeout: 50, requestTimeout: 60 }, 'GET / HTTP/1.1\r\nhost: '],
  ['a body', { headersTimeout: 50, requestTimeout: 60 }, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{'],
])('whoever sends %s and does not end is told so, and hung up on', async (_what, limits, said) => {
  const { port } = await start({ limits: { ...QUICK, ...limits } });
  const heard = await dial(port, said).ended;
  expect(refusal(heard)).toEqual({ line: 'HTTP/1.1 408 Request Timeout', body: { success: false, message: 'the request did not come to its end in time' } });
});

it('whoever says nothing at all is hung up on', async () => {
  const { port } = await start({ limits: { ...QUICK, headersTimeout: 50, requestTimeout: 60 } });
  await dial(port).ended;
});

it('a connection without a next request is ended', async () => {
  const { port } = await start({ limits: { keepAliveTimeout: 50 } });
  expect(await dial(port, GET).ended).toContain('served');
});

it('whoever does not take an answer in a minute is hung up on', async () => {
  const answer = Buffer.alloc(32 * 1024 * 1024, 'x');
  let isOver = false;
  const app: RequestListener = (_request, response) => {
    response.once('close', () => (isOver = true));
    response.end(answer);
  };
  const { port, clock } = await start({ app });
  const caller = dial(port);
  caller.socket.once('data', () => caller.socket.pause());
  caller.socket.write(GET);
  await eventually(() => expect(clock.waiting).toEqual([60_000]));
  clock.advance(59_999);
  expect(isOver).toBe(false);
  clock.advance(1);
  await eventually(() => expect(isOver).toBe(true));
  expect(clock.waiting).toEqual([]);
});

it('an answer that is taken leaves nothing behind', async () => {
  const { port, clock } = await start();
  const caller = dial(port, GET);
  await eventually(() => expect(caller.heard()).toContain('served'));
  await eventually(() => expect(clock.waiting).toEqual([]));
});

it('connections beyond the most there may be are ended at once, and others taken when there is room', async () => {
  const { port } = await start({ maxConnections: 2 });
  const held = [dial(port, GET), dial(port, GET)];
  await eventually(() => expect(held.map(({ heard }) => heard().includes('served'))).toEqual([true, true]));
  expect(await dial(port, GET).ended).toBe('');
  held[0]?.socket.destroy();
  await eventually(async () => expect(await dial(port, GET.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')).ended).toContain('served'));
});

it('closing lets answers end, keeps no connection for another, and waits for nobody longer than five seconds', async () => {
  const answers: (() => void)[] = [];
  const { server, port, clock } = await start({ app: (_request, response) => void answers.push(() => response.end('served')) });
  const [idle, slow] = [dial(port), dial(port, GET)];
  await eventually(() => expect(answers).toHaveLength(1));
  const closed = server.close();
  answers[0]?.();
  const heard = await slow.ended;
  expect([heard.includes('served'), /connection: close/i.test(heard)]).toEqual([true, true]);
  clock.advance(5_000);
  await Promise.all([closed, idle.ended]);
});
