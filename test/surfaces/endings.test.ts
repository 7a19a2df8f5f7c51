// How answers end, what they cite and what they cost, from every type of provider to every SDK.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CITING, ended, geminiAnswer, SOURCE, TELLERS, type Ending } from './endings.ts';
import { Stage, TYPES, type Json } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const TOLD: Record<string, Record<Ending, string>> = {
  'openai chat': { length: 'length', filter: 'content_filter', 'stop sequence': 'stop' },
  'openai responses': { length: 'max_output_tokens', filter: 'content_filter', 'stop sequence': 'completed' },
  'anthropic messages': { length: 'max_tokens', filter: 'refusal', 'stop sequence': 'stop_sequence' },
  'google generateContent': { length: 'MAX_TOKENS', filter: 'SAFETY', 'stop sequence': 'STOP' },
};
const content = { role: 'model', parts: [{ text: 'Wel' }] };
/** How Gemini says that it will not answer. */
const BLOCKED: [string, Json][] = [
  ['a blocked prompt', { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }],
  ['a candidate without content', { candidates: [{ index: 0, finishReason: 'SAFETY', safetyRatings: [] }] }],
  ['a candidate that stops short', { candidates: [{ index: 0, content, finishReason: 'PROHIBITED_CONTENT' }] }],
];

describe.each(Object.keys(TELLERS))('an SDK of %s', (name) => {
  const tell = TELLERS[name]!;
  // Where the dialect is the provider's own, the bytes pass as they came.
  const types = TYPES.filter((type) => !(name === 'openai responses' && type === 'OpenAI'));
  const both = types.flatMap((type) => [false, true].map((asStream) => ({ type, asStream })));
  const endings = both.flatMap((one) => (['length', 'filter', 'stop sequence'] as const).map((ending) => ({ ...one, ending })));

  it.each(endings.filter(({ type, ending }) => ended(type, ending) !== undefined))(
    'hears of $ending at a provider of type $type (stream: $asStream)',
    async ({ type, asStream, ending }) => {
      stage.serve(type, ended(type, ending));
      expect((await tell(stage, asStream)).finish).toBe(TOLD[name]![ending]);
    },
  );

  it.each(both)('hears what a provider of type $type cites (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, CITING[type]);
    expect((await tell(stage, asStream)).sources).toEqual([SOURCE]);
  });

  it.each(both.filter(({ type }) => type !== 'Anthropic' && type !== 'AWS'))(
    'hears how many tokens a provider of type $type thought (stream: $asStream)',
    async ({ type, asStream }) => {
      stage.serve(type, ended(type, 'length'));
      expect((await tell(stage, asStream)).reasoningTokens).toBe(2);
    },
  );

  const blocked = BLOCKED.flatMap(([how, body]) => [false, true].map((asStream) => ({ how, body, asStream })));
  it.each(name.startsWith('google') ? [] : blocked)('hears that Gemini refuses by $how (stream: $asStream)', async ({ body, asStream }) => {
    stage.serve('Google', geminiAnswer(body));
    expect((await tell(stage, asStream)).finish).toBe(TOLD[name]!.filter);
  });
});
