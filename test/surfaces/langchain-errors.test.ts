// LangChain where answers break, and where they are not waited for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEGUN, BROKEN, refusal } from './failures.ts';
import { LANGCHAIN } from './langchain.ts';
import { Stage, streams, TYPES } from './stage.ts';
import { UPSTREAMS } from './upstreams.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const STATUSES = [
  { status: 400, told: 400 },
  { status: 401, told: 502 },
  { status: 429, told: 429 },
  { status: 529, told: 503 },
];

describe.each(Object.keys(LANGCHAIN))('%s of LangChain', (name) => {
  it.each(TYPES.flatMap((type) => STATUSES.map((one) => ({ ...one, type }))))(
    'throws a $told for a $status of a provider of type $type',
    async ({ type, status, told }) => {
      stage.serve(type, refusal(type, status, 'What went wrong.'));
      const message = expect.stringContaining('What went wrong.') as string;
      await expect(LANGCHAIN[name]!(stage).invoke('Hello')).rejects.toMatchObject({ status: told, message });
    },
  );

  it.each(TYPES)('throws what a provider of type %s says in the middle of a stream', async (type) => {
    stage.serve(type, (response, { url }) => {
      const kind = url.endsWith('/responses') ? 'responses' : type;
      response.writeHead(200, { 'content-type': UPSTREAMS[type].streamType });
      response.end(Buffer.concat([BEGUN[kind](), BROKEN[kind]('It broke.')]));
    });
    let told = '';
    const listening = async (): Promise<void> => {
      for await (const { text } of await LANGCHAIN[name]!(stage).stream('Hello')) told += text;
    };
    await expect(listening()).rejects.toThrow('It broke.');
    expect(told).toBe('Well');
  });

  it.each(TYPES)('ends the call to a provider of type %s when it is aborted', async (type) => {
    const leaving = new AbortController();
    const left = Promise.withResolvers<boolean>();
    stage.serve(type, (response, { url, body }) => {
      response.on('close', () => left.resolve(response.writableFinished));
      response.writeHead(200, { 'content-type': UPSTREAMS[type].streamType });
      if (streams(url, body)) response.write(BEGUN[url.endsWith('/responses') ? 'responses' : type]());
    });
    const listening = async (): Promise<void> => {
      const stream = await LANGCHAIN[name]!(stage).stream('Hello', { signal: leaving.signal });
      for await (const { text } of stream) if (text !== '') leaving.abort();
    };
    await expect(listening()).rejects.toThrow(/abort/i);
    expect(await left.promise).toBe(false);
  });
});
