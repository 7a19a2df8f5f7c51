// Completions of plain text, the predecessor of chats, as the OpenAI SDK still has them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, errorOf, sdk } from '../fake/caller.ts';
import { aRepository } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const MODELS = { alias: { llm: 'team-a/main', upstream: 'vendor-1' } };
const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const choice = (text: string, finish_reason: string | null = null) => ({ index: 0, text, logprobs: null, finish_reason });
const ANSWER = { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'vendor-1', choices: [choice('time', 'stop')], usage: USAGE };
const PATH = '/v1/completions';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serving.apply({ repositories: { 'team-a/chat': aRepository({ models: MODELS }) } });
  serving.provider.calls.length = 0;
  serving.provider.answer(json(200, ANSWER));
});
afterAll(() => serving.close());

const sent = (): unknown => JSON.parse(serving.provider.calls.at(-1)?.body ?? '{}');

function stream(withUsage: boolean): void {
  const chunks = [
    { ...ANSWER, usage: undefined, choices: [choice('ti')] },
    { ...ANSWER, usage: undefined, choices: [choice('me', 'stop')] },
    ...(withUsage ? [{ ...ANSWER, choices: [] }] : []),
  ];
  serving.provider.answer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    response.end('data: [DONE]\n\n');
  });
}

describe('the OpenAI SDK', () => {
  it('gets a completion by the name that the provider knows', async () => {
    const answer = await sdk(serving.gateway).completions.create({ model: 'alias', prompt: 'Once upon a' });
    expect(answer).toMatchObject(ANSWER);
    expect(serving.provider.calls[0]).toMatchObject({ url: PATH, method: 'POST' });
    expect(sent()).toEqual({ model: 'vendor-1', prompt: 'Once upon a' });
  });

  it('gets a stream without the usage that only the gateway asked for', async () => {
    stream(true);
    const before = await serving.quiet();
    const chunks = [];
    for await (const chunk of await sdk(serving.gateway).completions.create({ model: 'alias', prompt: 'Once', stream: true }))
      chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0]?.text)).toEqual(['ti', 'me']);
    expect(sent()).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    const after = await serving.quiet();
    const grown = (labels: Record<string, string>): number =>
      sumOf(after, 'flashback_tokens_total', labels) - sumOf(before, 'flashback_tokens_total', labels);
    expect([grown({ direction: 'input' }), grown({ direction: 'output' })]).toEqual([5, 2]);
  });
});

describe('a completion', () => {
  it('is counted', async () => {
    const before = await serving.quiet();
    await call(serving.gateway, { path: PATH, body: '{"model":"alias","prompt":"Once"}' });
    const after = await serving.quiet();
    const grown = (name: string, labels = {}): number => sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(grown('flashback_tokens_total', { direction: 'input' })).toBe(5);
    expect(grown('flashback_tokens_total', { direction: 'output' })).toBe(2);
    expect(grown('flashback_requests_total', { operation: 'completions', status: '200' })).toBe(1);
  });

  it.each(['Anthropic', 'Google', 'AWS'] as const)('is refused for a provider of type %s, which has none', async (type) => {
    serving.apply({ repositories: { 'team-a/chat': aRepository({ models: MODELS }) } }, { type });
    const reply = await call(serving.gateway, { path: PATH, body: '{"model":"alias","prompt":"Once"}' });
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'operation_not_supported', param: 'model' });
    expect(serving.provider.calls).toEqual([]);
  });

  it('needs a key, and a model of the repository', async () => {
    expect((await call(serving.gateway, { path: PATH, key: null, body: '{"model":"alias"}' })).status).toBe(401);
    expect((await call(serving.gateway, { path: PATH, body: '{"model":"other"}' })).status).toBe(404);
    expect((await call(serving.gateway, { path: PATH, body: '{"prompt":"Once"}' })).status).toBe(400);
  });
});
