// Nobody waits for somebody else's text: what is long, or slow to look at, is read and looked at in another thread. Everything that the main
// thread of the gateway reads or looks at is written down here; other threads load modules of their own.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Detector } from '../../../src/policy/types.ts';
import type { FakeProvider } from '../../fake/provider.ts';
import { CARD, KEYS, MODEL, NO_CARDS, saying, startPolicyStage, type PolicyStage } from './stage.ts';

/** Code units that detectors have looked at in each look, by id of the detector, and bytes that were read. */
const here = vi.hoisted(() => ({ looks: [] as { ids: string[]; size: number }[], read: [] as number[] }));

vi.mock(import('../../../src/policy/detect.ts'), async (original) => {
  const { detect } = await original();
  return {
    detect: (content, detectors: readonly Detector[], ...more) => {
      here.looks.push({ ids: detectors.map(({ id }) => id), size: content.parts.reduce((size, { text }) => size + text.length, 0) });
      return detect(content, detectors, ...more);
    },
  };
});
vi.mock(import('../../../src/gateway/guard/written.ts'), async (original) => {
  const { readWritten } = await original();
  return {
    readWritten: (written) => {
      here.read.push(written.bytes.length);
      return readWritten(written);
    },
  };
});
vi.mock(import('../../../src/gateway/guard/body-content.ts'), async (original) => {
  const { bodyContent } = await original();
  return {
    bodyContent: (body, raw) => {
      here.read.push(raw.length);
      return bodyContent(body, raw);
    },
  };
});

/** What the main thread may look at, and read, at a time: docs/performance.md says how long that takes. */
const MOST_LOOKED_AT = 8 * 1024;
const MOST_READ = 16 * 1024;

const WORDS = 'All is well here, and so it goes on. ';
const LONG = WORDS.repeat(2000);
const SECRET = 'Project Nightjar 77 begins.';
const NO_PROJECTS = { ...NO_CARDS, name: 'no-projects', detectors: [{ id: 'pattern', pattern: 'project\\s+nightjar\\s+\\d+' }] };
type Answer = Parameters<FakeProvider['answer']>[0];

let stage: PolicyStage;
beforeAll(async () => {
  stage = await startPolicyStage();
});
beforeEach(() => {
  stage.provider.calls.length = 0;
  stage.provider.answer(saying('Other', { text: 'Fine.' }));
  here.looks.length = 0;
  here.read.length = 0;
});
afterAll(() => stage.close());

const chat = (content: string, more: object = {}): string => JSON.stringify({ model: MODEL, ...more, messages: [{ role: 'user', content }] });
const ask = (body: string) => stage.ask({ key: KEYS.OpenAI, body });
const sent = (body: string, type: string, status = 200): Answer => (response) => {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
};
const event = (content: string): string => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: MODEL, choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

function formOf(words: string): { body: string; headers: Record<string, string> } {
  const field = (name: string, value: string): string => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF\0\r\n';
  return { body: `${field('model', MODEL)}${field('prompt', words)}${file}--b--\r\n`, headers: { 'content-type': 'multipart/form-data; boundary=b' } };
}

/** The words of a stream. */
function saidIn(body: string): string {
  const events = [...body.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json!) as { choices?: { delta: { content?: string } }[] });
  return events.map(({ choices }) => choices?.[0]?.delta.content ?? '').join('');
}

function expectLittleHere(): void {
  expect(here.looks.filter(({ size }) => size > MOST_LOOKED_AT)).toEqual([]);
  expect(here.read.filter((size) => size > MOST_READ)).toEqual([]);
}

describe('what is long is neither read nor looked at on the event loop', () => {
  beforeEach(() => stage.use({ ...NO_CARDS, onUnscannable: 'Allow' }));

  it.each([
    ['in one piece', chat(`${LONG}${CARD}.`)],
    ['in many pieces', JSON.stringify({ model: MODEL, messages: Array.from({ length: 3000 }, (_none, index) => ({ role: 'user', content: index === 2000 ? CARD : WORDS })) })],
    ['in a member that nobody knows', chat('Hello.', { hologram: `${LONG}${CARD}` })],
  ])('a request %s', async (_what, body) => {
    expect((await ask(body)).body).toContain('content_policy_violation');
    expect(stage.provider.calls).toEqual([]);
    expectLittleHere();
  });

  it('a form', async () => {
    const reply = await stage.ask({ key: KEYS.OpenAI, path: '/v1/audio/transcriptions', ...formOf(`${LONG}${CARD}`) });
    expect(reply.body).toContain('content_policy_violation');
    expect(stage.provider.calls).toEqual([]);
    expectLittleHere();
  });

  it.each<[string, Answer]>([
    ['JSON', saying('Other', { text: `${LONG}${CARD}.` })],
    ['text', sent(`${LONG}${CARD}`, 'text/plain')],
    ['a page', sent(`<p>${LONG}${CARD}</p>`, 'text/html')],
    ['broken JSON', sent(`{"choices": "${LONG}${CARD}`, 'application/json')],
    ['events under the type of JSON', sent(`${event(LONG)}${event(CARD)}`, 'application/json')],
    ['an error', sent(JSON.stringify({ error: { message: `${WORDS.repeat(1000)}${CARD}`, type: 'x', code: null } }), 'application/json', 400)],
  ])('an answer that is %s', async (_what, answer) => {
    stage.provider.answer(answer);
    const { body } = await ask(chat('Hello.'));
    expect(body).not.toMatch(/4242/);
    expectLittleHere();
  });

  it.each<[string, Answer]>([
    ['a long event', sent(event(`${LONG}${CARD} and more`), 'text/event-stream')],
    ['many events at once', sent(`${event(WORDS).repeat(2000)}${event(`${CARD} and more`)}`, 'text/event-stream')],
    ['a long word', sent(`${event('aB3'.repeat(20_000))}${event(` ${CARD} and more`)}`, 'text/event-stream')],
  ])('a stream with %s', async (_what, answer) => {
    stage.provider.answer(answer);
    const { body } = await ask(chat('Hello.', { stream: true }));
    expect(body).toMatch(/content_policy_violation|content_filter/);
    expect(body).not.toMatch(/4242 4242/);
    expectLittleHere();
  });
});

describe('what an author of a policy has written an expression for is never looked at on the event loop', () => {
  beforeEach(() => stage.use(NO_PROJECTS));
  const lookedAt = (): string[] => here.looks.flatMap(({ ids }) => ids).filter((id) => id.startsWith('pattern'));

  it('in a short request', async () => {
    expect((await ask(chat(SECRET))).body).toContain('content_policy_violation');
    expect(lookedAt()).toEqual([]);
  });

  it('in a short answer', async () => {
    stage.provider.answer(saying('Other', { text: SECRET }));
    expect((await ask(chat('Hello.'))).body).toContain('content_policy_violation');
    expect(lookedAt()).toEqual([]);
  });

  it('in an error', async () => {
    stage.provider.answer(sent(JSON.stringify({ error: { message: SECRET, type: 'x', code: null } }), 'application/json', 400));
    expect((await ask(chat('Hello.'))).body).not.toContain('77');
    expect(lookedAt()).toEqual([]);
  });

  it('in a stream, which is stopped before the end of what it matches has left', async () => {
    stage.provider.answer(saying('Other', { text: `${WORDS}${SECRET} ${WORDS}` }));
    const { body } = await ask(chat('Hello.', { stream: true }));
    expect(body).toMatch(/content_policy_violation|content_filter/);
    expect(saidIn(body)).not.toMatch(/77|begins/);
    expect(lookedAt()).toEqual([]);
  });

  it('in a stream that says nothing of the kind, which comes whole', async () => {
    stage.provider.answer(saying('Other', { text: LONG.slice(0, 3000) }));
    const { body } = await ask(chat('Hello.', { stream: true }));
    expect(saidIn(body)).toBe(LONG.slice(0, 3000));
    expect(lookedAt()).toEqual([]);
  });
});

describe('what is short and quick', () => {
  it('is looked at where it came in', async () => {
    stage.use(NO_CARDS);
    expect((await ask(chat(CARD))).status).toBe(400);
    expect(here.looks.map(({ ids }) => ids)).toContainEqual(['pii.card']);
    expect(here.read).not.toEqual([]);
  });
});
