// The Responses API goes on with an answer that the provider keeps: only OpenAI itself can.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, errorOf, sdk } from '../fake/caller.ts';
import { aRepository } from '../fake/gateway.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const MODELS = { alias: { llm: 'team-a/main', upstream: 'vendor-1' } };
const REPOSITORIES = { 'team-a/chat': aRepository({ models: MODELS }) };
const STRICT = { 'team-a/chat': aRepository({ models: MODELS, fidelity: 'Strict' }) };
const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
};
const ANSWER = {
  id: 'resp_2',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'vendor-1',
  output: [MESSAGE],
  previous_response_id: 'resp_1',
};
const ASK = { model: 'alias', input: 'And then?', previous_response_id: 'resp_1' };

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serving.provider.calls.length = 0;
  serving.provider.answer(json(200, ANSWER));
});
afterAll(() => serving.close());

describe('previous_response_id', () => {
  it('passes to OpenAI as it came', async () => {
    serving.apply({ repositories: REPOSITORIES }, { type: 'OpenAI' });
    const answer = await sdk(serving.gateway).responses.create(ASK);
    expect(answer).toMatchObject({ id: 'resp_2', previous_response_id: 'resp_1', output_text: 'Hello' });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/responses', body: JSON.stringify({ ...ASK, model: 'vendor-1' }) });
  });
});

const BEYOND = ['Other', 'Anthropic', 'Google', 'AWS'] as const;
const REFUSED: [param: string, body: object][] = [
  ['previous_response_id', ASK],
  ['conversation', { model: 'alias', input: 'And then?', conversation: 'conv_1' }],
  ['conversation', { model: 'alias', input: 'And then?', conversation: { id: 'conv_1' } }],
  ['prompt', { model: 'alias', input: 'And then?', prompt: { id: 'pmpt_1' } }],
  ['background', { model: 'alias', input: 'And then?', background: true }],
  ['input[0]', { model: 'alias', input: [{ type: 'item_reference', id: 'msg_1' }] }],
];

describe.each(BEYOND)('a provider of type %s, which keeps nothing,', (type) => {
  beforeEach(() => serving.apply({ repositories: REPOSITORIES }, { type }));

  it.each(REFUSED)('is not asked for what needs %s', async (param, body) => {
    const reply = await call(serving.gateway, { path: '/v1/responses', body: JSON.stringify(body) });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'request_invalid', param });
    expect(errorOf(reply).message).toContain(param);
    expect(serving.provider.calls).toEqual([]);
  });

  it('is not asked to keep the answer by a strict repository, and its callers hear why', async () => {
    serving.apply({ repositories: STRICT }, { type });
    const reply = await call(serving.gateway, { path: '/v1/responses', body: JSON.stringify({ model: 'alias', input: 'Hi', store: true }) });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'fidelity_lost', message: expect.stringMatching(/\bstore\b/) as string });
    expect(serving.provider.calls).toEqual([]);
  });

  it('is asked by a strict repository with what says that nothing is kept', async () => {
    serving.apply({ repositories: STRICT }, { type });
    serving.provider.answer(json(500, {}));
    const fields = { store: false, background: false, previous_response_id: null, conversation: null, prompt: null };
    await call(serving.gateway, { path: '/v1/responses', body: JSON.stringify({ model: 'alias', input: 'Hi', ...fields }) });
    expect(serving.provider.calls).toHaveLength(1);
  });
});
