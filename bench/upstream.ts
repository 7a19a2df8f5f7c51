// The mock provider: answers with prebuilt bytes over plain sockets, because it shares a core with the load generator.
// Prints its port.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { SCENARIOS, TRANSLATIONS, type BenchProvider, type Scenario } from './scenarios.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** Below which path a provider of each type takes chats: what comes in another dialect gets no answer. */
const PATHS: Record<BenchProvider, string> = {
  Other: 'POST /v1/chat/completions ',
  Anthropic: 'POST /anthropic/v1/messages ',
  Google: 'POST /google/v1beta/models/',
};

interface Answer {
  requestLine: string;
  /** The model stands in the body, or, as Google has it, in the path. */
  marker: string;
  /** Written with `pace` milliseconds in between. */
  writes: Buffer[];
  pace: number;
}

function chunked(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
}

function prebuild({ provider, model, sent, stream, pace }: Scenario): Answer {
  const asked = { requestLine: PATHS[provider], marker: provider === 'Google' ? `/${model}:` : `"${model}"` };
  const head = (lines: string): Buffer => Buffer.from(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\n`);
  if (!stream) {
    const body = Buffer.concat(sent);
    return { ...asked, pace, writes: [Buffer.concat([head(`content-type: application/json\r\ncontent-length: ${body.length}`), body])] };
  }
  const writes = [head('content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked'), ...sent.map(chunked), LAST_CHUNK];
  return { ...asked, pace, writes: pace === 0 ? [Buffer.concat(writes)] : writes };
}

const ANSWERS = [...SCENARIOS, ...TRANSLATIONS].map(prebuild);

function respond(socket: Socket, { writes, pace }: Answer): void {
  if (pace === 0) {
    for (const bytes of writes) socket.write(bytes);
    return;
  }
  // Head and first event together, and the end with the last one, as providers do.
  const paced = [Buffer.concat(writes.slice(0, 2)), ...writes.slice(2, -2), Buffer.concat(writes.slice(-2))];
  let next = 1;
  socket.write(paced[0]!);
  const timer = setInterval(() => {
    if (!socket.destroyed) socket.write(paced[next++]!);
    if (socket.destroyed || next === paced.length) clearInterval(timer);
  }, pace);
}

function serve(socket: Socket): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const headEnd = pending.indexOf(HEAD_END);
      if (headEnd === -1) return;
      const length = Number(/content-length: *(\d+)/i.exec(pending.toString('latin1', 0, headEnd))?.[1] ?? 0);
      const end = headEnd + HEAD_END.length + length;
      if (pending.length < end) return;
      const request = pending.toString('latin1', 0, end);
      pending = pending.subarray(end);
      const answer = ANSWERS.find(({ requestLine, marker }) => request.startsWith(requestLine) && request.includes(marker));
      if (answer !== undefined) respond(socket, answer);
      else socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    }
  });
}

const server = createServer(serve).listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
