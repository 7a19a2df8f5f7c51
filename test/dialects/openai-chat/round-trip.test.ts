// What is written can be read, and means the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChatAnswer } from '../../../src/chat/answer.ts';
import { foldEvents, unfoldAnswer } from '../../../src/chat/fold.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block, Message } from '../../../src/chat/request.ts';
import { openAiChatProvider as provider, openAiChatSurface as surface } from '../../../src/dialects/openai-chat/dialect.ts';
import { answers, plain, requests } from '../arbitraries.ts';
import { head } from './samples.ts';

const RUNS = { numRuns: 300 };

/** A result has the name of its tool only where the dialect says it. */
function withoutName(block: Block): Block {
  return block.type === 'tool-result' ? { type: block.type, callId: block.callId, content: block.content } : block;
}

function withoutPlaces(messages: readonly Message[]): Message[] {
  return messages.map((message) => ({ ...message, at: '', content: message.content.map(withoutName) }));
}

it('a request that is written for OpenAI is read as the same', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const losses = new Losses();
      const body = provider.writeRequest(request, { losses, nameOf: surface.nameOf, vendor: 'openai' });
      const again = surface.readRequest(JSON.parse(JSON.stringify(body)) as Record<string, unknown>, losses);
      expect({ ...again, messages: withoutPlaces(again.messages) }).toEqual(request);
      expect(losses.names).toEqual([]);
    }),
    RUNS,
  );
});

/** Signatures of other dialects stand in fields of this one; in a stream they come behind the words, in a block of their own. */
function unsigned(content: readonly Block[]): Block[] {
  return plain(content)
    .map((block) => (block.type === 'reasoning' ? { type: block.type, text: block.text } : block))
    .filter((block) => block.type !== 'reasoning' || block.text !== '');
}

/** What a caller's SDK has, as a gateway behind this one would read it. */
function readWhole(answer: ChatAnswer): ChatAnswer {
  return provider.readAnswer(JSON.parse(JSON.stringify(surface.writeAnswer(answer, head()))));
}

function readStreamed(answer: ChatAnswer, cuts: readonly number[]): ChatAnswer {
  const writer = surface.writeStream(head({ stream_options: { include_usage: true } }));
  const bytes = Buffer.from(unfoldAnswer(answer).map((event) => writer.write(event)).join('') + writer.end());
  const reader = provider.readStream();
  const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
  const events = places.slice(1).flatMap((place, index) => reader.push(bytes.subarray(places[index]!, place)));
  const { events: last, complete } = reader.end();
  expect(complete).toBe(true);
  return foldEvents([...events, ...last]);
}

it('an answer that is written is read as the same, whole and streamed, however the stream is cut', () => {
  fc.assert(
    fc.property(answers, fc.array(fc.nat(), { maxLength: 20 }), (answer, cuts) => {
      for (const read of [readWhole(answer), readStreamed(answer, cuts)]) {
        expect(read.usage).toEqual(answer.usage);
        expect(read.choices).toHaveLength(1);
        const [{ content, finish }] = read.choices as [ChatAnswer['choices'][number]];
        const expected = answer.choices[0]!;
        expect(finish).toBe(expected.finish);
        expect(unsigned(content)).toEqual(unsigned(expected.content));
      }
    }),
    RUNS,
  );
});
