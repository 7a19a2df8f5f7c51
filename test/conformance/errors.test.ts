// Every recorded error, as a response and inside of a stream: callers of every surface get its meaning and the provider's words.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBench, TYPE_OF, type Bench } from './bench.ts';
import { apiOf, bytesOf, loadRecordings, type Recording } from './recordings.ts';
import { asJson, asText } from './said.ts';
import { CALLER_DIALECTS, READERS, type SurfaceApi } from './surfaces.ts';

const CHATS = loadRecordings().filter((recording) => apiOf(recording) !== undefined);
const REFUSED = CHATS.filter(({ response }) => response.status >= 400);
const BROKEN = CHATS.filter(
  ({ response, stream, tags }) => response.status === 200 && stream && tags.some((tag) => tag.startsWith('error_in_')),
);
const surfacesOf = (recording: Recording): SurfaceApi[] =>
  apiOf(recording) === 'openai.responses' ? ['openai.responses'] : (Object.keys(CALLER_DIALECTS) as SurfaceApi[]);
const named = (recordings: Recording[]): [string, Recording][] =>
  recordings.map((recording) => [`${recording.id} of ${recording.provider}, ${recording.api}`, recording]);

/** The credential is the gateway's, so a caller must not hear that its own is wrong. */
function isRefusedCredential({ response: { status, body } }: Recording): boolean {
  return (
    status === 401 ||
    JSON.stringify(body).includes('API_KEY_INVALID') ||
    (status === 403 && JSON.stringify(body).includes('security token'))
  );
}

function expectedStatus(recording: Recording): number {
  const { status } = recording.response;
  return isRefusedCredential(recording) || (status >= 500 && status !== 503 && status !== 529) ? 502 : status;
}

function wordsOf({ response: { body } }: Recording): string {
  const { error, message } = asJson(body);
  return asText(asJson(error)['message']) || asText(message);
}

/** Where each dialect has its message, its kind and its status. */
function errorAt(surface: SurfaceApi, json: unknown): { message: string; kind: string } {
  const error = asJson(asJson(json)['error']);
  if (surface === 'anthropic.messages') expect(asJson(json)['type']).toBe('error');
  return { message: asText(error['message']), kind: asText(error[surface === 'google' ? 'status' : 'type']) };
}

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

it('there are errors of both kinds', () => {
  expect(REFUSED.length).toBeGreaterThan(0);
  expect(BROKEN.length).toBeGreaterThan(0);
});

describe.each(named(REFUSED))('%s', (_name, recording) => {
  it.each(surfacesOf(recording))('means the same to callers of %s', async (surface) => {
    bench.replay(recording, Infinity);
    const stream = recording.tags.includes('stream_requested');
    const reply = await bench.ask(CALLER_DIALECTS[surface], TYPE_OF[apiOf(recording)!], stream);
    expect(reply.status).toBe(expectedStatus(recording));
    expect(reply.headers['content-type']).toBe('application/json');
    const { message, kind } = errorAt(surface, JSON.parse(reply.body));
    expect(message).toContain(wordsOf(recording));
    expect(kind).not.toBe('');
  });
});

describe.each(named(BROKEN))('the stream %s', (_name, recording) => {
  it.each(surfacesOf(recording))('ends with its error for callers of %s', async (surface) => {
    const recorded = READERS[apiOf(recording)!](bytesOf(recording), true);
    expect(recorded.error).toBeTruthy();
    for (const cut of [Infinity, 7]) {
      bench.replay(recording, cut);
      const reply = await bench.ask(CALLER_DIALECTS[surface], TYPE_OF[apiOf(recording)!], true);
      expect(reply.status).toBe(200);
      expect(READERS[surface](Buffer.from(reply.body), true).error).toBe(recorded.error);
    }
  });
});
