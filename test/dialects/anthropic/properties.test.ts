// What holds for requests and answers of any shape.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ChatEvent, FinishReason } from '../../../src/chat/answer.ts';
import type { AnswerHead } from '../../../src/chat/dialect.ts';
import { foldEvents, unfoldAnswer } from '../../../src/chat/fold.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block, DialectName } from '../../../src/chat/request.ts';
import { anthropicProvider, anthropicSurface } from '../../../src/dialects/anthropic/dialect.ts';
import { markedConversations, unfaithful } from '../marked-conversations.ts';
import { written } from './fixtures.ts';

interface Turn {
  role: string;
  content: Record<string, unknown>[];
}

const idsOf = (turn: Turn | undefined, type: string, name: string): unknown[] =>
  (turn?.content ?? []).flatMap((block) => (block['type'] === type ? [block[name]] : []));

describe('a request', () => {
  it('has each block of its conversation, or names it', () => {
    fc.assert(
      fc.property(markedConversations('anthropic'), (marked) => {
        const { body, losses } = written({ messages: marked.messages });
        expect(unfaithful(marked, body, losses)).toEqual([]);
      }),
    );
  });

  it('has turns that alternate, hold something, and begin with the results of all calls of the turn before', () => {
    fc.assert(
      fc.property(markedConversations('anthropic'), ({ messages }) => {
        const turns = written({ messages }).body['messages'] as Turn[];
        for (const [index, turn] of turns.entries()) {
          expect(turn.role).not.toBe(turns[index - 1]?.role);
          expect(turn.content).not.toEqual([]);
          expect(idsOf(turns[index + 1], 'tool_result', 'tool_use_id')).toEqual(idsOf(turn, 'tool_use', 'id'));
          expect(turn.content.at(-1)!['type']).not.toMatch(/thinking/);
          const isResult = turn.content.map(({ type }) => type === 'tool_result');
          expect(isResult).toEqual(isResult.toSorted((a, b) => Number(b) - Number(a)));
        }
        const ids = turns.flatMap((turn) => idsOf(turn, 'tool_use', 'id'));
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  const words = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '');
  const mark = fc.constantFrom({}, { cache_control: { type: 'ephemeral' } }, { cache_control: { type: 'ephemeral', ttl: '1h' } });
  const textBlock = fc.tuple(words, mark).map(([text, cached]) => ({ type: 'text', text, ...cached }));
  const source = fc.constantFrom(
    { type: 'base64', media_type: 'image/png', data: 'AAAA' },
    { type: 'url', url: 'https://example.com/a' },
    { type: 'file', file_id: 'file_1' },
  );
  const image = fc.tuple(source, mark).map(([from, cached]) => ({ type: 'image', source: from, ...cached }));
  const document = fc
    .record({ title: words, context: words, citations: fc.record({ enabled: fc.boolean() }) }, { requiredKeys: [] })
    .map((fields) => ({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Read.' }, ...fields }));
  const inputs = fc.dictionary(fc.string(), fc.jsonValue()).map((input) => JSON.parse(JSON.stringify(input)) as object);
  const thought = fc.constantFrom(
    { type: 'thinking', thinking: '', signature: 'sig' },
    { type: 'thinking', thinking: 'Hm', signature: 'sig' },
    { type: 'redacted_thinking', data: 'data' },
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
  );
  const round = fc.record({
    asked: fc.array(fc.oneof(textBlock, image, document), { minLength: 1, maxLength: 3 }),
    thoughts: fc.array(thought, { maxLength: 2 }),
    said: textBlock,
    calls: fc.array(inputs, { maxLength: 2 }),
    seen: fc.array(fc.oneof(textBlock, image), { minLength: 1, maxLength: 2 }),
  });
  const bodies = fc.record(
    {
      system: fc.array(textBlock, { minLength: 1, maxLength: 2 }),
      rounds: fc.array(round, { minLength: 1, maxLength: 3 }),
      temperature: fc.double({ min: 0, max: 0.9, noNaN: true }),
      top_k: fc.nat(500),
      stop_sequences: fc.array(words, { minLength: 1, maxLength: 3 }),
      metadata: fc.record({ user_id: words }),
      service_tier: fc.constantFrom('auto', 'standard_only'),
      tool_choice: fc.constantFrom({ type: 'auto' }, { type: 'any' }, { type: 'none' }, { type: 'tool', name: 'look' }),
      stream: fc.constant(true),
      container: words,
    },
    { requiredKeys: ['rounds', 'tool_choice'] },
  );

  it('that was read is written as it was', () => {
    fc.assert(
      fc.property(bodies, ({ rounds, ...fields }) => {
        let made = 0;
        const messages: { role: string; content: object[] }[] = [];
        let results: object[] = [];
        for (const { asked, thoughts, said, calls, seen } of rounds) {
          messages.push({ role: 'user', content: [...results, ...asked] });
          const uses = calls.map((input) => ({ type: 'tool_use', id: `toolu_${made++}`, name: 'look', input }));
          messages.push({ role: 'assistant', content: [...thoughts, said, ...uses] });
          results = uses.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: seen }));
        }
        messages.push({ role: 'user', content: [...results, { type: 'text', text: 'Go on.' }] });
        const tools = [{ name: 'look', input_schema: { type: 'object', properties: {} } }];
        const body = { model: 'claude-3-7-sonnet', max_tokens: 100, messages, tools, ...fields };
        const losses = new Losses();
        const request = anthropicSurface.readRequest(body, losses);
        expect(anthropicProvider.writeRequest(request, { losses, nameOf: anthropicSurface.nameOf })).toEqual(body);
        expect(losses.names).toEqual([]);
      }),
    );
  });
});

describe('an answer', () => {
  const dialects = fc.constantFrom<DialectName>('anthropic', 'openai-responses', 'google', 'bedrock');
  const signature = fc.record({ dialect: dialects, value: fc.string({ minLength: 1 }) });
  const signed = fc.option(signature, { nil: undefined }).map((made) => (made === undefined ? {} : { signature: made }));
  const citation = fc.constantFrom({ url: 'https://example.com/a', title: 'A', text: 'a' }, { title: 'no address' });
  const block: fc.Arbitrary<Block> = fc.oneof(
    fc
      .tuple(fc.string(), signed, fc.array(citation, { maxLength: 2 }))
      .map(([text, made, citations]): Block => ({ type: 'text', text, ...made, ...(citations.length === 0 ? {} : { citations }) })),
    fc.tuple(fc.string(), signed).map(([text, made]): Block => ({ type: 'reasoning', text, ...made })),
    signature.map((made): Block => ({ type: 'reasoning', text: '', redacted: true, signature: made })),
    fc.string({ minLength: 1 }).map((text): Block => ({ type: 'refusal', text })),
    fc
      .tuple(fc.dictionary(fc.string(), fc.jsonValue()), signed)
      .map(([input, made]) => ({ arguments: JSON.stringify(input), ...made }))
      .map((fields): Block => ({ type: 'tool-call', id: 'a', name: 'look', kind: 'function', ...fields })),
    fc.string().map((text): Block => ({ type: 'tool-call', id: 'a', name: 'shell', kind: 'custom', arguments: text })),
    fc.constant<Block>({ type: 'other', dialect: 'anthropic', kind: 'web', value: { type: 'web', id: 's', input: {} } }),
  );
  const answers: fc.Arbitrary<ChatAnswer> = fc
    .tuple(fc.array(block, { maxLength: 5 }), fc.constantFrom<FinishReason>('stop', 'length', 'refusal', 'content-filter', 'pause'))
    .map(([content, told]) => {
      const finish = content.some(({ type }) => type === 'tool-call') ? 'tool-calls' : told;
      const usage = { inputTokens: 9, outputTokens: 5, cachedInputTokens: 4, reasoningTokens: 2, cacheWriteTokens: 1 };
      return { id: '', model: '', choices: [{ content, finish }], usage };
    });

  const headOf = (): AnswerHead => {
    let made = 0;
    return { model: 'small-1', created: 1, newId: () => String(made++), losses: new Losses(), request: {} };
  };
  const streamOf = (events: readonly ChatEvent[], head: AnswerHead): Buffer => {
    const writer = anthropicSurface.writeStream(head);
    return Buffer.from(events.map((event) => writer.write(event)).join('') + writer.end());
  };
  const readCut = (bytes: Buffer, cuts: readonly number[]): { answer: ChatAnswer; complete: boolean } => {
    const reader = anthropicProvider.readStream();
    const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
    const events = borders.slice(1).flatMap((border, index) => reader.push(bytes.subarray(borders[index], border)));
    const end = reader.end();
    return { answer: foldEvents([...events, ...end.events]), complete: end.complete };
  };

  it('says the same in a stream as whole, however the stream is cut', () => {
    fc.assert(
      fc.property(answers, fc.array(fc.nat()), (answer, cuts) => {
        const whole = headOf();
        const parts = headOf();
        const message = JSON.parse(JSON.stringify(anthropicSurface.writeAnswer(answer, whole))) as object;
        const { answer: streamed, complete } = readCut(streamOf(unfoldAnswer(answer), parts), cuts);
        expect(complete).toBe(true);
        expect(streamed).toEqual(anthropicProvider.readAnswer(message));
        // Paths of a stream count what came out, so only whether something is missing can be the same.
        expect(parts.losses.names.length > 0).toBe(whole.losses.names.length > 0);
      }),
    );
  });
});
