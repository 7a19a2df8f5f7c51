// Callers with a header Expect that nobody has defined. What comes of their bodies is thrown away, and not without end.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../src/gateway/request-body.ts';
import { CHAT_BODY, call, errorOf, rawHead } from '../fake/caller.ts';
import { sumOf } from '../fake/metrics.ts';
import { startServing, type Serving } from '../fake/serving.ts';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
afterAll(() => serving.close());

const EXPECT = ['expect: a-miracle', 'x-request-id: mine-1'];

/** Sends the head of a request, and resolves with the connection once the answer to it is there. */
async function refused(...headers: string[]): Promise<{ socket: Socket; answer: string; rest: Promise<string> }> {
  const { hostname, port } = new URL(serving.gateway.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write(rawHead('/v1/chat/completions', ...EXPECT, ...headers));
  const [first] = (await once(socket, 'data')) as [Buffer];
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { socket, answer: first.toString(), rest: closed.then(() => Buffer.concat(chunks).toString()) };
}

describe('an expectation that nobody has defined', () => {
  it('is refused in the envelope, under the id of the caller, counted and logged', async () => {
    const labels = { cause: 'caller', code: 'expectation_not_supported' };
    const before = sumOf(await serving.quiet(), 'flashback_errors_total', labels);
    const calls = serving.provider.calls.length;
    const reply = await call(serving.gateway, { body: CHAT_BODY, headers: { expect: 'a-miracle', 'x-request-id': 'mine-1' } });
    expect([reply.status, reply.headers['x-request-id'], errorOf(reply)]).toEqual([
      417,
      'mine-1',
      expect.objectContaining({ code: 'expectation_not_supported', message: 'Expect: a-miracle is not supported; leave the header out.' }),
    ]);
    expect(sumOf(await serving.quiet(), 'flashback_errors_total', labels)).toBe(before + 1);
    expect(serving.gateway.logs.at(-1)).toMatchObject({ requestId: 'mine-1', status: 417, code: 'expectation_not_supported' });
    expect(serving.provider.calls).toHaveLength(calls);
  });

  it('is refused before the body has come, and the connection ends after it, without a second answer', async () => {
    const { socket, answer, rest } = await refused(`content-length: ${CHAT_BODY.length}`);
    expect(answer).toMatch(/^HTTP\/1\.1 417 Expectation Failed\r\n/);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(answer).toContain('"code":"expectation_not_supported"');
    expect(socket.readableEnded).toBe(false);
    socket.write(CHAT_BODY);
    expect(await rest).toBe('');
  });

  it('ends the connection when more comes than any body may have', async () => {
    const { socket, rest } = await refused('transfer-encoding: chunked');
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(1024 * 1024, 'x'), Buffer.from('\r\n')]);
    const limit = 4 * MAX_BODY_BYTES;
    let sent = 0;
    while (!socket.destroyed && sent < limit) {
      await new Promise((resolve) => socket.write(chunk, resolve));
      sent += chunk.length;
    }
    expect(sent).toBeLessThan(limit);
    expect(await rest).toBe('');
  });

  it('ends the connection at once where the body says that it will be too large', async () => {
    const { answer, rest } = await refused(`content-length: ${MAX_BODY_BYTES + 1}`);
    expect(answer).toMatch(/^HTTP\/1\.1 417 /);
    expect(await rest).toBe('');
  });
});
