// Thoughts in LangChain: they go back with the results of tools in the message that the model said.
import { HumanMessage, ToolMessage, type AIMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import type { Runnable } from '@langchain/core/runnables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { THINKING } from './langchain.ts';
import { Stage, THINKERS } from './stage.ts';
import { SCHEMA } from './talks.ts';
import { BACK, SIGNATURE, think, turnOf, type Thinker } from './thoughts.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const LOOK = { type: 'function', function: { name: 'look', parameters: SCHEMA } };
type Model = Runnable<BaseMessage[], AIMessageChunk>;

async function answer(model: Model, asked: BaseMessage[], asStream: boolean): Promise<AIMessage> {
  if (!asStream) return model.invoke(asked);
  let whole: AIMessageChunk | undefined;
  for await (const chunk of await model.stream(asked)) whole = whole === undefined ? chunk : whole.concat(chunk);
  return whole!;
}

/** Asks, and answers the call with what the SDK made of the first answer. */
async function loop(name: string, asStream: boolean): Promise<void> {
  const model = THINKING[name]!(stage).bindTools!([LOOK]) as Model;
  const asked = new HumanMessage('Look at x.');
  const first = await answer(model, [asked], asStream);
  await answer(model, [asked, first, new ToolMessage({ tool_call_id: first.tool_calls![0]!.id!, content: 'seen' })], false);
}

const types = Object.keys(THINKERS) as Thinker[];
const cases = types.flatMap((type) => [false, true].map((asStream) => ({ type, asStream })));
const FORGETFUL = 'ChatOpenAI';

describe.each(Object.keys(THINKING).filter((name) => name !== FORGETFUL))('%s of LangChain', (name) => {
  it.each(cases)('brings back thoughts of $type as they came (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, think(type), THINKERS[type]);
    await loop(name, asStream);
    expect(turnOf(type, stage.asked)).toEqual(BACK[type]);
    const { thinking, generationConfig, additionalModelRequestFields } = stage.asked;
    const claude = thinking?.budget_tokens ?? additionalModelRequestFields?.thinking?.budget_tokens;
    expect(claude ?? generationConfig?.thinkingConfig?.thinkingBudget).toBeGreaterThan(1023);
    expect(stage.dropped()).toEqual([]);
  });
});

describe(`${FORGETFUL} of LangChain`, () => {
  it.each(cases)('goes on without thoughts of $type (stream: $asStream)', async ({ type, asStream }) => {
    stage.serve(type, think(type), THINKERS[type]);
    await loop(FORGETFUL, asStream);
    expect(stage.provider.calls.at(-1)!.body).not.toContain(SIGNATURE);
    // Claude does not think about the results of calls that it does not know to have thought about.
    expect(stage.dropped()).toEqual(type === 'Google' ? [] : ['reasoning_effort']);
  });
});
