// What is written for Google and read again, and the other way round: everything that the dialect can hold is still there.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatAnswer } from '../../../src/chat/answer.ts';
import { RequestError } from '../../../src/chat/dialect.ts';
import { foldEvents, unfoldAnswer } from '../../../src/chat/fold.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block, ChatOptions, Message, Tool } from '../../../src/chat/request.ts';
import { googleArraySurface, googleProvider, googleSurface } from '../../../src/dialects/google/dialect.ts';
import { renameModels } from '../../../src/dialects/google/model-names.ts';
import { chat, head, read, readAll, write } from './helpers.ts';

const words = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => text.trim() !== '');
const base64 = fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const signature = base64
  .filter((value) => !/^(?:openai|anthropic|bedrock)/.test(Buffer.from(value, 'base64').toString()))
  .map((value) => ({ dialect: 'google' as const, value }));
const maybeSigned = fc.option(signature, { nil: undefined }).map((given) => (given === undefined ? {} : { signature: given }));
const text = words.map((said): Block => ({ type: 'text', text: said }));
const args = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })).map((value) => JSON.stringify(value));
const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,10}$/);

const media = fc.record({ mediaType: fc.constantFrom('image/png', 'application/pdf', 'audio/wav', 'video/mp4'), data: base64 }).map(
  ({ mediaType, data }): Block => {
    const source = { type: 'base64', mediaType, data } as const;
    const [kind] = mediaType.split('/');
    return { type: kind === 'application' ? 'document' : (kind as 'image' | 'audio' | 'video'), source };
  },
);

/** A thought, some words and some calls. */
const modelBlocks = fc
  .tuple(
    fc.option(fc.record({ type: fc.constant('reasoning' as const), text: fc.string(), signature }), { nil: undefined }),
    fc.option(fc.tuple(words, maybeSigned), { nil: undefined }),
    fc.array(fc.tuple(name, args, maybeSigned), { maxLength: 3 }),
  )
  .map(([thought, said, calls]): Block[] => [
    ...(thought === undefined ? [] : [thought]),
    ...(said === undefined ? [] : [{ type: 'text', text: said[0], ...said[1] } as const]),
    ...calls.map(([called, given, signed]): Block => {
      return { type: 'tool-call', id: '', name: called, kind: 'function', arguments: given, ...signed };
    }),
  ])
  .filter((blocks) => blocks.length > 0);

type Turn = Omit<Message, 'at'>;

/** A user, then turns of the model, each followed by the results of its calls or by the user. */
const conversation = fc
  .tuple(
    fc.array(text, { maxLength: 1 }),
    fc.array(fc.oneof(text, media), { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(modelBlocks, text), { maxLength: 3 }),
  )
  .map(([system, first, turns]): Turn[] => {
    let made = 0;
    const messages: Turn[] = system.length > 0 ? [{ role: 'system', content: system }] : [];
    messages.push({ role: 'user', content: first });
    for (const [blocks, next] of turns) {
      const content = blocks.map((block) => (block.type === 'tool-call' ? { ...block, id: `c${made++}` } : block));
      const results = content.flatMap((block): Block[] => {
        if (block.type !== 'tool-call') return [];
        return [{ type: 'tool-result', callId: block.id, name: block.name, content: [{ type: 'text', text: block.arguments }] }];
      });
      messages.push({ role: 'assistant', content }, { role: 'user', content: results.length > 0 ? results : [next] });
    }
    return messages;
  });

const property = fc.constantFrom({ type: 'string' }, { type: 'integer', minimum: 1 }, { type: 'array', items: { type: 'number' } });
const schema = fc
  .dictionary(name, property, { minKeys: 1 })
  .map((properties) => ({ type: 'object', properties, required: Object.keys(properties).slice(0, 1) }));
const tools = fc.uniqueArray(
  fc.record({ type: fc.constant('function' as const), name, description: words, parameters: schema }, { requiredKeys: ['type', 'name'] }),
  { maxLength: 3, selector: (tool) => tool.name },
);

const options = fc.record(
  {
    maxTokens: fc.integer({ min: 1, max: 9999 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }).map((value) => value + 0),
    topP: fc.double({ min: 0.1, max: 1, noNaN: true }),
    topK: fc.integer({ min: 1, max: 100 }),
    stop: fc.array(words, { minLength: 1, maxLength: 5 }),
    seed: fc.integer(),
    n: fc.integer({ min: 2, max: 8 }),
    frequencyPenalty: fc.double({ min: 0.1, max: 2, noNaN: true }),
    presencePenalty: fc.double({ min: -2, max: -0.1, noNaN: true }),
    logprobs: fc.constant(true),
    reasoning: fc.record({ budget: fc.integer({ min: 1, max: 24_576 }), visible: fc.constant(true) }),
    serviceTier: fc.constantFrom('flex', 'priority'),
    output: fc.oneof(
      fc.constant({ type: 'json' as const }),
      schema.map((given) => ({ type: 'schema' as const, schema: given })),
    ),
  },
  { requiredKeys: [] },
);
const choices = fc.constantFrom<ChatOptions['toolChoice'][]>({ type: 'auto' }, { type: 'none' }, { type: 'required' }, undefined);

const withoutPlaces = (messages: readonly Message[]): Turn[] => messages.map(({ role, content }) => ({ role, content }));

it('a request comes back from Google as it was', () => {
  fc.assert(
    fc.property(conversation, tools, options, choices, (messages, given: Tool[], { output, ...rest }, toolChoice) => {
      // A choice needs functions, and older models give no JSON beside them.
      const extra = given.length > 0 ? (toolChoice === undefined ? {} : { toolChoice }) : output === undefined ? {} : { output };
      const asked = { messages, tools: given, options: { ...rest, ...extra } };
      const { body, losses } = write(asked);
      const { request, losses: more } = read(body as unknown as Record<string, unknown>);
      expect([...losses, ...more]).toEqual([]);
      expect(withoutPlaces(request.messages)).toEqual(messages);
      expect(request.tools).toEqual(given);
      expect(request.options).toEqual(asked.options);
    }),
  );
});

describe('an answer', () => {
  const answer = fc
    .tuple(modelBlocks, fc.constantFrom('stop', 'length', 'content-filter', 'error'), fc.nat(99), fc.nat(99))
    .map(([blocks, reason, spoken, thought]): ChatAnswer => {
      const content = blocks.map((block, index) => (block.type === 'tool-call' ? { ...block, id: `x${index}` } : block));
      const usage = { inputTokens: 7, outputTokens: spoken + thought, cachedInputTokens: 3, reasoningTokens: thought };
      const hasCalls = content.some(({ type }) => type === 'tool-call');
      return { id: 'r1', model: 'm', choices: [{ content, finish: hasCalls ? 'tool-calls' : (reason as 'stop') }], usage };
    });
  /** Callers get ids of their own. */
  const withoutId = (block: Block): Block => (block.type === 'tool-call' ? { ...block, id: '' } : block);
  const withoutIds = ({ choices: given, usage }: ChatAnswer) => ({
    choices: given.map((choice) => ({ ...choice, content: choice.content.map(withoutId) })),
    usage,
  });

  it('comes back from a caller’s SDK as it was', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const written: unknown = JSON.parse(JSON.stringify(googleSurface.writeAnswer(given, head())));
        expect(withoutIds(googleProvider.readAnswer(written))).toEqual(withoutIds(given));
      }),
    );
  });

  it.each([googleSurface, googleArraySurface])('comes back from a stream of type $streamType as it was, however that is cut', (surface) => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(5000), { maxLength: 8 }), (given, cuts) => {
        const writer = surface.writeStream(head());
        const pieces = unfoldAnswer(given).map((event) => writer.write(event));
        const bytes = Buffer.from(pieces.join('') + writer.end());
        const borders = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
        const { events, complete } = readAll(borders.slice(1).map((border, index) => bytes.subarray(borders[index], border)));
        expect(complete).toBe(true);
        expect(withoutIds(foldEvents(events))).toEqual(withoutIds(given));
      }),
    );
  });
});

describe('JSON of any kind', () => {
  const key = fc.constantFrom(
    ...'contents parts tools functionDeclarations function_declarations thoughtSignature model requests __proto__'.split(' '),
  );
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof({ maxDepth: 5 }, fc.string(), fc.constant(null), fc.array(tie('json')), fc.dictionary(key, tie('json'))),
  }));
  const body = fc.dictionary(key, json);

  /** Whatever it says, it says of the request. */
  const survives = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      expect(error).toBeInstanceOf(RequestError);
    }
  };

  it('crashes nothing that looks into a body', () => {
    fc.assert(
      fc.property(body, fc.nat(3), (given, index) => {
        expect(typeof googleSurface.holdsForeign!(given)).toBe('boolean');
        survives(() => googleSurface.pathOf!(`tools[${index}].parameters.a`, given));
        survives(() => googleSurface.pathOf!(`contents[${index}].content[0]`, given));
        survives(() => renameModels(given, { asked: 'm', resource: 'models/n' }));
        survives(() => {
          const { request } = read(given);
          googleProvider.writeRequest(chat(request), { losses: new Losses(), nameOf: googleSurface.nameOf });
        });
      }),
    );
  });
});
