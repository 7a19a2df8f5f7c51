// A rule that takes out some of what its detectors find ("except test cards"), over HTTP: what they find waits for the judge, all else passes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sumOf } from '../../fake/metrics.ts';
import { aPolicy } from '../../policy/policies.ts';
import { completion, honest } from '../../policy/judge/scripted.ts';
import { CARD, KEYS, MODEL, saying, startPolicyStage, type PolicyStage } from './stage.ts';

const POLICY = aPolicy({
  name: 'cards',
  content: 'No card numbers except test cards.',
  detectors: [{ id: 'pii.card', advisory: true }],
  judgeConfirms: true,
});
const WORDS = 'All is well here and so it goes on. '.repeat(15);

let stage: PolicyStage;
let asked = 0;

beforeAll(async () => {
  stage = await startPolicyStage();
  stage.judged(({ body }) => {
    asked += 1;
    const violates = (_rule: string, text: string) => (text.includes('test') ? undefined : /4242[\d ]*/.exec(text)?.[0].trim());
    return completion(JSON.stringify(honest(JSON.parse(body) as Record<string, unknown>, violates)));
  });
  stage.use(POLICY);
});
afterAll(() => stage.close());
beforeEach(() => {
  asked = 0;
  stage.provider.answer(saying('Other', { text: 'Fine.' }));
});

const ask = (content: string, stream = false) => {
  const headers = { authorization: `Bearer ${KEYS.OpenAI}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ model: MODEL, stream, messages: [{ role: 'user', content }] });
  return stage.ask({ method: 'POST', path: '/v1/chat/completions', headers, body });
};

describe('a request', () => {
  it('is refused where the judge confirms', async () => {
    const { status, body } = await ask(`Pay with ${CARD}.`);
    expect(status).toBe(400);
    expect(body).toContain('content_policy_violation');
  });
  it('passes where it does not, and nothing is told', async () => {
    const counted = async (): Promise<number> => sumOf(await stage.gateway.metrics(), 'flashback_policy_violations_total');
    const before = await counted();
    expect((await ask(`The test card is ${CARD}.`)).status).toBe(200);
    expect(asked).toBe(1);
    expect(await counted()).toBe(before);
  });
  it('asks nobody where nothing is found', async () => {
    expect((await ask('Which cards do you take?')).status).toBe(200);
    expect(asked).toBe(0);
  });
});

describe('a stream', () => {
  const streamed = async (text: string): Promise<string> => {
    stage.provider.answer(saying('Other', { text }));
    return (await ask('Which cards do you take?', true)).body;
  };
  const saidIn = (body: string): string =>
    [...body.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => JSON.parse(`"${text}"`) as string).join('');

  it('ends before the number where the judge confirms', async () => {
    const body = await streamed(`${WORDS}Pay with ${CARD}. ${WORDS}`);
    expect(body).toContain('content_filter');
    expect(saidIn(body)).not.toContain(CARD.slice(0, 9));
  });
  it('goes on where it does not', async () => {
    const body = await streamed(`${WORDS}The test card is ${CARD}. ${WORDS}`);
    expect(saidIn(body)).toContain(CARD);
    expect(body).toContain('[DONE]');
  });
  it('asks nobody where nothing is found', async () => {
    expect(saidIn(await streamed(WORDS))).toBe(WORDS);
    expect(asked).toBe(0);
  });
});
