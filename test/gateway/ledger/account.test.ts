// What requests through a gateway come to in the ledger.
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { Account } from '../../../src/gateway/ledger/account.ts';
import type { EntryDimensions, UsageAmounts, ViolationEntry } from '../../../src/ledger/entries.ts';
import { aPolicy } from '../../policy/policies.ts';
import { STREAM_BODY } from '../../fake/caller.ts';
import { APP_KEY } from '../../fake/gateway.ts';
import { CHAT_ANSWER, json, streamEvents } from '../../fake/provider.ts';
import { amounts } from '../../fake/spool.ts';
import { CARD, KEYS, NO_ADVICE, NO_CARDS, startPolicyStage, type PolicyStage } from '../policies/stage.ts';

/** Of the judge on the stage. */
const TOKENS_OF_A_QUESTION = 100;

type Used = [EntryDimensions, UsageAmounts];

let stage: PolicyStage;
const used: Used[] = [];
const violations: ViolationEntry[] = [];
const entries = {
  use: (dimensions: EntryDimensions, told: UsageAmounts) => void used.push([dimensions, told]),
  violated: (violation: ViolationEntry) => void violations.push(violation),
};

beforeAll(async () => {
  stage = await startPolicyStage('Other', undefined, undefined, entries);
});
beforeEach(async () => {
  await quiet();
  used.length = 0;
  violations.length = 0;
  stage.use();
  stage.provider.answer(json(200, CHAT_ANSWER));
});
afterAll(() => stage.close());

const quiet = () => vi.waitFor(() => expect(stage.gateway.server.inFlight).toBe(0));
const chat = (content: string, more: object = {}) => stage.ask({ body: JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content }], ...more }) });

/** Latency apart, which no test can know. */
async function told(): Promise<UsageAmounts> {
  await quiet();
  const sum = amounts({});
  for (const [, one] of used) for (const name of Object.keys(sum) as (keyof UsageAmounts)[]) sum[name] += one[name];
  return { ...sum, latency: 0 };
}

const ANSWERED = amounts({ requests: 1, tokensIn: 11, tokensOut: 7 });

describe('a request', () => {
  it('is told with who asked what of whom, and the tokens that the provider told', async () => {
    await chat('Hello', { metadata: { user_id: 'ada', conversation_id: 'talk-1', workspace_id: 'other' } });
    expect(await told()).toEqual(ANSWERED);
    expect(used[0]?.[0]).toEqual({
      repository: 'team-a/chat',
      key: 'key_OpenAI',
      llm: 'team-a/main',
      provider: 'Other',
      model: 'small-1',
      host: 'gateway-1',
      user: 'ada',
      conversation: 'talk-1',
    });
  });

  it('in the dialect of Anthropic is told with its user', async () => {
    const body = JSON.stringify({ model: 'small-1', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], metadata: { user_id: 'ada' } });
    await stage.ask({ path: '/v1/messages', key: null, headers: { 'x-api-key': KEYS.Anthropic }, body });
    expect(await told()).toEqual(ANSWERED);
    expect(used[0]?.[0]).toMatchObject({ key: 'key_Anthropic', user: 'ada', conversation: '' });
  });

  it.each([
    ['no object', 'ada'],
    ['no text', { user_id: 7, conversation_id: ['x'] }],
    ['too long', { user_id: 'x'.repeat(129), conversation_id: 'y'.repeat(129) }],
    ['null', null],
  ])('whose metadata is %s is nobody\'s', async (_what, metadata) => {
    await chat('Hello', { metadata });
    expect(await told()).toEqual(ANSWERED);
    expect(used[0]?.[0]).toMatchObject({ user: '', conversation: '' });
  });

  it('that streams is told once, with its tokens', async () => {
    stage.provider.answer((response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(streamEvents(['a', 'b'], true).join('')));
    await stage.ask({ body: STREAM_BODY });
    expect(await told()).toMatchObject({ requests: 1, tokensIn: 11, tokensOut: 7 });
    expect(used).toHaveLength(1);
  });

  it('that the provider refuses, or that fails, is one without tokens', async () => {
    stage.provider.answer(json(400, { error: { message: 'no' } }));
    await chat('Hello');
    stage.provider.answer((response) => response.socket?.destroy());
    await chat('Hello');
    expect(await told()).toEqual(amounts({ requests: 2 }));
  });

  it('whose answer breaks off is told with the tokens that were told by then', async () => {
    const [first = '', ...rest] = streamEvents(['a'], true);
    const usage = rest.find((event) => event.includes('prompt_tokens')) ?? '';
    stage.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(first + usage, () => response.socket?.destroy());
    });
    await stage.ask({ body: STREAM_BODY });
    expect(await told()).toEqual(ANSWERED);
  });

  it('whose caller leaves is told, with the tokens that were told by then', async () => {
    const [first = ''] = streamEvents(['a'], true);
    stage.provider.answer((response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first));
    await new Promise<void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${APP_KEY}` };
      const request = httpRequest(`${stage.gateway.url}/v1/chat/completions`, { method: 'POST', headers, agent: false }, (response) => {
        response.once('data', () => request.destroy());
        response.once('close', resolve);
        response.on('error', () => undefined);
      });
      request.on('error', reject);
      request.end(STREAM_BODY);
    });
    await vi.waitFor(() => expect(used).toHaveLength(1));
    expect(await told()).toEqual(amounts({ requests: 1 }));
  });

  it.each([
    ['without a key', { key: null, body: '{}' }],
    ['with a key that is none', { key: 'nope', body: '{}' }],
    ['for a model that the repository does not have', { body: '{"model":"other","messages":[]}' }],
    ['that is no JSON', { body: '{' }],
    ['for the list of models', { method: 'GET', path: '/v1/models' }],
  ])('%s is none', async (_what, options) => {
    await stage.ask(options);
    await quiet();
    expect(used).toEqual([]);
  });

  it('is told before the last words of its answer leave', async () => {
    for (const answer of [json(200, CHAT_ANSWER), stream]) {
      used.length = 0;
      let end = (): void => undefined;
      stage.provider.answer((response) => {
        end = () => response.end();
        answer(response, stage.provider.calls.at(-1)!);
      });
      const toldAtEnd = await new Promise<number>((resolve, reject) => {
        const headers = { authorization: `Bearer ${APP_KEY}` };
        const request = httpRequest(`${stage.gateway.url}/v1/chat/completions`, { method: 'POST', headers, agent: false }, (response) => {
          response.on('data', (chunk: Buffer) => {
            if (/\[DONE\]|"usage":\{"prompt/.test(chunk.toString())) resolve(used.length);
          });
        });
        request.on('error', reject);
        request.end(STREAM_BODY);
      });
      expect(toldAtEnd).toBe(1);
      end();
      await quiet();
    }
  });
});

const stream = (response: Parameters<Parameters<PolicyStage['provider']['answer']>[0]>[0]): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  // Its last words come before its end does.
  for (const event of streamEvents(['a'], true)) response.write(event);
};

describe('a policy', () => {
  it.each([
    ['Block', { action: 'Block' }, 400],
    ['Alert', { action: 'Alert' }, 200],
    ['Log', { action: 'Log' }, 200],
    ['DryRun', { action: 'DryRun' }, 200],
  ] as const)('that is violated with the action %s is told with its risk, without what was found', async (action, policy, status) => {
    stage.use({ ...NO_CARDS, ...policy, riskType: 'High', phases: ['Request'] });
    const reply = await chat(`My card is ${CARD}, again ${CARD}`, { metadata: { user_id: 'ada' } });
    expect(reply.status).toBe(status);
    await vi.waitFor(() => expect(violations).toHaveLength(1));
    expect(violations[0]).toEqual({
      type: 'violation',
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      at: expect.any(Number),
      policy: 'team-a/no-cards',
      phase: 'Request',
      action,
      severity: 'High',
      explanation: 'The request holds payment card numbers (2 times).',
      requestId: reply.headers['x-request-id'],
      repository: 'team-a/chat',
      key: 'key_OpenAI',
      llm: 'team-a/main',
      provider: 'Other',
      model: 'small-1',
      host: 'gateway-1',
      user: 'ada',
      conversation: '',
    });
    expect(await told()).toEqual(status === 400 ? amounts({ requests: 1 }) : ANSWERED);
  });

  it('that blocks an answer is told with the tokens that the answer has cost all the same', async () => {
    stage.use({ ...NO_CARDS, phases: ['Response'] });
    const answer = { ...CHAT_ANSWER, choices: [{ index: 0, message: { role: 'assistant', content: `Use ${CARD}.` }, finish_reason: 'stop' }] };
    stage.provider.answer(json(200, answer));
    expect((await chat('Hello')).status).toBe(400);
    expect(await told()).toEqual(ANSWERED);
    expect(violations).toMatchObject([{ phase: 'Response', action: 'Block', explanation: 'The answer holds payment card numbers.' }]);
  });

  it('that asks a judge costs tokens of their own, and says nothing of what the judge quotes', async () => {
    stage.use(aPolicy({ ...NO_ADVICE, action: 'Block', phases: ['Request'] }));
    await chat('May I sue them?');
    const { policyTokensIn, policyTokensOut, ...rest } = await told();
    expect(rest).toEqual({ requests: 1, tokensIn: 0, tokensOut: 0, latency: 0 });
    expect([policyTokensIn > 0, policyTokensOut > 0]).toEqual([true, true]);
    expect(violations).toMatchObject([{ action: 'Block', explanation: 'The judge of the policy found that the request violates it.' }]);
  });

  it('that has its judge asked by two at the same time costs the tokens once', async () => {
    stage.use(aPolicy({ ...NO_ADVICE, action: 'Block', phases: ['Request'] }));
    stage.judge.calls.length = 0;
    await Promise.all([chat('Is it wise to go to court?'), chat('Is it wise to go to court?')]);
    const { policyTokensIn } = await told();
    expect(policyTokensIn).toBe(TOKENS_OF_A_QUESTION * stage.judge.calls.length);
  });
});

it('what went nowhere is not told', () => {
  const record = { requestId: 'r', method: 'POST', path: '/', operation: 'chat', startedAt: 0, stream: false, status: 200, clientGone: false };
  const account = new Account({ entries, host: 'gateway-1', clock: systemClock }, record, { user: '', conversation: '' });
  account.settle();
  account.judged({ inputTokens: 1, outputTokens: 1 });
  expect(used).toEqual([]);
});
