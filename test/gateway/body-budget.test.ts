// Many bodies at a time: what all of them together may take.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BodyBudget } from '../../src/gateway/body-budget.ts';
import { CHAT_BODY, call, errorOf, rawHead, type Reply } from '../fake/caller.ts';
import { CHAT_ANSWER, json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const LIMIT = 64 * 1024;
const LARGE = CHAT_BODY.replace('Hello', 'x'.repeat(40 * 1024));

let budget: BodyBudget;
let serving: Serving;
beforeAll(async () => {
  budget = new BodyBudget(LIMIT);
  serving = await startServing(undefined, budget);
});
beforeEach(() => serving.provider.answer(json(200, CHAT_ANSWER)));
afterAll(() => serving.close());

const send = (body: string, headers: Record<string, string> = {}): Promise<Reply> => call(serving.gateway, { body, headers });

/** Begins an upload, and leaves its last byte out. */
function beginUpload(): Socket {
  const socket = connect(Number(new URL(serving.gateway.url).port), '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(rawHead('/v1/chat/completions', `content-length: ${LARGE.length}`) + LARGE.slice(0, -1));
  return socket;
}

describe('request bodies', () => {
  it('that together are too large are refused while they are, and the small ones beside them are not', async () => {
    const socket = beginUpload();
    await expect.poll(() => budget.held).toBe(LARGE.length - 1);
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const reply = await send(LARGE, headers);
      expect([reply.status, errorOf(reply)]).toEqual([503, expect.objectContaining({ code: 'gateway_overloaded', type: 'api_error' })]);
      expect(reply.headers['retry-after']).toBe('1');
    }
    expect((await send(CHAT_BODY)).status).toBe(200);
    socket.destroy();
    await expect.poll(() => budget.held).toBe(0);
    expect((await send(LARGE)).status).toBe(200);
    await expect.poll(() => budget.held).toBe(0);
  });

  it('count until the answer has left, because they may still be on their way to the provider', async () => {
    let answer: (() => void) | undefined;
    serving.provider.answer((response, received) => {
      answer = () => json(200, CHAT_ANSWER)(response, received);
    });
    const first = send(LARGE);
    await expect.poll(() => answer).toBeDefined();
    expect(budget.held).toBe(LARGE.length);
    expect((await send(LARGE)).status).toBe(503);
    answer?.();
    expect((await first).status).toBe(200);
    await expect.poll(() => budget.held).toBe(0);
  });

  it('that no budget can hold leave nothing behind', async () => {
    expect((await send(CHAT_BODY.replace('Hello', 'x'.repeat(2 * LIMIT)))).status).toBe(503);
    await expect.poll(() => budget.held).toBe(0);
  });
});
