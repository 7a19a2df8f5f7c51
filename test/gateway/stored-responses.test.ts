// The Responses API goes on with an answer that the provider keeps: only OpenAI itself can.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, errorOf, sdk } from '../fake/caller.ts';
import { aRepository } from '../fake/gateway.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const REPOSITORIES = { 'team-a/chat': aRepository({ models: { alias: { llm: 'team-a/main', upstream: 'vendor-1' } } }) };
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

  it.each(['Other', 'Anthropic', 'Google', 'AWS'] as const)('is refused by its name for a provider of type %s', async (type) => {
    serving.apply({ repositories: REPOSITORIES }, { type });
    const reply = await call(serving.gateway, { path: '/v1/responses', body: JSON.stringify(ASK) });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'request_invalid', param: 'previous_response_id' });
    expect(serving.provider.calls).toEqual([]);
  });
});
