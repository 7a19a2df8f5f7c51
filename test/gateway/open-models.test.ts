// A connection that lists no models takes any: what callers write as a model must not become a label before it is one.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '../fake/caller.ts';
import { aRepository } from '../fake/gateway.ts';
import { CHAT_ANSWER, json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
  serving.apply({ repositories: { 'team-a/chat': aRepository({ models: {}, openLlm: 'team-a/main' }) } });
});
afterAll(() => serving.close());

const ask = (model: string): Promise<{ status: number }> => call(serving.gateway, { body: JSON.stringify({ model }) });

it('names a model in labels once the provider has answered to it', async () => {
  serving.provider.answer(json(200, CHAT_ANSWER));
  expect((await ask('vendor/model-7b:free')).status).toBe(200);
  expect(await serving.quiet()).toContain('model="vendor/model-7b:free"');
});

it('keeps a name that the provider refused out of labels and log', async () => {
  serving.provider.answer(json(404, { error: { message: 'no such model' } }));
  expect((await ask('made-up-name')).status).toBe(404);
  expect(await serving.quiet()).not.toContain('made-up-name');
  expect(JSON.stringify(serving.gateway.logs)).not.toContain('made-up-name');
});

it('keeps prose out of labels and log even if a provider answers to it', async () => {
  serving.provider.answer(json(200, CHAT_ANSWER));
  expect((await ask('My number is 123-45-6789')).status).toBe(200);
  expect(await serving.quiet()).not.toContain('123-45');
  expect(JSON.stringify(serving.gateway.logs)).not.toContain('123-45');
});

it('names at most a hundred, and counts the rest together', async () => {
  serving.provider.answer(json(200, CHAT_ANSWER));
  for (let index = 0; index < 105; index++) await ask(`model-${index}`);
  const metrics = await serving.quiet();
  expect(new Set(metrics.match(/model="model-\d+"/g)).size).toBeLessThanOrEqual(100);
  expect(metrics).toContain('model="other"');
});
