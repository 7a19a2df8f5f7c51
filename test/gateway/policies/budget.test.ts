// Answers that policies hold back whole count in the same budget as bodies of requests.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { BodyBudget } from '../../../src/gateway/body-budget.ts';
import { errorOf } from '../../fake/caller.ts';
import { KEYS, MODEL, NO_CARDS, saying, startPolicyStage, type PolicyStage } from './stage.ts';

const LIMIT = 200_000;
const BODY = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hello.' }] });
const budget = new BodyBudget(LIMIT);

let stage: PolicyStage;
beforeAll(async () => {
  stage = await startPolicyStage('Other', systemClock, budget);
});
afterAll(() => stage.close());

const ask = (length: number) => {
  stage.provider.answer(saying('Other', { text: 'A word '.repeat(length / 7) }));
  return stage.ask({ key: KEYS.OpenAI, body: BODY });
};
const givenBack = () => vi.waitFor(() => expect(budget.held).toBe(0));

it('an answer that has room is looked at, and gives its room back', async () => {
  stage.use(NO_CARDS);
  for (let count = 0; count < 3; count++) expect((await ask(LIMIT * 0.8)).status).toBe(200);
  await givenBack();
});

it('an answer that has none is refused by a policy that fails closed', async () => {
  stage.use(NO_CARDS);
  expect(errorOf(await ask(LIMIT * 1.2)).code).toBe('policy_unavailable');
  await givenBack();
});

it('an answer that has none passes a policy that fails open, whole', async () => {
  stage.use({ ...NO_CARDS, failureMode: 'Open' });
  const { status, body } = await ask(LIMIT * 1.2);
  expect([status, body.includes('A word '.repeat(LIMIT / 7))]).toEqual([200, true]);
  await givenBack();
});

it('an answer that policies only look on does not wait for room, and is not looked at without', async () => {
  stage.use({ ...NO_CARDS, action: 'Alert' });
  expect((await ask(LIMIT * 1.2)).status).toBe(200);
  await vi.waitFor(() => expect(stage.gateway.logs.some(({ failure, phase }) => failure === 'detector_failed' && phase === 'Response')).toBe(true));
  await givenBack();
});
