// A stream that is held back: what the caller gets meanwhile, and what becomes of it when somebody leaves.
import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Losses } from '../../../src/chat/losses.ts';
import { sumOf } from '../../fake/metrics.ts';
import { manualClock, type ManualClock } from '../../fake/manual-clock.ts';
import type { ReceivedCall } from '../../fake/provider.ts';
import { answerOf, honestJudge, KEYS, MODEL, NO_ADVICE, NO_CARDS, saying, startPolicyStage, streamOf, WRITERS, type PolicyStage, type WrittenType } from './stage.ts';

const WORDS = 'All is well here and so it goes on. ';
/** As guarded-stream.ts has it. */
const KEEP_ALIVE_AFTER = 10_000;
const KEEP_ALIVE = ': keep-alive\n\n';
const TIMEOUT = 60_000;
const SLOW_ADVICE = { ...NO_ADVICE, phases: ['Response' as const], timeout: TIMEOUT };

/** Streams of each surface, and whether they have room for comments. */
const CALLS = {
  OpenAI: { type: 'Other', path: '/v1/chat/completions', comments: true },
  Anthropic: { type: 'Anthropic', path: '/v1/messages', comments: true },
  Google: { type: 'Google', path: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, comments: true },
  'Google, a list': { type: 'Google', path: `/v1beta/models/${MODEL}:streamGenerateContent`, comments: false },
} as const;
type Called = (typeof CALLS)[keyof typeof CALLS];

interface Held {
  stage: PolicyStage;
  clock: ManualClock;
  request: ClientRequest;
  answer: Promise<IncomingMessage>;
  /** Lets the judge answer, now and from now on. */
  judge(): void;
  /** Resolves when the judge's, or the provider's, connection has closed. */
  judgeClosed: Promise<unknown>;
}

function bodyOf({ type, path }: Called): string {
  const said = type === 'Google' ? { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] } : { messages: [{ role: 'user', content: 'Hello' }] };
  return JSON.stringify(path.startsWith('/v1beta') ? said : { model: MODEL, stream: true, max_tokens: 500, ...said });
}

function post({ gateway }: PolicyStage, called: Called): { request: ClientRequest; answer: Promise<IncomingMessage> } {
  const key = KEYS[called.type === 'Other' ? 'OpenAI' : called.type];
  const headers = { authorization: `Bearer ${key}`, 'x-api-key': key, 'x-goog-api-key': key, 'content-type': 'application/json' };
  const request = httpRequest(`${gateway.url}${called.path}`, { method: 'POST', agent: false, headers });
  const answer = once(request, 'response').then(([response]) => response as IncomingMessage);
  answer.catch(() => undefined);
  request.end(bodyOf(called));
  return { request, answer };
}

/** A stream that waits for a judge. */
async function held(called: Called = CALLS.OpenAI, words = WORDS.repeat(20)): Promise<Held> {
  const clock = manualClock(Date.now());
  const stage = await startPolicyStage(called.type, clock);
  onTestFinished(() => stage.close());
  stage.use(SLOW_ADVICE);
  stage.provider.answer(saying(called.type, { text: words }));
  let waiting: { response: ServerResponse; call: ReceivedCall } | undefined;
  let mayAnswer = false;
  const send = ({ response, call }: NonNullable<typeof waiting>): void => {
    const said = honestJudge(call);
    if (said !== 'hang') response.writeHead(said.status, { 'content-type': 'application/json' }).end(said.body);
  };
  const judgeClosed = new Promise<void>((resolve) => {
    stage.judge.answer((response, call) => {
      response.once('close', resolve);
      waiting = { response, call };
      if (mayAnswer) send(waiting);
    });
  });
  const { request, answer } = post(stage, called);
  await vi.waitFor(() => expect(waiting).toBeDefined(), 10_000);
  const judge = (): void => {
    mayAnswer = true;
    send(waiting!);
  };
  return { stage, clock, request, answer, judge, judgeClosed };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
}

const finished = ({ gateway }: PolicyStage): Promise<void> => vi.waitFor(() => expect(gateway.logs.some(({ status }) => status !== undefined)).toBe(true));

describe('while a judge thinks', () => {
  it.each(Object.entries(CALLS))('a stream is kept alive where it has room for comments: %s', async (_name, called) => {
    const { clock, answer, judge } = await held(called);
    clock.advance(KEEP_ALIVE_AFTER);
    clock.advance(KEEP_ALIVE_AFTER);
    judge();
    const text = await textOf(await answer);
    expect(text.split(KEEP_ALIVE).length - 1).toBe(called.comments ? 2 : 0);
    const rest = text.replaceAll(KEEP_ALIVE, '');
    if (called.comments) expect(rest).toMatch(/^(?:data|event): /);
    else expect(JSON.parse(rest)).toBeInstanceOf(Array);
    expect(rest).not.toContain('keep-alive');
    expect(rest).toContain('goe');
  });

  it('and never answers, the stream ends with its patience, by the failure mode', async () => {
    const { clock, answer } = await held();
    clock.advance(TIMEOUT);
    const text = await textOf(await answer);
    expect(text).toContain('policy_unavailable');
    expect(text).not.toContain('goe');
  });

  it('a drain waits for the end of the stream, and no longer', async () => {
    const { stage, clock, answer } = await held();
    const closing = stage.gateway.server.close(10 * TIMEOUT);
    clock.advance(TIMEOUT);
    expect(await textOf(await answer)).toContain('policy_unavailable');
    expect(await closing).toBe(0);
  });

  it('a caller that leaves ends the question and the stream', async () => {
    const { stage, request, judgeClosed } = await held();
    request.destroy();
    await judgeClosed;
    await finished(stage);
    expect(stage.judge.calls).toHaveLength(1);
    expect(stage.gateway.logs.some(({ level }) => level === 50)).toBe(false);
  });
});

describe('a stream that is blocked', () => {
  it.each(['Other', 'Anthropic', 'Google'] as const)('is ended at its provider at once, so that no more is billed: %s', async (type: WrittenType) => {
    const stage = await startPolicyStage(type);
    onTestFinished(() => stage.close());
    stage.use(NO_CARDS);
    const closed = new Promise<void>((resolve) => {
      stage.provider.answer((response) => {
        response.once('close', resolve);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const writer = WRITERS[type].writeStream({ model: MODEL, created: 1, newId: () => 'a1b2c3d4e5f6a1b2c3d4e5f6', request: {}, losses: new Losses() });
        // It would go on for ever.
        const events = streamOf(answerOf({ text: `${WORDS}The card is 4242 4242 4242 4242. ${WORDS}` })).filter(({ type: kind }) => kind !== 'close' && kind !== 'finish');
        for (const event of events) {
          const bytes = writer.write(event);
          if (bytes !== '') response.write(bytes);
        }
        // Only the gateway ends it: it never falls silent.
        const more = setInterval(() => response.write(': more\n\n'), 20);
        response.once('close', () => clearInterval(more));
      });
    });
    const called = Object.values(CALLS).find((one) => one.type === type)!;
    const { answer } = post(stage, called);
    const text = await textOf(await answer);
    expect(text).not.toContain('4242');
    await closed;
    const told = async (): Promise<number> => sumOf(await stage.gateway.metrics(), 'flashback_errors_total', { code: 'content_policy_violation' });
    await vi.waitFor(async () => expect(await told()).toBe(1), 10_000);
    expect(stage.gateway.counts.all['team-a/no-cards']).toMatchObject({ violations: 1, blocked: 1 });
  });
});

describe('a caller that does not read', () => {
  const TOTAL = 48 * 1024 * 1024;
  /** Socket buffers of the kernel on four ends, and one write in each process. */
  const BOUND = 24 * 1024 * 1024;

  it('stalls the provider though detectors stand between, and gets all once it reads', async () => {
    const stage = await startPolicyStage('Other');
    onTestFinished(() => stage.close());
    stage.use(NO_CARDS);
    const event = Buffer.from(`data: {"choices":[{"index":0,"delta":{"content":"so "}}]${' '.repeat(64 * 1024)}}\n\n`);
    let written = 0;
    let stalled = false;
    stage.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const writeMore = (): void => {
        stalled = false;
        while (written < TOTAL) {
          written += event.length;
          if (!response.write(event)) {
            stalled = true;
            return void response.once('drain', writeMore);
          }
        }
        response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
      };
      writeMore();
    });
    const answer = await post(stage, CALLS.OpenAI).answer;
    let before = -1;
    await vi.waitFor(
      () => {
        const same = written === before;
        before = written;
        expect(stalled && same).toBe(true);
      },
      { interval: 100, timeout: 20_000 },
    );
    expect(written).toBeLessThan(BOUND);
    let read = 0;
    for await (const chunk of answer) read += (chunk as Buffer).length;
    expect(read).toBeGreaterThanOrEqual(TOTAL);
  });
});

describe('a stream of which more is held back than may be', () => {
  const MEBIBYTE = 1024 * 1024;

  it.each(['Open', 'Closed'] as const)('passes and is told, or ends, by the failure mode: %s', async (failureMode) => {
    const stage = await startPolicyStage('Other');
    onTestFinished(() => stage.close());
    stage.use({ ...NO_ADVICE, phases: ['Response'], streaming: 'Full', failureMode });
    const event = `data: {"choices":[{"index":0,"delta":{"content":"goes "}}]${' '.repeat(MEBIBYTE)}}\n\n`;
    stage.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let count = 0; count < 5; count++) response.write(event);
      response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    });
    const { body, status } = await stage.ask({ key: KEYS.OpenAI, body: bodyOf(CALLS.OpenAI) });
    if (failureMode === 'Open') expect([status, body.split('goes').length - 1, body.endsWith('data: [DONE]\n\n')]).toEqual([200, 5, true]);
    else expect([status, body.includes('policy_unavailable'), body.includes('goes')]).toEqual([503, true, false]);
    const labels = { failure: 'too_large', mode: failureMode.toLowerCase() };
    expect(sumOf(await stage.gateway.metrics(), 'flashback_policy_failures_total', labels)).toBe(1);
  });
});

describe('what is often wrong', () => {
  const NAMES = { ...NO_CARDS, name: 'no-names', phases: ['Response' as const], detectors: [{ id: 'pii.person' }, { id: 'pii.card' }] };
  const LEAD = 'The letter is from Mrs. Jane Miller, who wrote it. ';

  async function told(text: string): Promise<{ body: string; count: unknown; lines: unknown[] }> {
    const stage = await startPolicyStage('Other');
    onTestFinished(() => stage.close());
    stage.use(NAMES);
    stage.provider.answer(saying('Other', { text }));
    const { body } = await stage.ask({ key: KEYS.OpenAI, body: bodyOf(CALLS.OpenAI) });
    await finished(stage);
    const lines = stage.gateway.logs.filter(({ msg }) => msg === 'policy violation');
    return { body, count: stage.gateway.counts.all['team-a/no-names'], lines };
  }

  it('passes in a stream, and is told once', async () => {
    const { body, count, lines } = await told(LEAD + WORDS.repeat(20));
    expect(body).toContain('[DONE]');
    expect(count).toMatchObject({ evaluations: 1, violations: 1, alerted: 1, blocked: 0 });
    expect(lines).toMatchObject([{ effect: 'alert', found: 1, findings: [{ detector: 'pii.person' }] }]);
  });

  it('is told together with what stops the stream', async () => {
    const { body, count, lines } = await told(`${LEAD}${WORDS.repeat(20)}The card is 4242 4242 4242 4242. ${WORDS}`);
    expect(body).toContain('content_filter');
    expect(count).toMatchObject({ evaluations: 1, violations: 1, blocked: 1 });
    expect(lines).toMatchObject([{ effect: 'block', found: 2 }]);
  });
});
