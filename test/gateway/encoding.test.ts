// Providers, and proxies in front of them, that compress although they were asked not to: callers get plain bytes whose headers
// say so, in their own dialect, and the gateway reads what it has to.
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderType } from '../../src/api/resources.ts';
import { startBench, type Bench } from '../conformance/bench.ts';
import { CALLER_DIALECTS, READERS, type CallerDialect } from '../conformance/surfaces.ts';
import type { Reply } from '../fake/caller.ts';
import type { Answer } from '../surfaces/stage.ts';
import { RESPONSES, TOKENS, UPSTREAMS, WORDS } from '../surfaces/upstreams.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const ENCODINGS: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: (bytes) => gzipSync(bytes),
  br: (bytes) => brotliCompressSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
  'gzip, br': (bytes) => brotliCompressSync(gzipSync(bytes)),
  GZIP: (bytes) => gzipSync(bytes),
};
const CASES = (Object.keys(UPSTREAMS) as ProviderType[]).flatMap((type) =>
  Object.keys(ENCODINGS).flatMap((encoding) => [true, false].map((stream) => ({ type, encoding, stream }))),
);

function words(type: ProviderType, encoding: string, stream: boolean, compress = ENCODINGS[encoding]!): Answer {
  return (response, { url }) => {
    const upstream = url.endsWith('/responses') ? RESPONSES : UPSTREAMS[type];
    const bytes = compress(stream ? upstream.stream('words') : Buffer.from(upstream.whole('words')));
    const contentType = stream ? upstream.streamType : 'application/json';
    response.writeHead(200, { 'content-type': contentType, 'content-encoding': encoding, 'content-length': bytes.length }).end(bytes);
  };
}

function checkFraming({ headers, body }: Reply): void {
  expect(headers).not.toHaveProperty('content-encoding');
  const length = headers['content-length'];
  if (length !== undefined) expect(Number(length)).toBe(Buffer.byteLength(body));
  expect(headers['transfer-encoding'] === 'chunked').toBe(length === undefined);
}

/** The words of the answer, and the tokens that it tells. */
function heard({ api }: CallerDialect, { body }: Reply, stream: boolean): unknown {
  const { choices, tokens } = READERS[api](Buffer.from(body), stream);
  return { blocks: choices[0]?.blocks, tokens: { input: tokens?.input, output: tokens?.output, cached: tokens?.cached } };
}

describe.each(Object.values(CALLER_DIALECTS))('a caller of $api', (caller) => {
  it.each(CASES)('gets plain bytes of a provider of type $type that compresses by $encoding (stream: $stream)', async (given) => {
    const { type, encoding, stream } = given;
    bench.answer(words(type, encoding, stream));
    const reply = await bench.ask(caller, type, stream);
    expect(reply.status).toBe(200);
    checkFraming(reply);
    expect(heard(caller, reply, stream)).toEqual({ blocks: [{ kind: 'text', text: WORDS }], tokens: TOKENS });
  });

  it.each(CASES.filter(({ stream }) => !stream))('reads an error of a $type that compresses by $encoding', async (given) => {
    const bytes = ENCODINGS[given.encoding]!(Buffer.from(JSON.stringify({ error: { message: 'Too long.' }, message: 'Too long.' })));
    bench.answer((response) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': given.encoding, 'content-length': bytes.length };
      response.writeHead(400, headers).end(bytes);
    });
    const reply = await bench.ask(caller, given.type, false);
    expect(reply.status).toBe(400);
    checkFraming(reply);
    expect((JSON.parse(reply.body) as { error: { message: string } }).error.message).toBe('Too long.');
  });

  it.each(CASES.filter(({ encoding }) => encoding === 'gzip'))(
    'hears of an error where compressed bytes of a provider of type $type stop short (stream: $stream)',
    async ({ type, stream }) => {
      bench.answer(words(type, 'gzip', stream, (bytes) => gzipSync(bytes).subarray(0, 12)));
      const reply = await bench.ask(caller, type, stream);
      expect(reply.status).toBe(502);
      expect((JSON.parse(reply.body) as { error: object }).error).toBeTypeOf('object');
    },
  );

  it.each(CASES.filter(({ encoding }) => encoding === 'gzip'))(
    'gets an error in place of bytes that nobody can read, of a provider of type $type (stream: $stream)',
    async ({ type, stream }) => {
      bench.answer(words(type, 'compress', stream, (bytes) => bytes));
      const reply = await bench.ask(caller, type, stream);
      expect(reply.status).toBe(502);
      expect((JSON.parse(reply.body) as { error: { message: string } }).error.message).toContain('no answer in its dialect');
    },
  );
});
