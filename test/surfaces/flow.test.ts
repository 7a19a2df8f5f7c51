// Streams on every surface from every type of provider: words leave as they come, and nothing is left behind by who leaves.
import { request as httpRequest, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CHATS } from '../properties/routes.ts';
import { WIRES } from '../properties/said-by-providers.ts';
import { headersOf, startStand, type Answer, type Stand } from '../properties/stand.ts';
import { answerProblems } from '../properties/well-formed.ts';
import { WORDS } from './upstreams.ts';

const IDLE_MS = 40;
let stand: Stand;
let impatient: Stand;
beforeAll(async () => {
  [stand, impatient] = await Promise.all([startStand(), startStand({ idle: IDLE_MS })]);
});
afterAll(() => Promise.all([stand.close(), impatient.close()]));

/** How many events each wire needs for its first word, and the tokens that they tell. */
const BEGINNINGS: Record<string, { events: number; tokens?: { inputTokens: number; outputTokens: number } }> = {
  'chat completions': { events: 2 },
  responses: { events: 4 },
  messages: { events: 4, tokens: { inputTokens: 11, outputTokens: 1 } },
  gemini: { events: 1, tokens: { inputTokens: 11, outputTokens: 7 } },
  converse: { events: 2 },
};
const FIRST_WORD = `"${[...WORDS][0]}"`;
const CASES = Object.entries(WIRES).flatMap(([wire, { routes }]) =>
  routes.filter((name) => CHATS[name]!.stream).map((route) => ({ wire, route })),
);
const ALL = Object.entries(WIRES).flatMap(([wire, { routes }]) => routes.map((route) => ({ wire, route })));

/** The bytes up to the first word, and all that follow. */
function halves(wire: string): [Buffer, Buffer] {
  const { streams, encode } = WIRES[wire]!;
  const whole = encode(streams[0]!);
  const terminator = encode([]).length;
  const first = encode(streams[0]!.slice(0, BEGINNINGS[wire]!.events));
  const at = first.length - terminator;
  return [whole.subarray(0, at), whole.subarray(at)];
}

function begins(wire: string, began: (response: ServerResponse) => void): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': WIRES[wire]!.streamType });
    response.write(halves(wire)[0]);
    began(response);
  };
}

function open(at: Stand, wire: string, name: string): { request: ClientRequest; answered: Promise<IncomingMessage> } {
  const { surface, path, body } = CHATS[name]!;
  const { type } = WIRES[wire]!;
  const headers = { ...headersOf(surface), 'content-type': 'application/json' };
  const request = httpRequest(at.gateway.url + path(type), { method: 'POST', agent: false, headers });
  request.on('error', () => undefined);
  const answered = new Promise<IncomingMessage>((resolve) => request.on('response', resolve));
  request.end(JSON.stringify(body(type)));
  return { request, answered };
}

/** What has come when the first word is there. */
async function untilFirstWord(answer: IncomingMessage): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    answer.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(FIRST_WORD)) resolve(text);
    });
  });
}

async function lastLine(at: Stand): Promise<Record<string, unknown>> {
  await vi.waitFor(() => expect(at.gateway.server.inFlight).toBe(0));
  return at.gateway.logs.findLast(({ msg }) => msg === 'request')!;
}

describe.each(CASES)('$wire for callers of $route', ({ wire, route: name }) => {
  it('leave while the provider is still speaking, in chunks', async () => {
    const speaking = Promise.withResolvers<ServerResponse>();
    stand.provider.answer(begins(wire, speaking.resolve));
    const answer = await open(stand, wire, name).answered;
    const first = await untilFirstWord(answer);
    const provider = await speaking.promise;
    expect(provider.writableEnded).toBe(false);
    expect(answer.headers).not.toHaveProperty('content-length');
    expect(answer.headers['transfer-encoding']).toBe('chunked');
    provider.end(halves(wire)[1]);
    const rest: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => rest.push(chunk));
    await new Promise((resolve) => answer.on('end', resolve));
    expect(answerProblems(CHATS[name]!, first + Buffer.concat(rest).toString())).toEqual([]);
  });

  it('end with the caller that leaves, and the tokens told until then are counted', async () => {
    const gone = Promise.withResolvers<boolean>();
    stand.provider.answer(begins(wire, (response) => response.on('close', () => gone.resolve(response.writableFinished))));
    const { request, answered } = open(stand, wire, name);
    await untilFirstWord(await answered);
    request.destroy();
    expect(await gone.promise).toBe(false);
    expect(await lastLine(stand)).toMatchObject({ clientGone: true, status: 200, ...BEGINNINGS[wire]!.tokens });
  });

  it('that fall silent end with an error of the dialect', async () => {
    impatient.provider.answer(begins(wire, () => undefined));
    const answer = await open(impatient, wire, name).answered;
    let body = '';
    for await (const chunk of answer) body += String(chunk);
    expect(body).toContain(FIRST_WORD);
    expect(body).toContain('did not answer in time');
    expect(answerProblems(CHATS[name]!, body)).toEqual([]);
    expect(await lastLine(impatient)).toMatchObject({ code: 'provider_timeout' });
  });
});

it.each(ALL)('a caller of $route that leaves before $wire answer ends the call to the provider', async ({ wire, route }) => {
  const called = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  stand.provider.answer((response) => {
    response.on('close', gone.resolve);
    called.resolve();
  });
  const { request } = open(stand, wire, route);
  await called.promise;
  request.destroy();
  await gone.promise;
  expect(await lastLine(stand)).toMatchObject({ clientGone: true, status: 499 });
});

const WIRE_OF: [RegExp, string][] = [
  [/\/chat\/completions/, 'chat completions'],
  [/\/responses/, 'responses'],
  [/\/messages/, 'messages'],
  [/:streamGenerateContent/, 'gemini'],
  [/\/converse-stream/, 'converse'],
];
const COPIES = 8;

it('callers of all surfaces at once, of whom most leave, get no words of each other', async () => {
  let underWay = 0;
  stand.provider.answer((response, { url, body }) => {
    const wire = WIRE_OF.find(([path]) => path.test(url))![1];
    const mark = /(?:stay|leave)-\d+-/.exec(body)![0];
    const { streams, encode, streamType } = WIRES[wire]!;
    const events = JSON.parse(JSON.stringify(streams[0]).replaceAll(FIRST_WORD, `"${mark}"`)) as unknown[];
    const count = BEGINNINGS[wire]!.events;
    underWay++;
    response.on('close', () => underWay--);
    response.writeHead(200, { 'content-type': streamType });
    response.write(encode(events.slice(0, count)).subarray(0, encode([]).length === 0 ? undefined : -encode([]).length));
    if (mark.startsWith('stay')) setImmediate(() => response.end(encode(events.slice(count))));
  });
  const speak = async (wire: string, name: string, index: number): Promise<void> => {
    const mark = `${index % 4 === 0 ? 'stay' : 'leave'}-${index}-`;
    const { surface, path, body, form } = CHATS[name]!;
    const leaving = new AbortController();
    const { type } = WIRES[wire]!;
    const text = JSON.stringify(body(type)).replace('Look.', mark);
    const headers = { ...headersOf(surface), 'content-type': 'application/json' };
    const response = await fetch(stand.gateway.url + path(type), { method: 'POST', headers, body: text, signal: leaving.signal });
    let heard = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      heard += decoder.decode(chunk, { stream: true });
      if (heard.includes(mark) && mark.startsWith('leave')) break;
    }
    expect([...new Set(heard.match(/(?:stay|leave)-\d+-/g))]).toEqual([mark]);
    if (mark.startsWith('stay')) expect(answerProblems({ form, stream: true }, heard)).toEqual([]);
    else leaving.abort();
  };
  const speakers = CASES.flatMap((one) => Array.from({ length: COPIES }, () => one));
  await Promise.all(speakers.map(({ wire, route }, index) => speak(wire, route, index)));
  await vi.waitFor(() => expect(underWay).toBe(0));
  expect(stand.faults()).toEqual([]);
});
