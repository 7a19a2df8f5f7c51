// Policies that come into force, or go, while a request is under way.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotPolicy } from '../../../src/snapshot/snapshot.ts';
import { aPolicy } from '../../policy/policies.ts';
import { CARD, honestJudge, KEYS, MODEL, NO_ADVICE, NO_CARDS, saying, startPolicyStage, type PolicyStage } from './stage.ts';

let stage: PolicyStage;
beforeAll(async () => {
  stage = await startPolicyStage();
});
beforeEach(() => {
  stage.provider.answer(saying('Other', { text: 'Fine.' }));
  stage.provider.calls.length = 0;
  stage.judge.calls.length = 0;
});
afterAll(() => stage.close());

const STOPPED = /content_filter|content_policy_violation/;
/** Each question is new to judges. */
let asked = 0;
const bodyOf = (words: string, stream = false): string =>
  JSON.stringify({ model: MODEL, stream, messages: [{ role: 'user', content: `${words} Question ${1000 + asked++}.` }] });
const ask = (words: string, stream = false) => stage.ask({ key: KEYS.OpenAI, body: bodyOf(words, stream) });

/** While the judge of the first policies is asked, these come into force. */
function pushing(first: SnapshotPolicy[], ...then: SnapshotPolicy[]): void {
  stage.use(...first);
  stage.judged((call) => {
    stage.use(...then);
    return honestJudge(call);
  });
}

describe('policies that come into force while a request is judged', () => {
  it('hold for it, and nobody else is asked again', async () => {
    pushing([NO_ADVICE], NO_ADVICE, NO_CARDS);
    const { status, body } = await ask(`My card is ${CARD}.`);
    expect([status, body]).toEqual([400, expect.stringContaining('no-cards')]);
    expect([stage.provider.calls.length, stage.judge.calls.length]).toEqual([0, 1]);
  });

  it.each([false, true])('hold for its answer (streamed: %s)', async (stream) => {
    const onlyRequests: SnapshotPolicy = { ...NO_ADVICE, phases: ['Request'] };
    pushing([onlyRequests], onlyRequests, { ...NO_CARDS, phases: ['Response'] });
    stage.provider.answer(saying('Other', { text: `Take ${CARD}, please.` }));
    const { body } = await ask('Hello.', stream);
    expect(body).toMatch(STOPPED);
  });

  it('are judged, too', async () => {
    const other = aPolicy({ name: 'no-lawsuits', content: 'Never talk of lawsuits.' });
    stage.use({ ...NO_ADVICE, content: 'Never talk of the weather.' });
    stage.judged((call) => {
      const isFirst = call.body.includes('the weather');
      stage.use(other);
      return honestJudge(isFirst ? { ...call, body: call.body.replaceAll('sue', 'see') } : call);
    });
    const { status, body } = await ask('I will sue.');
    expect([status, body]).toEqual([400, expect.stringContaining('no-lawsuits')]);
  });

  it('and go again hold for nothing', async () => {
    pushing([NO_ADVICE]);
    expect((await ask(`My card is ${CARD}.`)).status).toBe(200);
  });

  it('again and again keep no request for ever', async () => {
    const next = (): SnapshotPolicy => ({ ...NO_ADVICE, content: `Rule ${asked++}.`, phases: ['Request'] });
    stage.use(next());
    stage.judged((call) => {
      stage.use(next());
      return honestJudge(call);
    });
    const { status, body } = await ask('Hello.');
    expect([status, body]).toEqual([503, expect.stringContaining('policy_unavailable')]);
    expect([stage.provider.calls.length, stage.judge.calls.length]).toEqual([0, 5]);
  });
});

it('a stream goes on under the policies that it began with', async () => {
  stage.judged(honestJudge);
  stage.use(NO_ADVICE);
  stage.provider.answer((response, call) => {
    stage.use(NO_ADVICE, NO_CARDS);
    return saying('Other', { text: `Take ${CARD.replaceAll(' ', '')}.` })(response, call);
  });
  const { body } = await ask('Hello.', true);
  expect(body).not.toMatch(STOPPED);
  expect(body).toContain('"finish_reason":"stop"');
});
