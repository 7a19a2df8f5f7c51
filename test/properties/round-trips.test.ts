// From OpenAI's dialect to another and back: a conversation says the same, except for what is named as lost.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ChatEvent } from '../../src/chat/answer.ts';
import type { AnswerHead, ProviderDialect, SurfaceDialect } from '../../src/chat/dialect.ts';
import { foldEvents, unfoldAnswer } from '../../src/chat/fold.ts';
import { Losses } from '../../src/chat/losses.ts';
import type { Block } from '../../src/chat/request.ts';
import { anthropicProvider, anthropicSurface } from '../../src/dialects/anthropic/dialect.ts';
import { googleProvider, googleSurface } from '../../src/dialects/google/dialect.ts';
import { openAiChatProvider, openAiChatSurface } from '../../src/dialects/openai-chat/dialect.ts';
import { openAiResponsesProvider, openAiResponsesSurface } from '../../src/dialects/openai-responses/dialect.ts';
import { args, name, requests, words } from './conversations.ts';
import { cutAt } from './said-by-providers.ts';
import type { Json } from './stand.ts';
import { bounded } from './strange.ts';

interface Way {
  provider: ProviderDialect;
  surface: SurfaceDialect;
  model: string;
  /** Options that it cannot hold, as callers of OpenAI call them: each must be named. */
  lost(body: Json): string[];
  /** What it holds in another form, on both sides. */
  alike?(body: Json): Json;
}

/** Others' schemas of answers have no name, and are always strict. */
function namelessSchema(body: Json): Json {
  return { ...body, response_format: { ...body['response_format']?.json_schema, name: '', strict: true } };
}

const ONLY_CHAT = ['seed', 'frequency_penalty', 'presence_penalty', 'logit_bias'];
const WAYS: Record<string, Way> = {
  responses: {
    provider: openAiResponsesProvider,
    surface: openAiResponsesSurface,
    model: 'gpt-4.1',
    lost: () => [...ONLY_CHAT, 'stop', 'n'],
  },
  anthropic: {
    provider: anthropicProvider,
    surface: anthropicSurface,
    model: 'claude-sonnet-4-5',
    // One of the two ways to sample, not both.
    lost: ({ temperature }) => [...ONLY_CHAT, 'n', 'metadata', 'verbosity', ...(temperature === undefined ? [] : ['top_p'])],
    alike: namelessSchema,
  },
  google: {
    provider: googleProvider,
    surface: googleSurface,
    model: 'gemini-3-flash',
    lost: () => ['logit_bias', 'user', 'metadata', 'parallel_tool_calls', 'verbosity'],
    alike: namelessSchema,
  },
};

/** As this gateway would send it to OpenAI; ids of calls are numbered. */
function toOpenAi(surface: SurfaceDialect, body: Json): Json {
  const unread = new Losses();
  const request = { ...surface.readRequest(body, unread), model: 'gpt-5-mini' };
  expect(unread.names).toEqual([]);
  const losses = new Losses();
  const written = openAiChatProvider.writeRequest(request, { losses, nameOf: openAiChatSurface.nameOf });
  const ids: string[] = [];
  const numbered = (key: string, value: unknown): unknown => {
    // What they stand for when they are left out.
    if ((key === 'detail' && value === 'auto') || (key === 'strict' && value === false)) return undefined;
    if ((key !== 'id' && key !== 'tool_call_id') || typeof value !== 'string') return value;
    if (key === 'id') ids.push(value);
    return key === 'id' ? ids.length - 1 : ids.lastIndexOf(value);
  };
  return JSON.parse(JSON.stringify(written, numbered)) as Json;
}

function without(body: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !names.includes(key)));
}

const answers = fc
  .record({ thought: fc.option(words), said: words, calls: fc.array(fc.tuple(name, args), { maxLength: 3 }), tokens: fc.nat(99) })
  .map(({ thought, said, calls, tokens }) => ({ thought, said, calls: calls.map(([tool, input]) => [tool, input]), tokens }));
type Said = typeof answers extends fc.Arbitrary<infer T> ? T : never;

function answerOf({ thought, said, calls, tokens }: Said, { surface: { name: dialect } }: Way): ChatAnswer {
  const content: Block[] = [
    ...(thought === null ? [] : [{ type: 'reasoning', text: thought, signature: { dialect, value: 'c2ln' } } satisfies Block]),
    { type: 'text', text: said },
    ...calls.map(([tool, input], index): Block => ({
      type: 'tool-call', kind: 'function', id: `call_${index}`, name: String(tool), arguments: JSON.stringify(input),
    })),
  ];
  const usage = { inputTokens: tokens, outputTokens: tokens, cachedInputTokens: 0, reasoningTokens: 0 };
  return { id: 'a', model: 'm', choices: [{ content, finish: calls.length === 0 ? 'stop' : 'tool-calls' }], usage };
}

function headOf(): AnswerHead {
  let count = 0;
  const request = { stream_options: { include_usage: true } };
  return { model: 'm', created: 1, newId: () => String(count++).padStart(24, '0'), losses: new Losses(), request };
}

/** What the stream of a dialect says of these events, read by the reader of its provider in pieces. */
function heard(surface: SurfaceDialect, provider: ProviderDialect, events: readonly ChatEvent[], cuts: readonly number[]): ChatEvent[] {
  const writer = surface.writeStream(headOf());
  const bytes = Buffer.from(events.map((event) => writer.write(event)).join('') + writer.end());
  const reader = provider.readStream();
  const pieces = cutAt(bytes, cuts).flatMap((piece) => reader.push(piece));
  const { events: last, complete } = reader.end();
  expect(complete).toBe(true);
  return [...pieces, ...last];
}

/** Foreign signatures, as applications find them in the details of thoughts. */
function carried(content: readonly Block[]): unknown[] {
  return content.flatMap((block) => {
    if (block.type !== 'reasoning' || block.signature?.value.startsWith('{') !== true) return [];
    const { format, signature } = JSON.parse(block.signature.value) as Json;
    return [{ dialect: format as unknown, value: signature as unknown }];
  });
}

function saidIn(events: readonly ChatEvent[]): unknown {
  const { choices, usage } = foldEvents(events);
  const { content, finish } = choices[0]!;
  const wordsOf = (type: 'text' | 'reasoning'): string => content.map((block) => (block.type === type ? block.text : '')).join('');
  const calls = content.flatMap((block) => (block.type === 'tool-call' ? [[block.name, JSON.parse(block.arguments) as unknown]] : []));
  const thought = wordsOf('reasoning');
  const said = wordsOf('text');
  return { thought: thought === '' ? null : thought, said, calls, signatures: carried(content), finish, tokens: usage?.outputTokens };
}

describe.each(Object.keys(WAYS))('by way of %s', (way) => {
  const { provider, surface, model, lost, alike = (body) => body } = WAYS[way]!;

  it('a request keeps all but what is named', () => {
    fc.assert(
      fc.property(requests, (body) => {
        const losses = new Losses();
        const request = { ...openAiChatSurface.readRequest(body, losses), model };
        const written = JSON.parse(JSON.stringify(provider.writeRequest(request, { losses, nameOf: openAiChatSurface.nameOf }))) as Json;
        expect(losses.names.toSorted()).toEqual(lost(body).filter((option) => option in body).toSorted());
        const back = toOpenAi(surface, { ...written, model });
        expect(alike(back)).toEqual(alike(toOpenAi(openAiChatSurface, without(body, lost(body)))));
      }),
      bounded(200),
    );
  });

  it('an answer says the same in a stream, with its signatures', () => {
    fc.assert(
      fc.property(answers, fc.array(fc.nat(), { maxLength: 10 }), (answer, cuts) => {
        const { thought, calls } = answer;
        const events = heard(surface, provider, unfoldAnswer(answerOf(answer, WAYS[way]!)), cuts);
        expect(saidIn(heard(openAiChatSurface, openAiChatProvider, events, cuts))).toEqual({
          ...answer,
          signatures: thought === null ? [] : [{ dialect: surface.name, value: 'c2ln' }],
          finish: calls.length === 0 ? 'stop' : 'tool-calls',
        });
      }),
      bounded(200),
    );
  });
});
