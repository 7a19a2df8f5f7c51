// A whole answer that is held back: what becomes of it when it is too long, when something goes wrong, and of an error in its place.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { GuardedAnswer, type GuardedAnswerOptions } from '../../../src/gateway/guard/guarded-answer.ts';
import type { Guard } from '../../../src/gateway/guard/guard.ts';
import { decide, type Decision } from '../../../src/policy/decide.ts';
import type { ReadyPolicy } from '../../../src/policy/evaluate.ts';
import type { Failure, Verdict } from '../../../src/policy/types.ts';
import { openAiSurface } from '../../../src/surfaces/openai.ts';
import { sumOf } from '../../fake/metrics.ts';
import { KEYS, MODEL, NO_CARDS, startPolicyStage } from './stage.ts';

const MEBIBYTE = 1024 * 1024;
type Mode = 'Open' | 'Closed';

interface Held {
  answer: GuardedAnswer;
  /** Failures that were told. */
  failures: Failure[];
  received: Promise<{ status: number; length: number }>;
}

/** An answer under one policy whose judge does as is said. */
async function held(failureMode: Mode, judge: 'fails' | 'breaks' | 'allows', take = (): boolean => true): Promise<Held> {
  const policy = { ...NO_CARDS, failureMode };
  const failures: Failure[] = [];
  const decided = (verdict: Verdict): Decision => decide(new Map([[policy, verdict]]));
  const decideFailed = (_policies: readonly ReadyPolicy[], failure: Failure): Decision => {
    failures.push(failure);
    return decided({ outcome: 'failed', source: 'engine', failure });
  };
  const verdicts: Record<typeof judge, () => Promise<Decision>> = {
    fails: () => Promise.resolve(decideFailed([], 'detector_failed')),
    breaks: () => Promise.reject(new Error('broken')),
    allows: () => Promise.resolve(decided({ outcome: 'allowed', source: 'detector' })),
  };
  const guard = { judge: verdicts[judge], decideFailed, watch: () => undefined, scanner: {} } as unknown as Guard;
  let given: (response: ServerResponse) => void;
  const response = new Promise<ServerResponse>((resolve) => (given = resolve));
  const server = createServer((_request, one) => given(one)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const received = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).then(async (got) => ({ status: got.status, length: (await got.arrayBuffer()).byteLength }));
  const set = { gating: [{ policy, detectors: [] }], watching: [] };
  const matter = { phase: 'Response', record: { requestId: 'r', stream: false }, before: () => [], signal: new AbortController().signal };
  const options = { guard, policies: { request: undefined, answer: set, stream: set }, matter, surface: openAiSurface, dialect: openAiChatSurface, isChat: true, clock: systemClock, answerHeaders: [], hold: { take } };
  return { answer: new GuardedAnswer({ ...options, response: await response } as unknown as GuardedAnswerOptions), failures, received };
}

describe('a whole answer that may not be held back', () => {
  it.each<[Mode, number]>([
    ['Open', 200],
    ['Closed', 503],
  ])('passes, or not, once, by the failure mode, though its end comes at once: %s', async (mode, status) => {
    const { answer, failures, received } = await held(mode, 'fails');
    answer.writeHead(200, ['content-type', 'application/json']);
    answer.write(Buffer.alloc(65 * MEBIBYTE, ' '));
    answer.end('{}');
    const got = await received;
    expect([got.status, failures]).toEqual([status, ['detector_failed']]);
    if (mode === 'Open') expect(got.length).toBe(65 * MEBIBYTE + 2);
  });

  it.each<[Mode, number]>([
    ['Open', 200],
    ['Closed', 503],
  ])('because others are held back, too: %s', async (mode, status) => {
    const { answer, failures, received } = await held(mode, 'fails', () => false);
    answer.writeHead(200, ['content-type', 'application/json']);
    answer.write('{}');
    answer.end();
    expect([(await received).status, failures]).toEqual([status, ['detector_failed']]);
  });
});

it.each<[Mode, number, number]>([
  ['Open', 200, 200],
  ['Open', 404, 404],
  ['Closed', 200, 503],
])('what goes wrong is a failure of the policy, and ends no process: %s, %d', async (mode, upstream, status) => {
  const { answer, failures, received } = await held(mode, 'breaks');
  answer.writeHead(upstream, ['content-type', 'application/json']);
  answer.end('{"error":{}}');
  expect([(await received).status, failures]).toEqual([status, ['detector_failed']]);
});

describe('an error of a provider', () => {
  const ERROR = JSON.stringify({ error: { message: 'Too many requests by Bluefinch.', type: 'rate_limit_error', code: null, param: null } });
  const BROKEN = { ...NO_CARDS, phases: ['Response' as const], detectors: [{ id: 'of-a-later-version' }] };

  async function asked(policy: typeof NO_CARDS) {
    const stage = await startPolicyStage('Other');
    onTestFinished(() => stage.close());
    stage.use(policy);
    stage.provider.answer((response) => void response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' }).end(ERROR));
    const answer = await stage.ask({ key: KEYS.OpenAI, body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hello' }] }) });
    return { answer, stage };
  }

  it.each(['Open', 'Closed'] as const)('keeps its status and leaves out its words under a policy that cannot be evaluated and fails so: %s', async (failureMode) => {
    const { answer, stage } = await asked({ ...BROKEN, failureMode });
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7']);
    expect([answer.body.includes('Bluefinch'), answer.body.includes('policy_unavailable')]).toEqual([failureMode === 'Open', failureMode === 'Closed']);
    expect(sumOf(await stage.gateway.metrics(), 'flashback_policy_failures_total', { mode: failureMode.toLowerCase() })).toBe(1);
  });

  it('is seen by policies that only look on, without asking a judge', async () => {
    const words = { ...NO_CARDS, phases: ['Response' as const], action: 'Alert' as const, detectors: [{ id: 'keyword', keywords: ['bluefinch'] }], judge: { llm: 'team-a/judge', model: 'judge-1' } };
    const { answer, stage } = await asked(words);
    expect(answer.body).toContain('Bluefinch');
    await expect.poll(() => stage.gateway.counts.all['team-a/no-cards']).toMatchObject({ violations: 1, alerted: 1 });
    expect(stage.judge.calls).toHaveLength(0);
  });
});
