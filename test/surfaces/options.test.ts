// Options from every SDK to every type of provider: they arrive in the provider's words, or the caller hears that they did not.
import type { ProviderType } from '../../src/api/resources.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage, TYPES, type Json } from './stage.ts';
import { ASKERS, type Talk } from './talks.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const CHAT = 'openai chat';
const RESPONSES = 'openai responses';
const CLAUDE = 'anthropic messages';
const GEMINI = 'google generateContent';
const NAMES = Object.keys(ASKERS);
const HELLO: Talk = { turns: [{ by: 'user', parts: [{ text: 'Hello' }] }] };
const of = (names: string[]): { name: string; type: ProviderType }[] => names.flatMap((name) => TYPES.map((type) => ({ name, type })));

/** Says something that talks have no word for. */
async function askWith(name: string, extra: Json): Promise<string[]> {
  const hello = [{ role: 'user', content: 'Hello' }];
  const model = 'small-1';
  if (name === CHAT) await stage.openai.chat.completions.create({ model, messages: hello, ...extra } as never);
  else if (name === RESPONSES) await stage.openai.responses.create({ model, input: hello, ...extra } as never);
  else if (name === CLAUDE) await stage.anthropic.messages.create({ model, max_tokens: 100, messages: hello, ...extra } as never);
  else
    return stage.dropped((await stage.google.models.generateContent({ model, contents: 'Hello', config: extra })).sdkHttpResponse?.headers);
  return stage.dropped();
}

describe('the most tokens of an answer', () => {
  it.each(of(NAMES))('arrive from an SDK of $name at a provider of type $type', async ({ name, type }) => {
    stage.serve(type);
    const { dropped } = await ASKERS[name]!(stage, { ...HELLO, maxTokens: 321 });
    const { max_tokens: old, max_completion_tokens: chat, max_output_tokens: responses, generationConfig, inferenceConfig } = stage.asked;
    expect([old ?? chat ?? responses ?? generationConfig?.maxOutputTokens ?? inferenceConfig?.maxTokens, dropped]).toEqual([321, []]);
  });
});

describe('stop sequences', () => {
  it.each(of([CHAT, CLAUDE, GEMINI]))('arrive from an SDK of $name at a provider of type $type', async ({ name, type }) => {
    stage.serve(type);
    const { dropped } = await ASKERS[name]!(stage, { ...HELLO, stop: ['END', 'STOP'] });
    const { stop, stop_sequences: claude, generationConfig, inferenceConfig } = stage.asked;
    expect([stop ?? claude ?? generationConfig?.stopSequences ?? inferenceConfig?.stopSequences, dropped]).toEqual([['END', 'STOP'], []]);
  });
});

describe('a number of answers', () => {
  const SAID: Record<string, [Json, string]> = {
    [CHAT]: [{ n: 2 }, 'n'],
    [GEMINI]: [{ candidateCount: 2 }, 'generationConfig.candidateCount'],
  };
  it.each(of([CHAT, GEMINI]))('arrives from an SDK of $name at a provider of type $type, or is named', async ({ name, type }) => {
    stage.serve(type);
    const [extra, called] = SAID[name]!;
    const dropped = await askWith(name, extra);
    const { n, generationConfig } = stage.asked;
    const hasNone = type === 'Anthropic' || type === 'AWS';
    expect([n ?? generationConfig?.candidateCount, dropped]).toEqual(hasNone ? [undefined, [called]] : [2, []]);
  });
});

describe('probabilities of tokens', () => {
  const SAID: Record<string, [Json, string[]]> = {
    [CHAT]: [{ logprobs: true, top_logprobs: 2 }, ['logprobs', 'top_logprobs']],
    [RESPONSES]: [{ include: ['message.output_text.logprobs'], top_logprobs: 2 }, ['include', 'top_logprobs']],
    [GEMINI]: [{ responseLogprobs: true, logprobs: 2 }, ['generationConfig.responseLogprobs', 'generationConfig.logprobs']],
  };
  it.each(of([CHAT, RESPONSES, GEMINI]))(
    'are asked for by an SDK of $name at a provider of type $type, or named',
    async ({ name, type }) => {
      stage.serve(type);
      const [extra, called] = SAID[name]!;
      const dropped = await askWith(name, extra);
      const { logprobs, top_logprobs: top, include, generationConfig } = stage.asked;
      const asks = [
        logprobs ?? include?.includes('message.output_text.logprobs') ?? generationConfig?.responseLogprobs,
        top ?? generationConfig?.logprobs,
      ];
      const hasNone = type === 'Anthropic' || type === 'AWS';
      expect([...asks, dropped]).toEqual(hasNone ? [undefined, undefined, called] : [true, 2, []]);
    },
  );
});

describe('an answer in the form of a schema', () => {
  const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'], additionalProperties: false };
  const NAMED: Record<string, RegExp> = {
    [CHAT]: /^response_format\.json_schema\.schema\.minimum$/,
    [RESPONSES]: /^text\.format\.schema\.minimum$/,
    [GEMINI]: /^generationConfig\.response(?:Json)?Schema\.minimum$/,
    [CLAUDE]: /^output_config\.format\.schema\.minimum$/,
  };
  it.each(of(NAMES))('is asked for by an SDK of $name at a provider of type $type, but for what is named', async ({ name, type }) => {
    stage.serve(type, undefined, type === 'AWS' ? 'anthropic.claude-sonnet-4-5-20250929-v1:0' : undefined);
    const { dropped } = await ASKERS[name]!(stage, { ...HELLO, schema });
    const { response_format: chat, text, output_config: claude, generationConfig, outputConfig } = stage.asked;
    const converse = outputConfig?.textFormat?.structure?.jsonSchema?.schema as string | undefined;
    const arrived = (chat?.json_schema?.schema ??
      text?.format?.schema ??
      claude?.format?.schema ??
      generationConfig?.responseJsonSchema ??
      generationConfig?.responseSchema ??
      (converse === undefined ? undefined : JSON.parse(converse))) as Json;
    // Both refuse limits of numbers.
    const isReduced = (type === 'Anthropic' && name !== CLAUDE) || type === 'AWS';
    expect(arrived).toMatchObject({
      type: expect.stringMatching(/^object$/i) as string,
      required: ['n'],
      properties: { n: { type: expect.stringMatching(/^integer$/i) as string } },
    });
    expect(arrived['properties'].n.minimum).toBe(isReduced ? undefined : 1);
    expect(dropped).toEqual(isReduced ? [expect.stringMatching(NAMED[name]!)] : []);
  });
});

describe('marks of what to keep in a cache', () => {
  const text = { type: 'text', text: 'A long text.', cache_control: { type: 'ephemeral' } };
  it.each(of([CHAT, CLAUDE]))('arrive from an SDK of $name at a provider of type $type if it has such', async ({ name, type }) => {
    stage.serve(type, undefined, type === 'AWS' ? 'anthropic.claude-sonnet-4-5-20250929-v1:0' : undefined);
    const dropped = await askWith(name, { messages: [{ role: 'user', content: [text] }] });
    const isMarked = /"cache_control"|"cachePoint"/.test(stage.provider.calls.at(-1)!.body);
    const isNative = name === CHAT && (type === 'OpenAI' || type === 'Other');
    // Caches of the others need no marks.
    expect([isMarked, dropped]).toEqual([isNative || type === 'Anthropic' || type === 'AWS', []]);
  });
});

it.each(['Anthropic', 'Google', 'AWS'] as const)(
  'a search that asks for nothing special is named at a provider of type %s',
  async (type) => {
    stage.serve(type);
    expect(await askWith(CHAT, { web_search_options: {} })).toEqual(['web_search_options']);
  },
);
