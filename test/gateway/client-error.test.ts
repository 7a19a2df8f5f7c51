// What is no HTTP request, on a real socket: the answer is in the envelope all the same.
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientErrors, clientErrorCode } from '../../src/gateway/client-error.ts';
import { createGatewayMetrics } from '../../src/telemetry/metrics.ts';
import { CHAT_BODY, STREAM_BODY, errorOf, rawCall, rawHead } from '../fake/caller.ts';
import { sumOf } from '../fake/metrics.ts';
import { CHAT_ANSWER, json, streamEvents } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const CHAT = '/v1/chat/completions';
let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
afterAll(() => serving.close());

function parse(answer: string): { status: string; head: string; error: ReturnType<typeof errorOf> } {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toContain('content-type: application/json');
  expect(head).toMatch(/x-request-id: [0-9a-f-]{36}/);
  expect(head.toLowerCase()).toContain('connection: close');
  expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
  return { status: head.slice(0, head.indexOf('\r\n')), head, error: errorOf({ body }) };
}

describe('what is no request', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 'HTTP/1.1 400 Bad Request', 'request_malformed'],
    ['TLS', Buffer.from('16030100c8010000c40303', 'hex'), 'HTTP/1.1 400 Bad Request', 'request_malformed'],
    ['a header without a name', 'GET /v1/models HTTP/1.1\r\n: x\r\n\r\n', 'HTTP/1.1 400 Bad Request', 'request_malformed'],
    ['two lengths', rawHead(CHAT, 'content-length: 1', 'content-length: 2'), 'HTTP/1.1 400 Bad Request', 'request_malformed'],
    ['no host', 'GET /v1/models HTTP/1.1\r\n\r\n', 'HTTP/1.1 400 Bad Request', 'request_malformed'],
    ['endless headers', rawHead(CHAT, `x-long: ${'x'.repeat(17_000)}`), 'HTTP/1.1 431 Request Header Fields Too Large', 'headers_too_large'],
  ])('%s, is refused in the envelope and counted', async (_what, bytes, line, code) => {
    const before = sumOf(await serving.quiet(), 'flashback_errors_total', { cause: 'caller', code });
    const { status, error } = parse(await rawCall(serving.gateway.url, bytes));
    expect(status).toBe(line);
    expect(error).toEqual({ message: expect.stringMatching(/./) as string, type: 'invalid_request_error', param: null, code });
    expect(sumOf(await serving.quiet(), 'flashback_errors_total', { cause: 'caller', code })).toBe(before + 1);
  });

  it('a broken chunk, ends the request that it belongs to, which is counted once', async () => {
    const before = sumOf(await serving.quiet(), 'flashback_errors_total', {});
    const { error } = parse(await rawCall(serving.gateway.url, rawHead(CHAT, 'transfer-encoding: chunked'), 'zzz\r\n'));
    expect(error.code).toBe('request_malformed');
    expect(sumOf(await serving.quiet(), 'flashback_errors_total', {})).toBe(before + 1);
  });

  it('but follows a request under way, never gets into its answer', async () => {
    const [first = ''] = streamEvents([], false);
    serving.provider.answer((response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first));
    const socket = connect(Number(new URL(serving.gateway.url).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    const closed = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).includes('data: ')) socket.write('nonsense\r\n\r\n');
    });
    socket.write(rawHead(CHAT, `content-length: ${STREAM_BODY.length}`) + STREAM_BODY);
    await closed;
    expect(Buffer.concat(chunks).toString()).not.toContain('request_malformed');
    await serving.quiet();
  });

  it('a request of HTTP/1.0 needs no host', async () => {
    serving.provider.answer(json(200, CHAT_ANSWER));
    const head = rawHead(CHAT, `content-length: ${CHAT_BODY.length}`).replace('HTTP/1.1', 'HTTP/1.0').replace('host: gateway\r\n', '');
    expect(await rawCall(serving.gateway.url, head + CHAT_BODY)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('the error of a connection', () => {
  const failure = (code: string): Error => Object.assign(new Error('x'), { code });

  it.each([
    ['ERR_HTTP_REQUEST_TIMEOUT', 'request_timeout'],
    ['HPE_HEADER_OVERFLOW', 'headers_too_large'],
    ['HPE_INVALID_METHOD', 'request_malformed'],
    ['HPE_INVALID_EOF_STATE', undefined],
    ['ECONNRESET', undefined],
  ])('%s means %s', (code, expected) => {
    expect(clientErrorCode(failure(code))).toBe(expected);
  });

  it('of a caller that was too slow is answered with 408', async () => {
    const socket = new PassThrough();
    new ClientErrors(createGatewayMetrics(new Registry())).handle(failure('ERR_HTTP_REQUEST_TIMEOUT'), socket);
    const { status, error } = parse(String(socket.read()));
    expect([status, error.code]).toEqual(['HTTP/1.1 408 Request Timeout', 'request_timeout']);
  });

  it('that broke is not answered', () => {
    const socket = new PassThrough().on('error', () => undefined);
    new ClientErrors(createGatewayMetrics(new Registry())).handle(failure('ECONNRESET'), socket);
    expect([socket.destroyed, socket.read()]).toEqual([true, null]);
  });
});
