// Forms with files: transcriptions, translations and edits of images, passed on to providers that have them.
import { toFile } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BodyBudget } from '../../src/gateway/body-budget.ts';
import { systemClock } from '../../src/clock.ts';
import { call, errorOf, sdk } from '../fake/caller.ts';
import { aRepository } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const MODELS = { alias: { llm: 'team-a/main', upstream: 'vendor-model-1' }, same: { llm: 'team-a/main', upstream: 'same' } };
const REPOSITORIES = { 'team-a/chat': aRepository({ models: MODELS }) };
const SOUND = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256));
const USAGE = {
  type: 'tokens',
  input_tokens: 14,
  output_tokens: 45,
  total_tokens: 59,
  input_token_details: { audio_tokens: 14, text_tokens: 0 },
};
const BUDGET = 1024 * 1024;

let serving: Serving;
beforeAll(async () => {
  serving = await startServing(systemClock, new BodyBudget(BUDGET));
});
beforeEach(() => {
  serving.apply({ repositories: REPOSITORIES });
  serving.provider.calls.length = 0;
  serving.provider.answer(json(200, { text: 'Hello', usage: USAGE }));
});
afterAll(() => serving.close());

/** What the provider got, read by another reader than ours. */
async function received(): Promise<{ fields: Record<string, unknown>; bytes: Record<string, Buffer> }> {
  const { bytes, headers } = serving.provider.calls.at(-1)!;
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
  const fields = Object.fromEntries(form);
  const files = await Promise.all(
    [...form].map(
      async ([name, value]) => [name, typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer())] as const,
    ),
  );
  return { fields, bytes: Object.fromEntries(files) };
}

async function growthWhile(act: () => Promise<unknown>): Promise<(name: string, labels?: Record<string, string>) => number> {
  const before = await serving.quiet();
  await act();
  const after = await serving.quiet();
  return (name, labels = {}) => sumOf(after, name, labels) - sumOf(before, name, labels);
}

describe('the OpenAI SDK', () => {
  it.each([
    ['alias', 'vendor-model-1'],
    ['same', 'same'],
  ])('has sound of the model %s transcribed', async (model, known) => {
    const grown = await growthWhile(async () => {
      const file = await toFile(SOUND, 'Grüße "1".wav', { type: 'audio/wav' });
      const answer = await sdk(serving.gateway).audio.transcriptions.create({ model, file, language: 'de' });
      expect(answer).toMatchObject({ text: 'Hello', usage: USAGE });
    });
    const [request] = serving.provider.calls;
    expect(request).toMatchObject({ method: 'POST', url: '/v1/audio/transcriptions' });
    expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=[^,]+$/);
    expect(request?.headers['content-length']).toBe(String(request?.bytes.length));
    expect(request?.headers.authorization).toBe('Bearer upstream-secret-1');
    const { fields, bytes } = await received();
    expect(fields).toMatchObject({ model: known, language: 'de' });
    expect(bytes['file']?.equals(SOUND)).toBe(true);
    expect(grown('flashback_tokens_total', { direction: 'input', model })).toBe(14);
    expect(grown('flashback_tokens_total', { direction: 'output', model })).toBe(45);
    expect(grown('flashback_requests_total', { operation: 'transcription', status: '200' })).toBe(1);
  });

  it('has sound transcribed in a stream', async () => {
    const events = [
      { type: 'transcript.text.delta', delta: 'Hel' },
      { type: 'transcript.text.done', text: 'Hello', usage: USAGE },
    ];
    serving.provider.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    });
    const seen: unknown[] = [];
    const grown = await growthWhile(async () => {
      const file = await toFile(SOUND, 'a.wav');
      for await (const event of await sdk(serving.gateway).audio.transcriptions.create({ model: 'alias', file, stream: true }))
        seen.push(event);
    });
    expect(seen).toEqual(events);
    expect(grown('flashback_tokens_total', { direction: 'output' })).toBe(45);
    expect(serving.gateway.logs.at(-1)).toMatchObject({ stream: true });
  });

  it('has sound translated, in a form that is no JSON', async () => {
    serving.provider.answer((response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('Hello\n'));
    const file = await toFile(SOUND, 'a.wav');
    expect(await sdk(serving.gateway).audio.translations.create({ model: 'alias', file, response_format: 'text' })).toBe('Hello\n');
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/audio/translations' });
    expect((await received()).fields).toMatchObject({ model: 'vendor-model-1', response_format: 'text' });
  });

  it('has several images edited', async () => {
    const answer = { created: 1, data: [{ b64_json: 'AAAA' }], usage: { input_tokens: 9, output_tokens: 40, total_tokens: 49 } };
    serving.provider.answer(json(200, answer));
    const grown = await growthWhile(async () => {
      const image = await Promise.all([toFile(SOUND, '1.png'), toFile(SOUND, '2.png')]);
      expect(await sdk(serving.gateway).images.edit({ model: 'alias', image, prompt: 'A hat' })).toMatchObject(answer);
    });
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/images/edits' });
    expect((await received()).fields).toMatchObject({ model: 'vendor-model-1', prompt: 'A hat' });
    expect(grown('flashback_tokens_total', { direction: 'output' })).toBe(40);
  });

  it('has variations made of an image', async () => {
    const answer = { created: 1, data: [{ b64_json: 'AAAA' }] };
    serving.provider.answer(json(200, answer));
    const image = await toFile(SOUND, '1.png');
    expect(await sdk(serving.gateway).images.createVariation({ model: 'alias', image })).toMatchObject(answer);
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/images/variations' });
    expect((await received()).fields).toMatchObject({ model: 'vendor-model-1' });
  });
});

describe('edits of images that are told in JSON', () => {
  const BODY = { prompt: 'A hat', images: [{ image_url: 'https://images.example.com/1.png' }] };
  const edit = (contentType: string, body: object) =>
    call(serving.gateway, { path: '/v1/images/edits', body: JSON.stringify(body), headers: { 'content-type': contentType } });

  it.each(['application/json', 'Application/JSON; charset=utf-8'])('pass on with the name of the model that the provider knows: %s', async (type) => {
    expect((await edit(type, { model: 'alias', ...BODY })).status).toBe(200);
    expect(serving.provider.calls[0]).toMatchObject({ url: '/v1/images/edits', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(serving.provider.calls[0]!.body)).toEqual({ model: 'vendor-model-1', ...BODY });
  });

  it.each([
    [{}, 'model_missing'],
    [{ model: 'other' }, 'model_not_found'],
  ])('are refused with the model of %j', async (model, code) => {
    expect(errorOf(await edit('application/json', { ...BODY, ...model })).code).toBe(code);
    expect(serving.provider.calls).toEqual([]);
  });

  it('are no form where they are said to be something else', async () => {
    expect(errorOf(await edit('application/jsonp', { model: 'alias', ...BODY })).code).toBe('body_not_form');
  });
});

describe.each(['/v1/images/edits', '/v1/images/variations', '/v1/audio/transcriptions', '/v1/audio/translations'])('%s', (path) => {
  const HEADERS = { 'content-type': 'multipart/form-data; boundary=b0' };
  const partOf = (name: string, value: string): string => `--b0\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const formOf = (model: string): string => `${partOf('model', model)}--b0--\r\n`;
  const post = (body: string | Buffer, headers: Record<string, string> = HEADERS) => call(serving.gateway, { path, body, headers });

  it('passes a form on byte for byte where the model has one name', async () => {
    await post(formOf('same'));
    expect(serving.provider.calls[0]?.body).toBe(formOf('same'));
  });

  it('refuses what is no form, and a form that names its model twice', async () => {
    expect(errorOf(await post('{"model":"alias"}', { 'content-type': 'text/plain' })).code).toBe('body_not_form');
    expect(errorOf(await post(partOf('model', 'same') + formOf('alias')))).toMatchObject({ code: 'body_not_form', param: 'model' });
    expect(serving.provider.calls).toEqual([]);
  });

  it('refuses a form without a model, or with one that the repository does not have', async () => {
    expect(errorOf(await post('--b0--\r\n'))).toMatchObject({ code: 'model_missing', param: 'model' });
    expect(errorOf(await post(`${partOf('prompt', 'x')}--b0--\r\n`))).toMatchObject({ code: 'model_missing', param: 'model' });
    expect((await post(formOf('other'))).status).toBe(404);
    expect(serving.provider.calls).toEqual([]);
  });

  it('holds no more bytes than other bodies', async () => {
    const reply = await post(Buffer.alloc(BUDGET + 1));
    expect(errorOf(reply).code).toBe('gateway_overloaded');
    await serving.quiet();
    expect((await post(formOf('same'))).status).toBe(200);
  });

  it.each(['Anthropic', 'Google', 'AWS'] as const)('is refused for a provider of type %s, which has none', async (type) => {
    serving.apply({ repositories: REPOSITORIES }, { type });
    const reply = await post(formOf('alias'));
    expect(reply.status).toBe(400);
    expect(errorOf(reply)).toMatchObject({ code: 'operation_not_supported', param: 'model' });
    expect(serving.provider.calls).toEqual([]);
  });

  it('needs a key', async () => {
    expect((await call(serving.gateway, { path, key: null, body: formOf('alias'), headers: HEADERS })).status).toBe(401);
  });

  it('passes on what the provider refuses', async () => {
    serving.provider.answer(json(400, { error: { message: 'too quiet', type: 'invalid_request_error', param: 'file', code: 'quiet' } }));
    expect(errorOf(await post(formOf('alias')))).toMatchObject({ code: 'quiet', param: 'file', message: 'too quiet' });
  });
});
