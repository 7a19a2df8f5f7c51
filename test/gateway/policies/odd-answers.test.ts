// Answers that no provider should give, and some do: none of them brings a card past a policy that blocks it, nor ends the process.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FakeProvider } from '../../fake/provider.ts';
import { CARD, KEYS, MODEL, NO_ADVICE, NO_CARDS, startPolicyStage, type PolicyStage } from './stage.ts';

const RUN = '4242424242424242';
const only = { phases: ['Response' as const] };
type Answer = Parameters<FakeProvider['answer']>[0];

const sse = (...events: (object | string)[]): string => events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
const chunk = (delta: object, more: object = {}) => ({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: MODEL, choices: [{ index: 0, delta, finish_reason: null, ...more }] });
const HELLO = chunk({ role: 'assistant', content: 'Hello, here it comes and goes on. ' });
const STOP = chunk({}, { finish_reason: 'stop' });
const sent = (body: string | Buffer, type: string, status = 200): Answer => (response) => {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
};
/** In pieces, each in its own packet. */
const cut = (body: string, type: string, size: number, then: 'end' | 'break' = 'end'): Answer => async (response) => {
  response.writeHead(200, { 'content-type': type });
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += size) {
    response.write(bytes.subarray(at, at + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (then === 'end') response.end();
  else response.destroy();
};
const tokens = (...words: string[]) => ({ logprobs: { content: words.map((token) => ({ token, logprob: -0.1, bytes: [], top_logprobs: [] })) } });
const EVENTS = 'text/event-stream';
/** With another member behind one. */
const twice = (body: string, member: string, other: string): string => {
  if (!body.includes(member)) throw new Error(`no ${member}`);
  return body.replace(member, `${member},${other}`);
};

const STREAMS: Record<string, Answer> = {
  'log probabilities that run ahead': sent(sse(HELLO, chunk({}, tokens('4242 4242')), chunk({}, tokens(' 4242 4242')), STOP, '[DONE]'), EVENTS),
  'other likely tokens': sent(sse(HELLO, chunk({}, { logprobs: { content: [{ token: 'x', top_logprobs: [{ token: CARD }] }] } }), STOP, '[DONE]'), EVENTS),
  'a member that nobody knows': sent(sse(HELLO, { ...chunk({}), hologram: CARD }, STOP, '[DONE]'), EVENTS),
  'deltas of a member that nobody knows': sent(sse(HELLO, chunk({ hologram_delta: '4242 42' }), chunk({ hologram_delta: '42 4242 4242' }), STOP, '[DONE]'), EVENTS),
  'a number': sent(sse(HELLO, { ...chunk({}), card: Number(RUN) }, STOP, '[DONE]'), EVENTS),
  'an id': sent(sse(HELLO, { ...chunk({}), id: RUN }, STOP, '[DONE]'), EVENTS),
  'the name of a tool': sent(sse(HELLO, chunk({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: RUN, arguments: '{}' } }] }), STOP, '[DONE]'), EVENTS),
  'the first of two members of one name': sent(twice(sse(HELLO, chunk({ content: CARD }), STOP, '[DONE]'), `"content":"${CARD}"`, '"content":"ok"'), EVENTS),
  'halves in the first of two members of one name': sent(
    twice(twice(sse(HELLO, chunk({ content: '4242 4242 ' }), chunk({ content: '4242 4242' }), STOP, '[DONE]'), '"content":"4242 4242 "', '"content":"ok"'), '"content":"4242 4242"', '"content":"ok"'),
    EVENTS,
  ),
  'one of two lists of choices': sent(twice(sse(HELLO, chunk({ content: CARD }), STOP, '[DONE]'), `"choices":[{"index":0,"delta":{"content":"${CARD}"},"finish_reason":null}]`, '"choices":[]'), EVENTS),
  'a refusal': sent(sse(HELLO, chunk({ refusal: CARD }), STOP, '[DONE]'), EVENTS),
  'an annotation': sent(sse(HELLO, chunk({ annotations: [{ type: 'url_citation', url_citation: { title: CARD, url: 'https://example.com' } }] }), STOP, '[DONE]'), EVENTS),
  'what is spoken': sent(sse(HELLO, chunk({ audio: { id: 'a', transcript: '4242 4242' } }), chunk({ audio: { transcript: ' 4242 4242' } }), STOP, '[DONE]'), EVENTS),
  'a comment': sent(`${sse(HELLO)}: ${CARD}\n\n${sse(STOP, '[DONE]')}`, EVENTS),
  'the name of an event': sent(`${sse(HELLO)}event: ${RUN}\ndata: {}\n\n${sse(STOP, '[DONE]')}`, EVENTS),
  'a field of no meaning': sent(`${sse(HELLO)}note: ${CARD}\ndata: {}\n\n${sse(STOP, '[DONE]')}`, EVENTS),
  'data that is no JSON': sent(sse(HELLO, `oops ${CARD}`, STOP, '[DONE]'), EVENTS),
  'data over two lines': sent(`${sse(HELLO)}data: {"choices":[{"index":0,"delta":\ndata: {"content":"${CARD}"}}]}\n\n${sse(STOP, '[DONE]')}`, EVENTS),
  'words after the end': sent(sse(HELLO, STOP, '[DONE]', chunk({ content: CARD })), EVENTS),
  'an error': sent(sse(HELLO, { error: { message: `No card ${CARD}`, type: 'x', code: null } }), EVENTS),
  'other ends of lines': sent(sse(HELLO, chunk({ content: CARD }), STOP, '[DONE]').replaceAll('\n', '\r\n'), EVENTS),
  'a mark of order': sent(`\ufeff${sse(HELLO, chunk({ content: CARD }), STOP, '[DONE]')}`, EVENTS),
  'no end': sent(sse(HELLO, chunk({ content: `so ${CARD}` })), EVENTS),
  'half an event': sent(`${sse(HELLO)}data: {"choices":[{"index":0,"delta":{"content":"${CARD}`, EVENTS),
  'a break': cut(sse(HELLO, chunk({ content: '4242 4242 ' }), chunk({ content: '4242 4242' })), EVENTS, 40, 'break'),
  'bytes one by one': cut(sse(HELLO, chunk({ content: '4242 42' }), chunk({ content: '42 4242 4242' }), STOP, '[DONE]'), EVENTS, 1),
  'an answer in one piece as an event': sent(sse({ ...chunk({}), choices: [{ index: 0, message: { role: 'assistant', content: CARD }, finish_reason: 'stop' }] }, '[DONE]'), EVENTS),
  'JSON under the type of events': sent(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content: CARD }, finish_reason: 'stop' }] }), EVENTS),
  'JSON in place of events': sent(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content: CARD }, finish_reason: 'stop' }] }), 'application/json'),
  'text in place of events': sent(CARD, 'text/plain'),
  'events under no type': sent(sse(HELLO, chunk({ content: CARD })), ''),
};

const WHOLE: Record<string, Answer> = {
  'a member that is there twice': sent(`{"choices":[{"index":0,"message":{"role":"assistant","content":"${CARD}","content":"ok"},"finish_reason":"stop"}]}`, 'application/json'),
  'a long number': sent('{"choices":[{"message":{"content":"ok"}}],"card":4000000000000000006}', 'application/json'),
  'a long number in a list in an object': sent('{"choices":[],"card":{"numbers":[1, 4000000000000000006]}}', 'application/json'),
  'events under the type of JSON': sent(sse(HELLO, chunk({ content: '4242 4242' }), chunk({ content: ' 4242 4242' }), '[DONE]'), 'application/json'),
  'no JSON': sent(`{"choices": ${CARD}`, 'application/json'),
  'JSON with a mark of order': sent(`\ufeff${JSON.stringify({ choices: [{ message: { content: CARD } }] })}`, 'application/json'),
  'JSON of letters of two bytes': sent(Buffer.from(`\ufeff${JSON.stringify({ choices: [{ message: { content: CARD } }] })}`, 'utf16le'), 'application/json'),
  'a page': sent(`<html>${CARD}</html>`, 'text/html'),
  'bytes of no type': sent(CARD, 'application/octet-stream'),
  'several choices': sent(JSON.stringify({ choices: [{ message: { content: 'Well.' } }, { message: { content: CARD } }] }), 'application/json'),
  'a sentence of an error': sent(JSON.stringify({ error: { message: `Invalid card ${CARD}.`, type: 'invalid_request_error', code: null, param: null } }), 'application/json', 400),
  'the code of an error': sent(JSON.stringify({ error: { message: 'No.', type: 'invalid_request_error', code: RUN, param: null } }), 'application/json', 422),
};

const digits = (text: string): string => text.replace(/\D/g, '');
let stage: PolicyStage;
beforeAll(async () => {
  stage = await startPolicyStage();
});
beforeEach(() => stage.use({ ...NO_CARDS, ...only, onUnscannable: 'Allow' }));
afterAll(() => stage.close());

const ask = (stream: boolean, words = 'Hello.') =>
  stage.ask({ key: KEYS.OpenAI, body: JSON.stringify({ model: MODEL, stream, messages: [{ role: 'user', content: words }] }) }).catch((error: Error) => ({
    status: 0,
    headers: {},
    body: error.message,
  }));

describe('a card in a stream', () => {
  it.each(Object.entries(STREAMS))('does not get past as %s', async (_how, answer) => {
    stage.provider.answer(answer);
    const { body, headers } = await ask(true);
    expect(digits(body)).not.toContain('42424242');
    expect(JSON.stringify([headers, stage.gateway.logs])).not.toMatch(/4242.?4242/);
  });
});

it('a card over two blocks of a stream is stopped before its second half', async () => {
  stage.provider.answer(sent(sse(HELLO, chunk({ content: 'It is 4242 4242' }), chunk({ reasoning_content: '4242 4242 hm' }), STOP, '[DONE]'), EVENTS));
  const { body } = await ask(true);
  expect(body).toContain('content_filter');
  expect(body).not.toContain('4242 hm');
});

describe('a card in a whole answer', () => {
  it.each(Object.entries(WHOLE))('does not get past as %s', async (_how, answer) => {
    stage.provider.answer(answer);
    const { status, body } = await ask(false);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(digits(body)).not.toContain('42424242');
    expect(JSON.stringify(stage.gateway.logs)).not.toMatch(/4242.?4242/);
  });
});

describe('an answer that cannot be read', () => {
  it.each<[string, Answer]>([
    ['sound', sent(Buffer.alloc(64, 0xfe), 'audio/mpeg')],
    ['no JSON', sent('{"a":', 'application/json')],
    ['JSON with two members of one name', sent('{"choices":[{"message":{"role":"assistant","content":"a","content":"b"}}]}', 'application/json')],
    ['bytes', sent(Buffer.alloc(64, 0xfe), 'application/octet-stream')],
  ])('because it is %s fails the policy', async (_what, answer) => {
    stage.use({ ...NO_CARDS, ...only });
    stage.provider.answer(answer);
    expect((await ask(false)).status).toBe(503);
  });

  it('because an event of a stream says a member twice ends the stream', async () => {
    stage.use({ ...NO_CARDS, ...only });
    stage.provider.answer(sent(twice(sse(HELLO, chunk({ content: 'yes' }), STOP, '[DONE]'), '"content":"yes"', '"content":"no"'), EVENTS));
    const { body } = await ask(true);
    expect(body).toContain('policy_unavailable');
    expect(body).not.toContain('"yes"');
  });

  it.each([1, 64, 900])('because %i bytes of sound come as an event of a stream ends the stream', async (size) => {
    const openAi = await startPolicyStage('OpenAI');
    openAi.use({ ...NO_CARDS, ...only });
    openAi.provider.answer(sent(sse({ type: 'response.audio.delta', delta: Buffer.alloc(size, 0xfe).toString('base64') }), EVENTS));
    const { body } = await openAi.ask({ key: KEYS.OpenAI, path: '/v1/responses', body: JSON.stringify({ model: MODEL, stream: true, input: 'Hello.' }) });
    expect(body).toContain('policy_unavailable');
    await openAi.close();
  });

  it('because it is packed is none', async () => {
    stage.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'x-unknown' });
      response.end(gzipSync(CARD));
    });
    expect((await ask(false)).status).toBe(502);
  });

  it('because sound comes in a stream of words ends the stream', async () => {
    stage.use({ ...NO_CARDS, ...only });
    stage.provider.answer(sent(sse(HELLO, chunk({ audio: { id: 'a', data: Buffer.alloc(3000, 0xfe).toString('base64') } }), STOP, '[DONE]'), EVENTS));
    const { body } = await ask(true);
    expect(body).toContain('policy_unavailable');
    expect(body).not.toContain('/v7+');
  });

  it.each(['Block', 'Alert'] as const)('because an event has no end does not end the process, under a policy of action %s', async (action) => {
    stage.use({ ...NO_CARDS, ...only, action });
    stage.provider.answer((response) => {
      response.writeHead(200, { 'content-type': EVENTS });
      const piece = Buffer.alloc(1024 * 1024, 'x');
      response.write(`${sse(HELLO)}data: `);
      for (let count = 0; count < 34; count++) response.write(piece);
      response.end();
    });
    // What only tells passes all of it on.
    const { length } = (await ask(true)).body;
    if (action === 'Block') expect(length).toBeLessThan(10_000);
    else expect(length).toBeGreaterThan(34 * 1024 * 1024);
    stage.provider.answer(sent(sse(HELLO, STOP, '[DONE]'), EVENTS));
    expect((await ask(true)).status).toBe(200);
  });
});

describe('a judge', () => {
  beforeEach(() => stage.use({ ...NO_ADVICE, ...only }));

  it.each<[string, Answer]>([
    ['JSON in place of events', STREAMS['JSON in place of events']!],
    ['JSON under the type of events', STREAMS['JSON under the type of events']!],
    ['words of a member that nobody knows', sent(sse(HELLO, chunk({ hologram: 'card' }), STOP, '[DONE]'), EVENTS)],
    ['what is spoken', sent(sse(HELLO, chunk({ audio: { id: 'a', transcript: 'card' } }), STOP, '[DONE]'), EVENTS)],
  ])('sees %s before the caller does', async (_what, answer) => {
    let asked = '';
    let isAsked = (): void => undefined;
    const question = new Promise<void>((resolve) => (isAsked = resolve));
    stage.judged(({ body }) => {
      asked += body;
      if (/4242|card/.test(body)) isAsked();
      return { status: 503, body: '' };
    });
    stage.provider.answer(answer);
    const { body } = await ask(true, `Hello ${_what}.`);
    await question;
    expect(asked).toMatch(/4242|card/);
    expect(body).not.toMatch(/4242|"card"/);
  });

  it('is asked once about what an event at the end repeats', async () => {
    const done = { type: 'response.completed', response: { id: 'r', object: 'response', status: 'completed', model: MODEL, instructions: 'You may sue.', output: [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'All is well.', annotations: [] }] }] } };
    const questions: string[] = [];
    const { honestJudge } = await import('./stage.ts');
    const openAi = await startPolicyStage('OpenAI');
    openAi.use({ ...NO_ADVICE, ...only });
    openAi.judged((call) => {
      questions.push(call.body);
      return honestJudge(call);
    });
    openAi.provider.answer(
      sent(
        sse(
          { type: 'response.created', response: { ...done.response, status: 'in_progress', output: [] } },
          { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'm', role: 'assistant', status: 'in_progress', content: [] } },
          { type: 'response.content_part.added', output_index: 0, content_index: 0, item_id: 'm', part: { type: 'output_text', text: '', annotations: [] } },
          { type: 'response.output_text.delta', output_index: 0, content_index: 0, item_id: 'm', delta: 'All is ' },
          { type: 'response.output_text.delta', output_index: 0, content_index: 0, item_id: 'm', delta: 'well.', obfuscation: 'aX9' },
          { type: 'response.output_text.done', output_index: 0, content_index: 0, item_id: 'm', text: 'All is well.' },
          done,
        ),
        EVENTS,
      ),
    );
    const body = JSON.stringify({ model: MODEL, stream: true, instructions: 'You may sue.', input: 'Hello.' });
    const answer = await openAi.ask({ key: KEYS.OpenAI, path: '/v1/responses', body });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toContain('response.completed');
    expect(questions).toHaveLength(1);
    expect(questions[0]).not.toContain('sue.');
    await openAi.close();
  });
});

it('counts a stream that detectors have let through', async () => {
  stage.provider.answer(sent(sse(HELLO, STOP, '[DONE]'), EVENTS));
  const before = stage.gateway.counts.all['team-a/no-cards']?.evaluations ?? 0;
  await ask(true);
  await vi.waitFor(() => expect(stage.gateway.counts.all['team-a/no-cards']!.evaluations).toBe(before + 1));
});
