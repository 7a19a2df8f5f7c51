// The end of a gateway: what is under way is finished, nothing new begins.
import { request as httpRequest, Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CHAT_BODY, STREAM_BODY, call } from '../fake/caller.ts';
import { APP_KEY, aRepository } from '../fake/gateway.ts';
import { CHAT_ANSWER, json, streamEvents } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

let serving: Serving;
beforeEach(async () => {
  serving = await startServing();
  const running = serving;
  onTestFinished(() => running.close());
});

function post(body: string, agent?: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent: agent ?? (false as const), headers: { authorization: `Bearer ${APP_KEY}` } };
    const request = httpRequest(`${serving.gateway.baseUrl}/chat/completions`, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
}

/** A stream of which the provider has sent the first event. */
async function underWay(): Promise<{ answer: IncomingMessage; provider: ServerResponse; first: string; rest: string }> {
  const [first = '', ...rest] = streamEvents(['one'], false);
  const started = new Promise<ServerResponse>((resolve) => {
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
      resolve(response);
    });
  });
  const answer = await post(STREAM_BODY);
  return { answer, provider: await started, first, rest: rest.join('') };
}

describe('closing', () => {
  it('lets a stream under way finish and accepts no new connection meanwhile', async () => {
    const { answer, provider, first, rest } = await underWay();
    const closing = serving.gateway.server.close(60_000);
    await expect(call(serving.gateway, { body: CHAT_BODY })).rejects.toThrow('ECONNREFUSED');
    provider.end(rest);
    expect(await textOf(answer)).toBe(first + rest);
    expect(await closing).toBe(0);
  });

  it('tells of what has just finished, and does not count it as cut', async () => {
    serving.provider.answer(json(200, CHAT_ANSWER));
    const ended = new Promise<number>((resolve) => {
      const { server } = serving.gateway;
      void post(CHAT_BODY).then((answer) => answer.once('end', () => resolve(server.close(0))).resume());
    });
    expect(await ended).toBe(0);
    expect(serving.gateway.logs.filter(({ msg }) => msg === 'request')).toHaveLength(1);
  });

  it('cuts what has not finished within the grace, and says how many', async () => {
    const { answer, provider } = await underWay();
    const upstreamClosed = once(provider, 'close');
    const [cut] = await Promise.all([serving.gateway.server.close(1), textOf(answer).catch(() => 'cut')]);
    expect(cut).toBe(1);
    // The process ends when close() resolves: by then it is told.
    expect(serving.gateway.logs.filter(({ msg }) => msg === 'request')).toHaveLength(1);
    expect(serving.gateway.server.inFlight).toBe(0);
    await upstreamClosed;
  });

  it('does not cut an answer that its caller has yet to read', async () => {
    const models = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`${index}-${'x'.repeat(200_000)}`, { llm: 'team-a/main', upstream: 'x' }]),
    );
    serving.apply({ repositories: { 'team-a/chat': aRepository({ models }) } });
    const answer = await new Promise<IncomingMessage>((resolve) => {
      httpRequest(`${serving.gateway.baseUrl}/models`, { agent: false, headers: { authorization: `Bearer ${APP_KEY}` } }, resolve).end();
    });
    const closing = serving.gateway.server.close(60_000);
    const { data } = JSON.parse(await textOf(answer)) as { data: unknown[] };
    expect(data).toHaveLength(100);
    expect(await closing).toBe(0);
  });

  it('meanwhile serves the connections that are open once more, and ends each with that answer', async () => {
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    serving.provider.answer(json(200, CHAT_ANSWER));
    await textOf(await post(CHAT_BODY, agent));
    const { answer, provider, first, rest } = await underWay();
    const closing = serving.gateway.server.close(60_000);
    serving.provider.answer(json(200, CHAT_ANSWER));
    const again = await post(CHAT_BODY, agent);
    const ended = once(again.socket, 'close');
    expect(again.headers.connection).toBe('close');
    expect(JSON.parse(await textOf(again))).toEqual(CHAT_ANSWER);
    await ended;
    provider.end(rest);
    expect(await textOf(answer)).toBe(first + rest);
    expect(await closing).toBe(0);
  });

  it('ends idle connections once nothing is under way', async () => {
    serving.provider.answer(json(200, CHAT_ANSWER));
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const answer = await post(CHAT_BODY, agent);
    const { socket } = answer;
    await textOf(answer);
    const ended = once(socket, 'close');
    expect(await serving.gateway.server.close(60_000)).toBe(0);
    await ended;
  });
});

it('once draining, every answer tells its caller to use another connection', async () => {
  serving.provider.answer(json(200, CHAT_ANSWER));
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const before = await post(CHAT_BODY, agent);
  await textOf(before);
  expect(before.headers.connection).toBe('keep-alive');
  serving.gateway.server.beginDrain();
  const after = await post(CHAT_BODY, agent);
  expect(after.headers.connection).toBe('close');
  expect(JSON.parse(await textOf(after))).toEqual(CHAT_ANSWER);
});
