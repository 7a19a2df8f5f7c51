import { afterAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { sourceOf } from '../../../src/gateway/guard/source.ts';
import { requestSource } from '../../../src/gateway/guard/request-content.ts';
import { AT_ONCE, patienceFor, READ_AT_ONCE, Scanner } from '../../../src/gateway/guard/scanner.ts';
import { READY as LANE_READY, type LaneWorker } from '../../../src/gateway/guard/lane.ts';
import type { Written } from '../../../src/gateway/guard/written.ts';
import { detect } from '../../../src/policy/detect.ts';
import { keyedHash } from '../../../src/policy/hash.ts';
import { viewsOf } from '../../../src/policy/normalise/views.ts';
import { detectorOf } from '../../../src/policy/detectors/index.ts';
import { readyPolicy } from '../../../src/policy/evaluate.ts';
import { readRequestContent } from '../../../src/policy/extract/content.ts';
import { manualClock, type ManualClock } from '../../fake/manual-clock.ts';
import { CARD, KEYS, MODEL, NO_ADVICE, NO_CARDS, saying, startPolicyStage } from './stage.ts';

const KEY = new Uint8Array(32).fill(7);
const scanner = new Scanner({ key: KEY, clock: systemClock });
afterAll(() => scanner.close());

const WORDS = 'All is well here, and so it goes on. ';
const bodyOf = (length: number) => ({ model: MODEL, messages: [{ role: 'user', content: `${WORDS.repeat(length / WORDS.length)} ${CARD}.` }] });
const jsonOf = (length: number): { body: ReturnType<typeof bodyOf>; raw: Buffer } => {
  const body = bodyOf(length);
  return { body, raw: Buffer.from(JSON.stringify(body)) };
};
const requestOf = (bytes: Buffer): Written => ({ kind: 'request', contentType: 'application/json', bytes });
const READY = readyPolicy(NO_CARDS, detectorOf);
const JUDGED = readyPolicy({ ...NO_ADVICE, detectors: [{ id: 'pii.card' }] }, detectorOf);

/** Threads that can be asked, and never answer. */
function withSilentThreads(): { workers: { isTerminated: boolean }[]; clock: ManualClock; one: Scanner } {
  const workers: { isTerminated: boolean }[] = [];
  const clock = manualClock();
  const spawn = (): LaneWorker => {
    const worker = { isTerminated: false };
    workers.push(worker);
    return {
      postMessage: () => undefined,
      on: (event: string, listener: (answer?: unknown) => void) => (event === 'message' ? listener(LANE_READY) : undefined),
      terminate: () => {
        worker.isTerminated = true;
        return Promise.resolve(1);
      },
    };
  };
  return { workers, clock, one: new Scanner({ key: KEY, clock, spawn }) };
}

describe('detectors', () => {
  it.each([AT_ONCE / 2, AT_ONCE * 2, 64 * AT_ONCE])('find the same wherever they look, in a text of %d', async (length) => {
    const content = readRequestContent(bodyOf(length));
    expect(await scanner.scan(content, READY.detectors)).toEqual(detect(content, READY.detectors, viewsOf, keyedHash(KEY)));
  });

  it.each([READ_AT_ONCE / 2, READ_AT_ONCE * 2, 64 * READ_AT_ONCE])('find the same whoever reads, in a body of %d', async (length) => {
    const { body, raw } = jsonOf(length);
    const content = readRequestContent(body);
    const { content: read, found } = await requestSource({ body, raw }, scanner).read([JUDGED]);
    expect(read).toEqual(content);
    const expected = await scanner.scan(content, JUDGED.detectors);
    expect(found ?? expected).toEqual(expected);
    expect(expected.size).toBe(1);
  });

  it('keep what was said last to understand an answer by, whoever reads', async () => {
    const short = { model: MODEL, messages: [{ role: 'user', content: 'Hello.' }, { role: 'assistant', content: 'Hi.' }] };
    const long = { ...short, metadata: { note: WORDS.repeat(READ_AT_ONCE) } };
    for (const body of [short, long]) {
      const source = requestSource({ body, raw: Buffer.from(JSON.stringify(body)) }, scanner);
      expect((await source.context()).map(({ text }) => text)).toEqual(['Hello.', 'Hi.']);
    }
  });

  it('hand over no words where nobody is to judge them', async () => {
    const { body, raw } = jsonOf(READ_AT_ONCE * 2);
    const { content, found } = await requestSource({ body, raw }, scanner).read([READY]);
    expect([content.parts, found!.size]).toEqual([[], 1]);
  });

  it('read so many pieces that no judge can be asked about them, and say so', async () => {
    const body = { model: MODEL, input: Array.from({ length: 25_000 }, (_none, index) => `piece ${index}`) };
    const { content, found } = await requestSource({ body, raw: Buffer.from(JSON.stringify(body)) }, scanner).read([JUDGED]);
    expect([content.failure, found!.size]).toEqual(['too_large', 0]);
  });
});

describe('the time for a text', () => {
  it.each([
    [0, 5_000],
    [1, 5_500],
    [10, 10_000],
    [30, 20_000],
    [64, 20_000],
  ])('of %d MiB is %d ms', (mebibytes, milliseconds) => {
    expect(patienceFor(mebibytes * 1024 * 1024)).toBe(milliseconds);
  });

  it('holds for each lane, and what takes longer fails', async () => {
    for (const length of [100_000, 4 * 1024 * 1024]) {
      const { raw } = jsonOf(length);
      const { workers, clock, one } = withSilentThreads();
      const content = requestSource({ body: {}, raw }, one).read([READY]);
      await vi.waitFor(() => expect(workers).toHaveLength(1));
      clock.advance(patienceFor(raw.length) - 1);
      expect(workers[0]!.isTerminated).toBe(false);
      clock.advance(1);
      expect([(await content).content.failure, workers[0]!.isTerminated]).toEqual(['detector_failed', true]);
    }
  });
});

describe('long texts', () => {
  const silent: LaneWorker = { postMessage: () => undefined, on: () => undefined, terminate: () => Promise.resolve(0) };

  it('keep nobody with a shorter one waiting', async () => {
    const asked: number[] = [];
    const worker = (): LaneWorker => ({ ...silent, postMessage: (message) => void asked.push((message as { bytes: Uint8Array }).bytes.length) });
    const one = new Scanner({ key: KEY, clock: systemClock, spawn: worker });
    const [long, short] = [jsonOf(300_000).raw, jsonOf(100_000).raw];
    for (const bytes of [long, long, short]) void one.read(requestOf(bytes), READY.detectors, { wantsParts: false });
    expect(asked).toEqual([long.length, short.length]);
  });

  it('of which too many wait fail, and do not pass unread', async () => {
    const one = new Scanner({ key: KEY, clock: systemClock, spawn: () => silent });
    const bytes = Buffer.alloc(30 * 1024 * 1024);
    for (let index = 0; index < 4; index++) void one.read(requestOf(bytes), READY.detectors, { wantsParts: false });
    const { content } = await requestSource({ body: {}, raw: bytes }, one).read([READY]);
    expect(content.failure).toBe('detector_failed');
    expect(sourceOf(content).read([READY])).toEqual({ content });
  });
});

describe('a gateway', () => {
  it('finds a card at the end of a long request, and of a long answer', async () => {
    const stage = await startPolicyStage();
    stage.use(NO_CARDS);
    const ask = (body: unknown) => stage.ask({ key: KEYS.OpenAI, body: JSON.stringify(body) });
    stage.provider.answer(saying('Other', { text: 'Fine.' }));
    expect((await ask(bodyOf(500_000))).status).toBe(400);
    expect((await ask({ model: MODEL, messages: [{ role: 'user', content: WORDS.repeat(20_000) }] })).status).toBe(200);
    stage.provider.answer(saying('Other', { text: `${WORDS.repeat(20_000)} ${CARD}.` }));
    expect((await ask({ model: MODEL, messages: [{ role: 'user', content: 'Hello.' }] })).body).toContain('content_policy_violation');
    await stage.close();
  });
});
