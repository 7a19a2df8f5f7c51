// Bodies of every kind that callers send, the impossible ones included.
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES, parseBody, readBody } from '../../src/gateway/request-body.ts';
import { hashKey } from '../../src/api/api-key.ts';
import { CHAT_BODY, call, errorOf, rawCall, rawHead } from '../fake/caller.ts';
import { APP_KEY, aKey, aRepository } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { CHAT_ANSWER, json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
  serving.provider.answer(json(200, CHAT_ANSWER));
});
afterAll(() => serving.close());

const CHAT = '/v1/chat/completions';

/** A chat body of exactly so many bytes. */
function bodyOf(bytes: number): Buffer {
  const frame = '{"model":"small-1","messages":[{"role":"user","content":""}]}';
  return Buffer.from(frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`));
}

async function refusal(body: string | Buffer, headers: Record<string, string> = {}): Promise<[number, string, string | null]> {
  const calls = serving.provider.calls.length;
  const reply = await call(serving.gateway, { body, headers });
  expect(serving.provider.calls).toHaveLength(calls);
  const { code, param } = errorOf(reply);
  return [reply.status, code, param];
}

describe('a body', () => {
  it('of 32 MiB is accepted', async () => {
    const body = bodyOf(MAX_BODY_BYTES);
    expect((await call(serving.gateway, { body })).status).toBe(200);
    expect(serving.provider.calls.at(-1)?.body.length).toBe(MAX_BODY_BYTES);
    serving.provider.calls.length = 0;
  });

  it('of a byte more is refused in the envelope, once it has been read', async () => {
    expect(await refusal(bodyOf(MAX_BODY_BYTES + 1))).toEqual([413, 'body_too_large', null]);
  });

  it('that grows beyond it without declaring a length is refused the same way', async () => {
    expect(await refusal(bodyOf(MAX_BODY_BYTES + 1), { 'transfer-encoding': 'chunked' })).toEqual([413, 'body_too_large', null]);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['JSON that breaks off', CHAT_BODY.slice(0, -1)],
    ['a list', `[${CHAT_BODY}]`],
    ['null', 'null'],
    ['a text', '"model"'],
    ['two objects', CHAT_BODY + CHAT_BODY],
    ['no UTF-8', Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff]), Buffer.from('"}')])],
    ['a byte order mark', `\uFEFF${CHAT_BODY}`],
  ])('of %s is refused', async (_what, body) => {
    expect(await refusal(body)).toEqual([400, 'body_not_json', null]);
  });

  it.each([
    ['plainly', '{"model":"small-1","model":"secret-1"}'],
    ['with an escape in the first', '{"m\\u006fdel":"small-1","model":"secret-1"}'],
    ['with an escape in the second', '{"model":"small-1","m\\u006Fdel":"secret-1"}'],
    ['with escapes in both', '{"\\u006dodel":"small-1","m\\u006fdel":"secret-1"}'],
    ['far apart', `{"model":"small-1","messages":[{"content":"${'x'.repeat(5_000)}"}],"model":"small-1"}`],
  ])('that names the model twice, %s, is refused', async (_how, body) => {
    expect(await refusal(body)).toEqual([400, 'body_not_json', 'model']);
  });

  it('that names "model" once at the top and elsewhere deeper down is accepted', async () => {
    expect(parseBody(Buffer.from('{"tools":[{"model":"a"}],"model":"b","x":{"mo\\u0064el":1},"y":"\\"model\\":1"}'))['model']).toBe('b');
  });

  it('is held once, also when it came in pieces and its request goes on', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const request = Object.assign(new EventEmitter(), { headers: {}, complete: true });
    const reading = readBody(request as unknown as IncomingMessage);
    const pieces = ['{"a":', '1}'].map((text) => {
      const piece = Buffer.from(text);
      request.emit('data', piece);
      return new WeakRef(piece);
    });
    request.emit('end');
    expect(String(await reading)).toBe('{"a":1}');
    // Within one turn of the event loop a WeakRef keeps what it was made of.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(pieces.map((piece) => piece.deref())).toEqual([undefined, undefined]);
    expect(request.listenerCount('end')).toBe(1);
  });

  it.each(['{}', '{"model":""}', '{"model":7}', '{"model":null}', '{"model":["small-1"]}'])('%s is missing its model', async (body) => {
    expect(await refusal(body)).toEqual([400, 'model_missing', 'model']);
  });

  it.each(['gzip', 'br', 'zstd'])('compressed as %s is refused', async (encoding) => {
    expect(await refusal(gzipSync(CHAT_BODY), { 'content-encoding': encoding })).toEqual([415, 'content_encoding_not_supported', null]);
  });

  it('that says it is not compressed is accepted', async () => {
    expect((await call(serving.gateway, { body: CHAT_BODY, headers: { 'content-encoding': 'identity' } })).status).toBe(200);
  });
});

describe('a caller that waits for "100 Continue"', () => {
  it('is told to go on, and then answered', async () => {
    const answer = await rawCall(serving.gateway.url, rawHead(CHAT, 'expect: 100-continue', `content-length: ${CHAT_BODY.length}`, 'connection: close'), CHAT_BODY);
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  it('is spared an upload that is too large, and gets a request id', async () => {
    const answer = await rawCall(serving.gateway.url, rawHead(CHAT, 'expect: 100-continue', `content-length: ${MAX_BODY_BYTES + 1}`, 'x-request-id: big-1'));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('x-request-id: big-1');
    expect(answer).toContain('"code":"body_too_large"');
    await expect.poll(() => serving.gateway.logs.at(-1)).toMatchObject({ requestId: 'big-1', status: 413 });
  });

  it('is spared an upload with a key that does not open anything', async () => {
    const head = rawHead(CHAT, 'expect: 100-continue', 'content-length: 100').replace(APP_KEY, aKey(77));
    const answer = await rawCall(serving.gateway.url, head);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).not.toContain('100 Continue');
  });
});

describe('an upload', () => {
  it('of some size with a wrong key is read before it is refused, so that the caller sees why', async () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const reply = await call(serving.gateway, { key: aKey(77), body: bodyOf(8 * 1024 * 1024) });
      expect([reply.status, errorOf(reply).code]).toEqual([401, 'key_unknown']);
    }
  });

  it('to a wrong path likewise', async () => {
    const reply = await call(serving.gateway, { path: '/v1/nothing', body: bodyOf(8 * 1024 * 1024) });
    expect([reply.status, errorOf(reply).code]).toEqual([404, 'route_not_found']);
  });

  it('that breaks off is not passed on, and is counted as the fault of the caller', async () => {
    const calls = serving.provider.calls.length;
    const socket = connect(Number(new URL(serving.gateway.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(rawHead(CHAT, 'content-length: 1000', 'x-request-id: broken-1') + CHAT_BODY);
    await expect.poll(() => serving.gateway.server.inFlight).toBe(1);
    socket.destroy();
    await expect.poll(() => serving.gateway.logs.at(-1)).toMatchObject({ requestId: 'broken-1', code: 'body_incomplete', clientGone: true });
    expect(serving.provider.calls).toHaveLength(calls);
    expect(sumOf(await serving.quiet(), 'flashback_errors_total', { cause: 'caller', code: 'body_incomplete' })).toBe(1);
  });

  it('during which the key is removed is refused at its end', async () => {
    const answer = slowUpload(() => serving.apply({ keys: { [hashKey(aKey(50))]: { id: 'other', repository: 'team-a/chat' } } }));
    expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
    serving.apply();
  });

  it('during which the connection of its model moves goes to the new place', async () => {
    const answer = slowUpload(() =>
      serving.apply({ repositories: { 'team-a/chat': aRepository() } }, { timeouts: { connect: 1_234, response: 5_000, idle: 5_000 } }),
    );
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    serving.apply();
  });
});

/** Sends a chat request in two halves and does something in between. */
async function slowUpload(between: () => void): Promise<string> {
  const socket = connect(Number(new URL(serving.gateway.url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write(rawHead(CHAT, `content-length: ${CHAT_BODY.length}`, 'connection: close') + CHAT_BODY.slice(0, 10));
  await expect.poll(() => serving.gateway.server.inFlight).toBe(1);
  between();
  socket.write(CHAT_BODY.slice(10));
  await closed;
  return Buffer.concat(chunks).toString();
}
