// Every surface in front of every type of provider: the same question gets the same answer, whole and as a stream.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import type { ProviderType } from '../../src/api/resources.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { aKey, aProvider, aRepository, aSnapshot, startGateway, type RunningGateway } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { startProvider, type FakeProvider } from '../fake/provider.ts';
import { CALLERS, FINISHES } from './callers.ts';
import { CALL, questionOf, RESPONSES, TOKENS, UPSTREAMS, WORDS, type Question } from './upstreams.ts';

const SURFACES = ['OpenAI', 'Anthropic', 'Google'] as const;
const KEYS = { OpenAI: aKey(1), Anthropic: aKey(2), Google: aKey(3) };
const TYPES = Object.keys(PROVIDERS) as ProviderType[];

let provider: FakeProvider;
let gateway: RunningGateway;
beforeAll(async () => {
  provider = await startProvider();
  gateway = await startGateway(undefined);
});
afterAll(async () => {
  await gateway.close();
  await provider.close();
});

function serve(type: ProviderType, cut: number): void {
  const keys = Object.fromEntries(SURFACES.map((surface) => [hashKey(KEYS[surface]), { id: `key_${surface}`, repository: 'team-a/chat', type: surface }]));
  gateway.apply(aSnapshot({ keys, providers: { 'team-a/main': aProvider(provider.url, { type }) }, repositories: { 'team-a/chat': aRepository({ surfaces: [...SURFACES] }) } }));
  provider.answer(async (response, { url, body }) => {
    const streams = body.includes('"stream":true') || /stream/i.test(url);
    const question = questionOf(body);
    const upstream = url.endsWith('/responses') ? RESPONSES : UPSTREAMS[type];
    response.writeHead(200, { 'content-type': streams ? upstream.streamType : 'application/json' });
    if (!streams) return response.end(upstream.whole(question));
    const bytes = upstream.stream(question);
    for (let at = 0; at < bytes.length; at += cut) {
      response.write(bytes.subarray(at, at + cut));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return response.end();
  });
}

it('every type of provider has its answers here', () => {
  expect(Object.keys(UPSTREAMS)).toEqual(expect.arrayContaining(TYPES));
});

describe.each(Object.keys(CALLERS))('an SDK of %s', (name) => {
  const { surface, ask } = CALLERS[name]!;
  const cases = TYPES.flatMap((type) => (['words', 'call'] as Question[]).flatMap((question) => [false, true].map((stream) => ({ type, question, stream }))));

  it.each(cases)('hears $question of a provider of type $type (stream: $stream)', async ({ type, question, stream }) => {
    for (const cut of stream ? [Infinity, 61] : [Infinity]) {
      serve(type, cut);
      const heard = await ask(gateway.url, KEYS[surface], question, stream);
      expect(heard).toEqual({
        text: WORDS,
        calls: question === 'call' ? [{ id: expect.any(String) as string, name: CALL.name, arguments: CALL.arguments }] : [],
        finish: FINISHES[name]![question],
        tokens: TOKENS,
      });
    }
  });
});

it('all of it was counted, and nothing was lost on the way', async () => {
  const text = await gateway.metrics();
  expect(sumOf(text, 'flashback_requests_without_usage_total')).toBe(0);
  expect(sumOf(text, 'flashback_errors_total')).toBe(0);
  expect(sumOf(text, 'flashback_dropped_fields_total')).toBe(0);
});
