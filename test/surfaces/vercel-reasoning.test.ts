// Thoughts in the Vercel AI SDK: it shows them, and brings them back by itself with the results of tools.
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage, THINKERS } from './stage.ts';
import { BACK, SIGNATURE, think, THOUGHT, turnOf, type Thinker } from './thoughts.ts';
import { VERCEL } from './vercel.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const AT = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] } as const;
const look = tool({ inputSchema: jsonSchema<{ at: string }>({ ...AT, required: ['at'] }), execute: () => 'seen' });

/** Asks, runs the tool, and asks again; the thought as the SDK shows it. */
async function loop(name: string, asStream: boolean): Promise<string | undefined> {
  const { model, thinking } = VERCEL[name]!;
  const common = { model: model(stage), prompt: 'Look at x.', maxOutputTokens: 4000, maxRetries: 0 };
  const ask = { ...common, tools: { look }, stopWhen: isStepCount(2), providerOptions: thinking };
  const steps = asStream ? await streamText(ask).steps : (await generateText(ask)).steps;
  return steps[0]!.reasoningText;
}

const types = Object.keys(THINKERS) as Thinker[];
const cases = types.flatMap((type) => [false, true].map((asStream) => ({ type, asStream })));
const FORGETFUL = 'openai chat';

/** In whole answers this SDK keeps one signature only of a thought and of a hidden one behind it. */
const halfOf = (name: string, asStream: boolean, type: Thinker): number => (name === 'google' && !asStream && type !== 'Google' ? 1 : 0);

describe.each(Object.keys(VERCEL).filter((name) => name !== FORGETFUL))('the AI SDK with its provider %s', (name) => {
  it.each(cases)('shows thoughts of $type, and brings them back as they came (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, think(type), THINKERS[type]);
    expect(await loop(name, asStream)).toBe(THOUGHT);
    const missing = halfOf(name, asStream, type);
    expect(turnOf(type, stage.asked)).toEqual(BACK[type].slice(missing));
    expect(stage.provider.calls.at(-1)!.body.split(SIGNATURE)).toHaveLength(2 - missing);
    expect(stage.dropped()).toEqual([]);
  });

  it.each(cases)('asks $type to think, also with the results of tools (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, think(type), THINKERS[type]);
    await loop(name, asStream);
    const { thinking, generationConfig, additionalModelRequestFields } = stage.asked;
    const claude = thinking?.budget_tokens ?? additionalModelRequestFields?.thinking?.budget_tokens;
    expect(claude ?? generationConfig?.thinkingConfig?.thinkingBudget).toBeGreaterThan(1023);
  });
});

describe(`the AI SDK with its provider ${FORGETFUL}`, () => {
  it.each(cases)('goes on without thoughts of $type (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, think(type), THINKERS[type]);
    expect(await loop(FORGETFUL, asStream)).toBeUndefined();
    expect(stage.provider.calls.at(-1)!.body).not.toContain(SIGNATURE);
    // Claude does not think about the results of calls that it does not know to have thought about.
    expect(stage.dropped()).toEqual(type === 'Google' ? [] : ['reasoning_effort']);
  });
});
