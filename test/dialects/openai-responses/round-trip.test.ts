// What is written can be read, and means the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChatAnswer } from '../../../src/chat/answer.ts';
import { foldEvents, unfoldAnswer } from '../../../src/chat/fold.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block } from '../../../src/chat/request.ts';
import { openAiResponsesProvider as provider, openAiResponsesSurface as surface } from '../../../src/dialects/openai-responses/dialect.ts';
import { answers, plain, requests } from '../arbitraries.ts';
import { headOf, streamOf } from './support.ts';

const RUNS = { numRuns: 300 };

it('a request that is written for OpenAI is read as the same', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const losses = new Losses();
      const body = provider.writeRequest(request, { losses, nameOf: surface.nameOf });
      const again = surface.readRequest(JSON.parse(JSON.stringify(body)) as Record<string, unknown>, losses);
      expect({ ...again, messages: again.messages.map((message) => ({ ...message, at: '' })) }).toEqual(request);
      expect(losses.names).toEqual([]);
    }),
    RUNS,
  );
});

function readWhole(answer: ChatAnswer): ChatAnswer {
  return provider.readAnswer(JSON.parse(JSON.stringify(surface.writeAnswer(answer, headOf()))));
}

function readStreamed(answer: ChatAnswer, cuts: readonly number[]): ChatAnswer {
  const bytes = Buffer.from(streamOf(unfoldAnswer(answer)));
  const reader = provider.readStream();
  const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
  const events = places.slice(1).flatMap((place, index) => reader.push(bytes.subarray(places[index]!, place)));
  const { events: last, complete } = reader.end();
  expect(complete).toBe(true);
  return foldEvents([...events, ...last]);
}

/** Signatures of other dialects are wrapped in this one. */
function unsigned(content: readonly Block[]): Block[] {
  return plain(content).map((block) => (block.type === 'reasoning' ? { type: block.type, text: block.text } : block));
}

it('an answer that is written is read as the same, whole and streamed, however the stream is cut', () => {
  fc.assert(
    fc.property(answers, fc.array(fc.nat(), { maxLength: 20 }), (answer, cuts) => {
      for (const read of [readWhole(answer), readStreamed(answer, cuts)]) {
        expect(read.usage).toMatchObject({ ...answer.usage });
        const [{ content, finish }] = read.choices as [ChatAnswer['choices'][number]];
        expect(finish).toBe(answer.choices[0]!.finish);
        expect(unsigned(content)).toEqual(unsigned(answer.choices[0]!.content));
      }
    }),
    RUNS,
  );
});
