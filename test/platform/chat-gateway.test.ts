// A prompt on its way through a gateway that answers, refuses, does not know the key yet, or is not there.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/api/resources.ts';
import { HttpChatGateway } from '../../src/platform/conversations/chat-gateway.ts';
import { ChatKeys } from '../../src/platform/conversations/chat-keys.ts';
import type { ChatReply, ChatRequest } from '../../src/platform/conversations/services.ts';
import { FakeClock, settle } from '../fake/clock.ts';

const REPOSITORY = { metadata: { namespace: 'team-a', name: 'support', uid: 'repo-1' } } as Repository;
const ASKED: ChatRequest = {
  repository: REPOSITORY,
  model: 'gpt',
  turns: [
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: 'hi' },
    { role: 'user', content: 'and now?' },
  ],
  user: 'anna',
  conversation: 'c1',
};
const COMPLETION = { choices: [{ message: { role: 'assistant', content: 'well' } }], usage: { prompt_tokens: 12, completion_tokens: 3 } };

let clock: FakeClock;
let seen: { path: string; authorization: string; body: unknown }[];
let known: string[];
let answer: { status: number; body: unknown };
let issued: number;
let gateway: HttpChatGateway;
/** A gateway by its base URL, whose path is given. */
let at: (path: string) => HttpChatGateway;
let close: () => Promise<void>;

beforeEach(async () => {
  clock = new FakeClock();
  seen = [];
  known = ['sk-1', 'sk-2'];
  answer = { status: 200, body: COMPLETION };
  issued = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization = '' } = request.headers;
    seen.push({ path: request.url ?? '', authorization, body: JSON.parse(Buffer.concat(chunks).toString()) });
    const refused = { status: 401, body: { error: { message: 'no such key', code: 'invalid_api_key' } } };
    const { status, body } = known.includes(authorization.slice(7)) ? answer : refused;
    response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const keys = new ChatKeys({ clock, issue: async () => `sk-${(issued += 1)}` });
  at = (path) => new HttpChatGateway({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, keys, clock });
  gateway = at('/v1/');
});
afterEach(() => close());

const ask = (): Promise<ChatReply> => gateway.ask(ASKED, new AbortController().signal);

/** Moves time on while the answer is not there. */
async function askOverTime(): Promise<ChatReply> {
  let reply: ChatReply | undefined;
  void ask().then((found) => (reply = found));
  await expect.poll(async () => (await clock.advance(500), reply), { timeout: 20_000, interval: 2 }).toBeDefined();
  return reply!;
}

it('refuses an answer that is longer than anybody keeps, and reads no further', async () => {
  answer = { status: 200, body: { choices: [{ message: { role: 'assistant', content: 'x'.repeat(3 * 1024 * 1024) } }] } };
  expect(await ask()).toEqual({ outcome: 'refused', message: 'the answer of the model is too long to be shown here' });
});

it.each([
  ['', '/v1/chat/completions'],
  ['/v1', '/v1/chat/completions'],
  ['/ai/', '/ai/v1/chat/completions'],
])('asks at the base URL with the path "%s" under %s', async (path, asked) => {
  await at(path).ask(ASKED, new AbortController().signal);
  expect(seen.map((one) => one.path)).toEqual([asked]);
});

it('sends the turns, the model and who asks, as an application would', async () => {
  expect(await ask()).toEqual({ outcome: 'answered', text: 'well', tokensIn: 12, tokensOut: 3 });
  expect(seen).toEqual([
    {
      path: '/v1/chat/completions',
      authorization: 'Bearer sk-1',
      body: { model: 'gpt', messages: ASKED.turns, metadata: { user_id: 'anna', conversation_id: 'c1' } },
    },
  ]);
});

it.each([
  [
    400,
    { error: { message: 'The policy no-cards blocks this request.', code: 'content_policy_violation' } },
    'The policy no-cards blocks this request.',
  ],
  [404, { error: { message: 'There is no model gpt.' } }, 'There is no model gpt.'],
  [502, 'oops', 'the gateway answered with 502'],
  [200, { choices: [] }, 'the model answered without a text'],
])('tells of a refusal with %d in the words of the gateway', async (status, body, message) => {
  answer = { status, body };
  expect(await ask()).toEqual({ outcome: 'refused', message });
});

it('takes a refusal of the model for its text', async () => {
  answer = { status: 200, body: { choices: [{ message: { content: null, refusal: 'I will not' } }] } };
  expect(await ask()).toEqual({ outcome: 'answered', text: 'I will not', tokensIn: 0, tokensOut: 0 });
});

it('leaves the metadata out where the provider takes none, and remembers that', async () => {
  const refused = { status: 400, body: { error: { message: "The 'metadata' parameter is only allowed when 'store' is enabled." } } };
  let refusals = 0;
  Object.defineProperty(answer, 'status', {
    get: () => ('metadata' in (seen.at(-1)!.body as object) ? ((refusals += 1), refused.status) : 200),
  });
  Object.defineProperty(answer, 'body', { get: () => ('metadata' in (seen.at(-1)!.body as object) ? refused.body : COMPLETION) });
  expect(await ask()).toMatchObject({ outcome: 'answered', text: 'well' });
  expect(await ask()).toMatchObject({ outcome: 'answered' });
  expect([seen.length, refusals]).toEqual([3, 1]);
  expect(seen.some(({ body }) => 'store' in (body as object))).toBe(false);
});

describe('the key', () => {
  it('is issued once for all prompts, also for those at the same time, and anew after a week', async () => {
    await Promise.all([ask(), ask()]);
    await ask();
    expect(issued).toBe(1);
    await clock.advance(7 * 86_400_000);
    await ask();
    expect(seen.at(-1)!.authorization).toBe('Bearer sk-2');
  });

  it('is tried again while gateways have not heard of it', async () => {
    known = [];
    let reply: ChatReply | undefined;
    void ask().then((found) => (reply = found));
    await expect.poll(() => seen.length, { timeout: 20_000, interval: 2 }).toBe(1);
    await settle();
    known = ['sk-1'];
    await expect
      .poll(async () => (await clock.advance(250), reply), { timeout: 20_000, interval: 2 })
      .toMatchObject({ outcome: 'answered' });
    expect(issued).toBe(1);
  });

  it('that was taken away is replaced', async () => {
    await ask();
    known = ['sk-2'];
    expect(await askOverTime()).toMatchObject({ outcome: 'answered' });
    expect(issued).toBe(2);
  });

  it('that stays unknown is given up, with a sentence', async () => {
    known = [];
    expect(await askOverTime()).toEqual({
      outcome: 'unavailable',
      message: 'the gateway does not know the key of this conversation yet; try again',
    });
  });

  it('that cannot be issued is asked for again by the next prompt', async () => {
    let fails = true;
    const keys = new ChatKeys({ clock, issue: () => (fails ? Promise.reject(new Error('away')) : Promise.resolve('sk-1')) });
    await expect(keys.keyOf(REPOSITORY)).rejects.toThrow('away');
    fails = false;
    expect(await keys.keyOf(REPOSITORY)).toBe('sk-1');
  });
});

it('a gateway that is not there is unavailable, and the sentence holds no key', async () => {
  await close();
  const reply = await ask();
  expect(reply).toEqual({
    outcome: 'unavailable',
    message: expect.stringMatching(/^the gateway cannot be asked now \(.+\); try again$/) as string,
  });
  expect(JSON.stringify(reply)).not.toContain('sk-');
});

it('a deadline ends it, also between two attempts', async () => {
  known = [];
  const deadline = new AbortController();
  const asked = gateway.ask(ASKED, deadline.signal);
  await expect.poll(() => seen.length, { timeout: 20_000, interval: 2 }).toBe(1);
  await settle();
  deadline.abort();
  expect(await asked).toEqual({ outcome: 'unavailable', message: 'the model did not answer in time; try again' });
});
