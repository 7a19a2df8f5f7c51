import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicSurface } from '../../../src/dialects/anthropic/dialect.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { PROVIDERS, SUPPORTED_TYPES } from '../../../src/providers/index.ts';
import { openAiCompatible } from '../../../src/providers/openai/provider.ts';
import { readOpenAiError } from '../../../src/providers/error-body.ts';
import type { Operation, UpstreamRequest } from '../../../src/providers/provider.ts';

const provider = openAiCompatible({ type: 'Other', defaultEndpoint: undefined });

function translate(text: string, upstreamModel?: string, operation: Operation = 'chat'): UpstreamRequest {
  const body = JSON.parse(text) as Record<string, unknown>;
  const model = String(body['model']);
  return provider.toRequest({
    operation,
    endpoint: 'https://provider.example/v1',
    dialect: openAiChatSurface,
    raw: Buffer.from(text),
    body,
    model,
    upstreamModel: upstreamModel ?? model,
    stream: body['stream'] === true,
  });
}

describe('a request', () => {
  it('is passed on as the very bytes that came, where nothing has to change', () => {
    const raw = Buffer.from('{"model":"m"}');
    const request = { operation: 'chat' as const, endpoint: 'https://provider.example/v1', dialect: openAiChatSurface, raw, body: { model: 'm' }, model: 'm', upstreamModel: 'm', stream: false };
    expect(provider.toRequest(request).body).toBe(raw);
  });

  it('names the upstream model in place of the alias and keeps big integers, order, blanks, unicode and nested names', () => {
    const text = ' {"seed": 12345678901234567890,\n\t"z":1.0, "tools":[{"model":"m"}] , "model" : "m" ,"text":"\\u00e9 ü 🙂 \\"model\\":\\"m\\""}\n';
    const { body, path, hideUsageEvent } = translate(text, 'vendor/"x"');
    expect(String(body)).toBe(text.replace('"model" : "m"', '"model" : "vendor/\\"x\\""'));
    expect({ path, hideUsageEvent }).toEqual({ path: '/chat/completions', hideUsageEvent: false });
  });

  it('asks for usage in a stream that does not, and says that the event is to be hidden', () => {
    const { body, hideUsageEvent } = translate('{"model":"m","stream":true}');
    expect(String(body)).toBe('{"stream_options":{"include_usage":true},"model":"m","stream":true}');
    expect(hideUsageEvent).toBe(true);
  });

  it.each([
    ['{"include_usage":false}', '{"include_usage":true}'],
    ['{"include_obfuscation":false}', '{"include_obfuscation":false,"include_usage":true}'],
    ['null', '{"include_usage":true}'],
    ['{}', '{"include_usage":true}'],
  ])('turns stream_options %s into %s', (given, expected) => {
    const { body, hideUsageEvent } = translate(`{"stream_options": ${given} ,"stream":true,"model":"m"}`, 'u');
    expect(String(body)).toBe(`{"stream_options": ${expected} ,"stream":true,"model":"u"}`);
    expect(hideUsageEvent).toBe(true);
  });

  it('that asks for usage itself keeps its stream_options and its event', () => {
    const text = '{"stream_options":{ "include_usage" : true },"stream":true,"model":"m"}';
    expect(translate(text)).toMatchObject({ body: Buffer.from(text), hideUsageEvent: false });
  });

  it('for embeddings is never asked for usage', () => {
    expect(translate('{"model":"m","stream":true}', undefined, 'embeddings')).toMatchObject({ path: '/embeddings', hideUsageEvent: false });
  });

  it('means the same afterwards, whatever it held', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), fc.string({ minLength: 1 }), (rest, stream, alias) => {
        const body = { ...rest, model: alias, stream };
        const sent = JSON.parse(String(translate(JSON.stringify(body), 'upstream').body)) as Record<string, unknown>;
        const { stream_options: _options, ...others } = sent;
        const { stream_options: _given, ...expected } = JSON.parse(JSON.stringify({ ...body, model: 'upstream' })) as Record<string, unknown>;
        expect(others).toEqual(expected);
        if (stream) expect(sent['stream_options']).toMatchObject({ include_usage: true });
      }),
    );
  });
});

describe('an error body', () => {
  it.each([
    ['of OpenAI', '{"error":{"message":"no","type":"t","param":"p","code":"c"}}', { message: 'no', type: 't', param: 'p', code: 'c' }],
    ['with a number as code', '{"error":{"message":"no","code":400}}', { message: 'no', type: null, param: null, code: '400' }],
    ['whose error is a text', '{"code":"c","error":"no"}', { message: 'no', type: null, param: null, code: 'c' }],
    ['that is flat', '{"object":"error","message":"no","type":"t","param":null,"code":40303}', { message: 'no', type: 't', param: null, code: '40303' }],
    ['in a list, as from Gemini', '[{"error":{"code":404,"message":"no","status":"NOT_FOUND"}}]', { message: 'no', type: null, param: null, code: '404' }],
    ['with a detail', '{"detail":"no"}', { message: 'no', type: null, param: null, code: null }],
  ])('%s is understood', (_case, body, expected) => {
    expect(readOpenAiError(400, body)).toEqual(expected);
  });

  it.each(['', 'null', '<html>Bad gateway</html>', '{"error":null}', '{"detail":[{"loc":["body"]}]}', '[]', '"x"', '{"error":{"message":""}}'])(
    '%j is said to hold no message',
    (body) => {
      expect(readOpenAiError(502, body).message).toBe('The provider answered with HTTP 502 and no error message.');
    },
  );
});

describe('the registry', () => {
  it.each(Object.entries(PROVIDERS))('lists %s under its own type', (type, entry) => {
    expect(entry?.type).toBe(type);
    expect(SUPPORTED_TYPES.has(entry!.type)).toBe(true);
  });
  it('authenticates with a bearer token, or not at all where there is no credential', () => {
    expect(provider.authorize({ secret: 's' }, 'https://provider.example/v1')).toEqual(['authorization', 'Bearer s']);
    expect(provider.authorize(undefined, 'https://provider.example/v1')).toEqual([]);
  });
});

it.each([
  ['https://api.openai.com/v1', 'max_completion_tokens'],
  ['https://eu.api.openai.com/v1', 'max_completion_tokens'],
  ['https://res.openai.azure.com', 'max_completion_tokens'],
  ['https://api.openai.com.example/v1', 'max_tokens'],
  ['https://provider.example/v1', 'max_tokens'],
])('a server at %s hears a caller of another dialect say %s, whatever its models are called', (endpoint, name) => {
  const body = { model: 'ours', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
  const raw = Buffer.from(JSON.stringify(body));
  const names = { model: 'ours', upstreamModel: 'ours' };
  const request = { operation: 'chat', endpoint, dialect: anthropicSurface, raw, body, stream: false, ...names } as const;
  expect(JSON.parse(String(provider.toRequest(request).body))).toHaveProperty(name, 9);
});
