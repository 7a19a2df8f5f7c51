// A judge that does not do its job x risk and action of the policy: what becomes of the traffic, and what is told.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sumOf } from '../../fake/metrics.ts';
import { defaultFailureMode } from '../../../src/policy/decide.ts';
import type { ReceivedCall } from '../../fake/provider.ts';
import { allowed, BROKEN } from './broken-judges.ts';
import { KEYS, MODEL, NO_ADVICE, NO_CARDS, honestJudge, saying, startPolicyStage, type PolicyStage } from './stage.ts';

/** Risk x action: whether traffic is refused, and the effect that logs tell. */
const TABLE = [
  ['High', 'Block', 503, 'block'],
  ['Medium', 'Block', 503, 'block'],
  ['Low', 'Block', 200, 'alert'],
  ['High', 'Alert', 200, 'alert'],
  ['Medium', 'Alert', 200, 'alert'],
  ['Low', 'Alert', 200, 'none'],
  ['High', 'Log', 200, 'none'],
  ['Medium', 'Log', 200, 'none'],
  ['Low', 'Log', 200, 'none'],
  ['High', 'DryRun', 200, 'none'],
] as const;

let stage: PolicyStage;
let asked = 0;
beforeAll(async () => {
  stage = await startPolicyStage();
  stage.provider.answer(saying('Other', { text: 'Fine.' }));
});
afterAll(() => stage.close());

const ask = (words = `Hello ${asked++}.`, stream = false) =>
  stage.ask({ key: KEYS.OpenAI, body: JSON.stringify({ model: MODEL, stream, messages: [{ role: 'user', content: words }] }) });
const told = async (message: string): Promise<Record<string, unknown>> =>
  vi.waitFor(() => {
    const line = stage.gateway.logs.findLast(({ msg }) => msg === message);
    expect(line).toBeDefined();
    return line!;
  });

describe.each(Object.entries(BROKEN))('a judge that is %s', (name, { answer, failure, llm = 'team-a/judge' }) => {
  it.each(TABLE)('risk %s, action %s: status %d, effect %s', async (riskType, action, status, effect) => {
    // A judge of its own for each case: one that fails often is not asked for a while.
    const model = `${name} ${riskType} ${action}`;
    const failureMode = defaultFailureMode({ riskType, action });
    stage.use({ ...NO_ADVICE, riskType, action, failureMode, phases: ['Request'], timeout: name === 'hanging' ? 200 : 10_000, judge: { llm, model } });
    stage.judged(answer);
    stage.gateway.logs.length = 0;
    const before = stage.provider.calls.length;
    const { status: got, body } = await ask();
    expect(got).toBe(status);
    if (status === 503) expect(JSON.parse(body)).toMatchObject({ error: { code: 'policy_unavailable', type: 'api_error' } });
    expect(stage.provider.calls.length - before).toBe(status === 200 ? 1 : 0);
    expect(await told('policy not evaluated')).toMatchObject({ policy: 'team-a/no-legal-advice', failure, effect, phase: 'Request', risk: riskType });
  });
});

describe('a policy that cannot be evaluated', () => {
  it('because nobody is there to judge refuses, or lets pass where its author says so', async () => {
    stage.use({ ...NO_ADVICE, judge: {} });
    expect((await ask()).status).toBe(503);
    stage.use({ ...NO_ADVICE, judge: {}, failureMode: 'Open' });
    expect((await ask()).status).toBe(200);
  });

  it('because of an image refuses, unless its author allows what cannot be read', async () => {
    const withImage = async () =>
      stage.ask({
        key: KEYS.OpenAI,
        body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }] }),
      });
    stage.use(NO_CARDS);
    expect((await withImage()).status).toBe(503);
    stage.use({ ...NO_CARDS, onUnscannable: 'Allow' });
    expect((await withImage()).status).toBe(200);
  });

  it('because of an image refuses also beside the name of somebody, which is told', async () => {
    stage.use({ ...NO_CARDS, name: 'no-names', detectors: [{ id: 'pii.person' }] });
    stage.gateway.logs.length = 0;
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
    const content = [{ type: 'text', text: 'Ask Mr John Smith.' }, image];
    const body = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content }] });
    expect((await stage.ask({ key: KEYS.OpenAI, body })).status).toBe(503);
    expect(await told('policy not evaluated')).toMatchObject({ failure: 'unscannable', effect: 'block' });
    expect(await told('policy violation')).toMatchObject({ effect: 'alert', findings: [{ detector: 'pii.person' }] });
  });

  it('because this gateway lacks its detector refuses', async () => {
    stage.use({ ...NO_CARDS, detectors: [{ id: 'pii.of-tomorrow' }] });
    expect((await ask()).status).toBe(503);
  });

  it('in the middle of a stream ends it with an error event', async () => {
    stage.use({ ...NO_ADVICE, phases: ['Response'], timeout: 10_000, judge: { llm: 'team-a/judge', model: 'breaks later' } });
    let questions = 0;
    stage.judged((call) => (questions++ === 0 ? allowed(call) : { status: 401, body: '' }));
    stage.provider.answer(saying('Other', { text: 'All is well and it goes on. '.repeat(40) }));
    const { status, body } = await ask(undefined, true);
    stage.provider.answer(saying('Other', { text: 'Fine.' }));
    expect(status).toBe(200);
    expect(body).toContain('policy_unavailable');
    expect(body).not.toContain('"finish_reason":"stop"');
  });
});

describe('what is told', () => {
  it('of a violation: where, by what, of which risk, and a hash that names equal texts; never the text', async () => {
    stage.use({ ...NO_CARDS, action: 'Alert' });
    stage.gateway.logs.length = 0;
    await ask('pay with 4242 4242 4242 4242 now');
    const line = await told('policy violation');
    const finding = { detector: 'pii.card', path: 'messages[0].content', start: 9, end: 28, hash: expect.stringMatching(/^[0-9a-f]{16}$/) as string };
    expect(line).toMatchObject({ policy: 'team-a/no-cards', risk: 'High', effect: 'alert', key_id: 'key_OpenAI', repository: 'chat', findings: [finding] });
    expect(JSON.stringify(stage.gateway.logs)).not.toContain('4242');
    expect(stage.gateway.counts.all['team-a/no-cards']).toMatchObject({ violations: 1, alerted: 1, blocked: 0 });
  });

  it('in metrics: evaluations, violations, failures, cache, and what judging cost, apart from the traffic', async () => {
    stage.use({ ...NO_ADVICE, phases: ['Request'], judge: { llm: 'team-a/judge', model: 'metered' } });
    stage.judged(honestJudge);
    await ask('May I sue?');
    await ask('May I sue?');
    const metrics = await stage.gateway.metrics();
    const judge = 'team-a/judge/metered';
    expect(sumOf(metrics, 'flashback_judge_tokens_total', { judge, direction: 'input' })).toBe(100);
    expect(sumOf(metrics, 'flashback_policy_violations_total', { policy: 'no-legal-advice', action: 'Block', risk: 'High' })).toBe(2);
    expect(sumOf(metrics, 'flashback_policy_evaluations_total', { policy: 'no-legal-advice', outcome: 'violated', source: 'cache' })).toBe(1);
    expect(sumOf(metrics, 'flashback_policy_failures_total', { failure: 'judge_timeout', mode: 'closed' })).toBeGreaterThan(0);
    expect(metrics).toContain('flashback_judge_duration_seconds_count{judge="team-a/judge/metered"} 1');
  });
});

describe('what is not told', () => {
  it('of a judge that is not asked: how long it took', async () => {
    const judge = 'team-a/judge/left alone';
    stage.use({ ...NO_ADVICE, phases: ['Request'], timeout: 10_000, judge: { llm: 'team-a/judge', model: 'left alone' } });
    stage.judged(() => ({ status: 401, body: '' }));
    for (let time = 0; time < 7; time++) expect((await ask()).status).toBe(503);
    const metrics = await stage.gateway.metrics();
    expect(sumOf(metrics, 'flashback_judge_errors_total', { judge, reason: 'judge_circuit_open' })).toBe(2);
    expect(metrics).toContain(`flashback_judge_duration_seconds_count{judge="${judge}"} 5`);
  });

  it('of a caller that leaves: a failure of the policy or of the judge', async () => {
    const policy = { ...NO_ADVICE, name: 'left', timeout: 60_000, judge: { llm: 'team-a/judge', model: 'left' } };
    stage.use(policy);
    let isAsked = false;
    let isLeft = false;
    stage.judge.answer((response) => {
      isAsked = true;
      response.once('close', () => (isLeft = true));
    });
    const body = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'May I?' }] });
    const headers = { authorization: `Bearer ${KEYS.OpenAI}`, 'content-type': 'application/json' };
    const caller = request(`${stage.gateway.url}/v1/chat/completions`, { method: 'POST', headers }).on('error', () => undefined);
    caller.end(body);
    await vi.waitFor(() => expect(isAsked).toBe(true));
    stage.gateway.logs.length = 0;
    caller.destroy();
    await vi.waitFor(() => expect(isLeft).toBe(true));
    await told('request');
    const metrics = await stage.gateway.metrics();
    expect(sumOf(metrics, 'flashback_judge_errors_total', { judge: 'team-a/judge/left' })).toBe(0);
    expect(sumOf(metrics, 'flashback_policy_failures_total', { policy: 'left' })).toBe(0);
    expect(sumOf(metrics, 'flashback_policy_evaluations_total', { policy: 'left' })).toBe(0);
    expect(stage.gateway.counts.all['team-a/left']).toBeUndefined();
    expect(stage.gateway.logs.filter(({ msg }) => msg === 'policy not evaluated')).toEqual([]);
  });
});

describe('policies that only tell', () => {
  it.each(['Log', 'Alert', 'DryRun'] as const)('of action %s change not one byte, whole or streamed, in either direction', async (action) => {
    const words = 'My card is 4242 4242 4242 4242, I will sue.';
    stage.provider.answer(saying('Other', { text: words }));
    stage.judged(honestJudge);
    const seen = [];
    for (const policies of [[], [{ ...NO_CARDS, action }, { ...NO_ADVICE, action }]]) {
      stage.use(...policies);
      for (const stream of [false, true]) {
        const { status, headers, body } = await ask(words, stream);
        const { date: _date, 'x-request-id': _id, ...rest } = headers;
        seen.push({ stream, status, rest, body, sent: stage.provider.calls.at(-1)!.body });
      }
    }
    expect(seen.slice(2)).toEqual(seen.slice(0, 2));
    await vi.waitFor(() => expect(stage.gateway.counts.all['team-a/no-cards']!.violations).toBeGreaterThan(1));
  });

  it.each([false, true])('hear what their judge says of an answer after the caller has it, streamed: %s', async (stream) => {
    const policy = { ...NO_ADVICE, name: `answers-${stream}`, action: 'Alert' as const, judge: { llm: 'team-a/judge', model: `a-${stream}` } };
    stage.use({ ...policy, phases: ['Response'] });
    let answerJudge = (): void => {};
    stage.judge.answer((response, { body }) => {
      answerJudge = () => {
        answerJudge = () => {};
        const said = honestJudge({ body } as ReceivedCall);
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(typeof said === 'string' ? '' : said.body);
      };
    });
    stage.provider.answer(saying('Other', { text: 'I will sue.' }));
    expect((await ask(undefined, stream)).status).toBe(200);
    await vi.waitFor(() => {
      answerJudge();
      expect(stage.gateway.counts.all[`team-a/answers-${stream}`]).toMatchObject({ violations: 1, alerted: 1, failures: 0 });
    });
  });

  it('do not wait for their judge', async () => {
    stage.use({ ...NO_ADVICE, action: 'Alert', judge: { llm: 'team-a/judge', model: 'never' } });
    stage.judged(() => 'hang');
    expect((await ask()).status).toBe(200);
  });
});
