// Streams of Google's models for callers of Google's dialect: as events, or as one list where `alt=sse` was not asked for.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { call } from '../fake/caller.ts';
import { aKey, aRepository } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const KEY = aKey(3);
const PATH = '/v1beta/models/small-1:streamGenerateContent';
const FIRST = { candidates: [{ content: { role: 'model', parts: [{ text: 'Grüße "}]' }] }, index: 0 }], futureField: 1.5 };
const LAST = {
  candidates: [{ content: { role: 'model', parts: [{ text: '😀' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2 },
};
const FAULT = { error: { code: 503, message: 'The model is overloaded; key upstream-secret-1.', status: 'UNAVAILABLE' } };

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
  const keys = { [hashKey(KEY)]: { id: 'key_gemini', repository: 'team-a/chat', type: 'Google' as const } };
  const models = { 'small-1': { llm: 'team-a/main', upstream: 'small-1' } };
  serving.apply({ keys, repositories: { 'team-a/chat': aRepository({ surfaces: ['Google'], models }) } }, { type: 'Google' });
});
beforeEach(() => {
  serving.provider.calls.length = 0;
});
afterAll(() => serving.close());

/** The provider answers with these events, in pieces of so many bytes. */
function streamOf(chunks: readonly object[], cut = Infinity): void {
  const bytes = Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(''));
  serving.provider.answer(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let at = 0; at < bytes.length; at += cut) {
      response.write(bytes.subarray(at, at + cut));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
}

const ask = (path: string) =>
  call(serving.gateway, {
    path,
    key: null,
    headers: { 'x-goog-api-key': KEY },
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }),
  });

describe('a stream without alt=sse', () => {
  it.each([Infinity, 7])('is one JSON list of what the provider sent, in pieces of %d bytes', async (cut) => {
    streamOf([FIRST, LAST], cut);
    const reply = await ask(PATH);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(JSON.parse(reply.body)).toEqual([FIRST, LAST]);
    expect(serving.provider.calls[0]?.url).toBe('/v1/models/small-1:streamGenerateContent?alt=sse');
  });

  it('is counted', async () => {
    const before = await serving.quiet();
    streamOf([FIRST, LAST]);
    await ask(PATH);
    const after = await serving.quiet();
    const grown = (direction: string): number =>
      sumOf(after, 'flashback_tokens_total', { direction }) - sumOf(before, 'flashback_tokens_total', { direction });
    expect([grown('input'), grown('output')]).toEqual([5, 2]);
  });

  it('that breaks off is a list all the same, and its last member tells of it', async () => {
    streamOf([FIRST]);
    const reply = await ask(PATH);
    expect(JSON.parse(reply.body)).toMatchObject([FIRST, { error: { code: 502, status: 'UNAVAILABLE' } }]);
  });

  it('has the error that the provider tells of in it, without the secrets that are in there', async () => {
    streamOf([FIRST, FAULT]);
    const reply = await ask(PATH);
    expect(JSON.parse(reply.body)).toMatchObject([FIRST, { error: { code: 503, status: 'UNAVAILABLE' } }]);
    expect(reply.body).not.toContain('upstream-secret-1');
  });

  it('of a provider that answers with JSON alone is that JSON', async () => {
    serving.provider.answer(json(200, LAST));
    expect(JSON.parse((await ask(PATH)).body)).toEqual(LAST);
  });
});

it('a stream with alt=sse is events, byte for byte', async () => {
  streamOf([FIRST, LAST]);
  const reply = await ask(`${PATH}?alt=sse`);
  expect(reply.headers['content-type']).toBe('text/event-stream');
  expect(reply.body).toBe([FIRST, LAST].map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(''));
});
