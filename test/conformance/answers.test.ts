// Every recorded answer of a chat API behind every surface that can be asked for it: the caller hears what the recording says.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBench, TYPE_OF, type Bench } from './bench.ts';
import { comparable, expectedAt, sourcesOf } from './expected.ts';
import { apiOf, bytesOf, loadRecordings, type Recording } from './recordings.ts';
import { readLastResponse } from './readers/openai-responses.ts';
import type { Said } from './said.ts';
import { CALLER_DIALECTS, READERS, type SurfaceApi } from './surfaces.ts';

const ANSWERS = loadRecordings().filter(
  (recording) => apiOf(recording) !== undefined && recording.response.status === 200 && !isError(recording) && isOne(recording),
);
const SURFACES = Object.keys(CALLER_DIALECTS) as SurfaceApi[];

function isError({ tags }: Recording): boolean {
  return tags.some((tag) => ['error_in_body', 'error_in_stream', 'json_as_event_stream'].includes(tag));
}

/** Some fixtures keep the streams of several turns in one file. */
function isOne({ stream, response }: Recording): boolean {
  return !stream || (response.body_text ?? '').split('"type":"message_start"').length <= 2;
}

/** The Responses API of a provider serves callers of that dialect only: others are served by its chat completions. */
const surfacesOf = (recording: Recording): SurfaceApi[] => (apiOf(recording) === 'openai.responses' ? ['openai.responses'] : SURFACES);

/** Whole, and inside of characters, lines and events; long ones in larger pieces, which is a matter of time only. */
function cutsOf(recording: Recording): number[] {
  if (!recording.stream) return [Infinity];
  const { length } = bytesOf(recording);
  return [Infinity, length < 4_000 ? 7 : length < 20_000 ? 61 : 997];
}

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

/** Signatures are there, in whatever wrapping. */
function signaturesMissing(recorded: Said, heard: Said): string[] {
  const carried = heard.signatures.flatMap((value) => [value, Buffer.from(value, 'base64').toString('utf8')]);
  return recorded.signatures.filter((value) => !carried.some((text) => text.includes(value)));
}

it('there are recordings', () => {
  expect(ANSWERS.length).toBeGreaterThan(0);
});

describe.each(ANSWERS.map((recording) => [`${recording.id} of ${recording.provider}, ${recording.api}`, recording] as const))(
  '%s',
  (_name, recording) => {
    const api = apiOf(recording)!;
    const { stream } = recording;

    it.each(surfacesOf(recording))('says the same to callers of %s', async (surface) => {
      const recorded = READERS[api](bytesOf(recording), stream);
      const expected = expectedAt(surface, api, recorded);
      for (const cut of cutsOf(recording)) {
        bench.replay(recording, cut);
        const reply = await bench.ask(CALLER_DIALECTS[surface], TYPE_OF[api], stream);
        expect(reply.status).toBe(200);
        const body = Buffer.from(reply.body);
        const heard = READERS[surface](body, stream);
        expect(heard.choices.map(({ blocks }) => comparable(surface, blocks))).toEqual(expected.choices.map(({ blocks }) => blocks));
        expect(heard.choices.map(({ finish }) => finish)).toEqual(expected.choices.map(({ finish }) => finish));
        expect(heard.choices.map(({ logprobs }) => logprobs)).toEqual(expected.choices.map(({ logprobs }) => logprobs));
        expect(heard.tokens).toEqual(expected.tokens);
        expect(sourcesOf(heard)).toEqual(sourcesOf(expected));
        expect(signaturesMissing(recorded, heard)).toEqual([]);
        expect(heard.error).toBe(recorded.error);
        if (surface === 'openai.responses' && api !== surface && stream) {
          expect(readLastResponse(body)?.choices[0]?.blocks, 'the last response is the sum of the stream').toEqual(
            heard.choices[0]?.blocks,
          );
        }
      }
    });
  },
);
