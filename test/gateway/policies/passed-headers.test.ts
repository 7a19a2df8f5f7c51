// Headers of a provider are read by no policy, so nothing can be said in them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentTypeOf, OF_ANSWERS, OF_ERRORS, passedHeaders } from '../../../src/gateway/passed-headers.ts';
import { fromErrorResponse } from '../../../src/gateway/upstream-error.ts';
import { PROVIDERS } from '../../../src/providers/index.ts';
import { CARD, KEYS, MODEL, NO_CARDS, startPolicyStage, type PolicyStage } from './stage.ts';

const DIGITS = CARD.replaceAll(' ', '');
const ANSWER = '{"id":"a","object":"chat.completion","created":1,"model":"small-1","choices":[{"index":0,"message":{"role":"assistant","content":"Fine."},"finish_reason":"stop"}]}';
const BODY = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hello.' }] });

let stage: PolicyStage;
beforeAll(async () => {
  stage = await startPolicyStage();
  stage.use(NO_CARDS);
});
afterAll(() => stage.close());

async function answered(status: number, headers: Record<string, string>) {
  stage.provider.answer((response) => void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(ANSWER));
  return stage.ask({ key: KEYS.OpenAI, body: BODY });
}

const HIDDEN = [CARD, DIGITS, `7; ${CARD}`, `Fri, 27 Nov 2026 10:00:00 GMT ${DIGITS}`];
const NAMES = [...new Set<string>([...OF_ANSWERS, ...OF_ERRORS, 'content-type', 'x-request-id', 'x-other'])];

describe('a caller', () => {
  it.each(NAMES.flatMap((name) => HIDDEN.map((value) => [name, value] as const)))('is not told a card in %s: %s', async (name, value) => {
    const said = name === 'content-type' ? { [name]: `application/json; note="${value}"` } : { [name]: value };
    for (const status of [200, 429]) {
      const { headers } = await answered(status, said);
      expect(JSON.stringify(headers).replaceAll(/[ -]/g, '')).not.toContain(DIGITS);
    }
  });

  it('is told what a provider says in the form that all providers have', async () => {
    const good = { 'openai-version': '2020-10-01', 'openai-processing-ms': '1234', 'retry-after': '7', 'content-type': 'application/json; charset=utf-8' };
    expect((await answered(200, good)).headers).toMatchObject(good);
    const pause = { 'retry-after': 'Fri, 27 Nov 2026 10:00:00 GMT', 'retry-after-ms': '6500.5' };
    expect((await answered(429, pause)).headers).toMatchObject(pause);
  });
});

it('a pause that a provider tells in its text is no card either', () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${DIGITS}s` }];
  const body = JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'slow down', details } });
  expect(fromErrorResponse(PROVIDERS.Google!, [], { status: 429, headers: {}, body }).headers).toEqual([]);
  const short = body.replace(DIGITS, '7');
  expect(fromErrorResponse(PROVIDERS.Google!, [], { status: 429, headers: {}, body: short }).headers).toEqual(['retry-after', '7']);
});

it('a header that came twice does not pass', () => {
  expect(passedHeaders({ 'retry-after': ['7', '8'] }, OF_ANSWERS)).toEqual([]);
});

it.each([
  ['application/json', 'application/json'],
  ['text/event-stream;charset=UTF-8', 'text/event-stream; charset=UTF-8'],
  ['application/json; boundary=x; charset="utf-8"', 'application/json; charset=utf-8'],
  ['application/json; charset=bluefinch', 'application/json'],
  ['application/vnd.amazon.eventstream', 'application/vnd.amazon.eventstream'],
  ['audio/L16;codec=pcm;rate=24000', 'audio/L16'],
  ['video/3gpp2', 'video/3gpp2'],
  [`text/x-${DIGITS}`, 'application/octet-stream'],
  ['text/x-4.2.4', 'application/octet-stream'],
  [`${DIGITS}/json`, 'application/octet-stream'],
  ['text/plain and more', 'application/octet-stream'],
  ['', 'application/octet-stream'],
])('the content type %s passes as %s', (said, passed) => {
  expect(contentTypeOf(said)).toBe(passed);
});
