// Errors in the Vercel AI SDK: what it throws, whether it would try again, and what a stream tells before it breaks.
import { APICallError, generateText, streamText, type LanguageModel } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEGUN, BROKEN, refusal } from './failures.ts';
import { Stage, streams, TYPES, words } from './stage.ts';
import { UPSTREAMS, WORDS } from './upstreams.ts';
import { VERCEL } from './vercel.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const PLAIN = { prompt: 'Hello', maxRetries: 0, maxOutputTokens: 500 };
/** Status of the provider, what the caller gets for it, and whether asking again may help. */
const STATUSES = [
  { status: 400, told: 400, retryable: false },
  { status: 401, told: 502, retryable: true },
  { status: 404, told: 404, retryable: false },
  { status: 429, told: 429, retryable: true },
  { status: 529, told: 503, retryable: true },
];

async function thrown(asked: PromiseLike<unknown>): Promise<APICallError> {
  const error: unknown = await asked.then(
    () => undefined,
    (raised: unknown) => raised,
  );
  if (!APICallError.isInstance(error)) throw error;
  return error;
}

describe.each(Object.keys(VERCEL))('the AI SDK with its provider %s', (name) => {
  const ask = (): typeof PLAIN & { model: LanguageModel } => ({ ...PLAIN, model: VERCEL[name]!.model(stage) });

  it.each(TYPES.flatMap((type) => STATUSES.map((one) => ({ ...one, type }))))(
    'throws a $told for a $status of a provider of type $type',
    async ({ type, status, told, retryable }) => {
      stage.serve(type, refusal(type, status, 'What went wrong.'));
      const error = await thrown(generateText(ask()));
      expect(error).toMatchObject({ statusCode: told, isRetryable: retryable });
      expect(error.message).toContain('What went wrong.');
    },
  );

  it.each(TYPES)('hears when a provider of type %s wants to be asked again, and asks again then', async (type) => {
    let asked = 0;
    const [refuse, answer] = [refusal(type, 429, 'Later.'), words(type)];
    stage.serve(type, (response, call) => {
      // It would wait for the seven seconds otherwise.
      if (asked === 0) response.setHeader('retry-after-ms', '1');
      (asked++ === 0 ? refuse : answer)(response, call);
    });
    expect((await generateText({ ...ask(), maxRetries: 1 })).text).toBe(WORDS);
    expect(asked).toBe(2);
    stage.serve(type, refusal(type, 429, 'Later.'));
    expect((await thrown(generateText(ask()))).responseHeaders).toMatchObject({ 'retry-after': '7' });
  });

  const kinds = [
    { what: 'says that it broke', message: 'It broke.' },
    { what: 'hangs up', message: 'stopped in the middle of its answer' },
  ];
  it.each(TYPES.flatMap((type) => kinds.map((kind) => ({ ...kind, type }))))(
    'tells that a provider of type $type $what in the middle of a stream',
    async ({ type, what, message }) => {
      stage.serve(type, (response, { url }) => {
        const kind = url.endsWith('/responses') ? 'responses' : type;
        response.writeHead(200, { 'content-type': UPSTREAMS[type].streamType });
        if (what === 'hangs up') response.write(BEGUN[kind](), () => response.destroy());
        else response.end(Buffer.concat([BEGUN[kind](), BROKEN[kind]('It broke.')]));
      });
      const told: string[] = [];
      const errors: unknown[] = [];
      for await (const part of streamText({ ...ask(), onError: () => undefined }).stream) {
        if (part.type === 'text-delta') told.push(part.text);
        if (part.type === 'error') errors.push(part.error);
      }
      expect(told.join('')).toBe('Well');
      expect(errors).toMatchObject([{ message: expect.stringContaining(message) as string }]);
    },
  );

  it.each(TYPES)('ends the call to a provider of type %s when it is aborted', async (type) => {
    const leaving = new AbortController();
    const left = Promise.withResolvers<boolean>();
    stage.serve(type, (response, { url, body }) => {
      response.on('close', () => left.resolve(response.writableFinished));
      response.writeHead(200, { 'content-type': UPSTREAMS[type].streamType });
      if (streams(url, body)) response.write(BEGUN[url.endsWith('/responses') ? 'responses' : type]());
    });
    const parts: string[] = [];
    for await (const part of streamText({ ...ask(), abortSignal: leaving.signal }).stream) {
      parts.push(part.type);
      if (part.type === 'text-delta') leaving.abort();
    }
    expect(parts.at(-1)).toBe('abort');
    expect(await left.promise).toBe(false);
  });
});
