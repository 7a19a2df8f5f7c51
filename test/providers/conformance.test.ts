// What every provider of the registry owes the gateway and the operator. A new one adds its samples, and nothing else here.
import { EventStreamCodec } from '@smithy/eventstream-codec';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderType } from '../../src/api/resources.ts';
import { openAiChatSurface } from '../../src/dialects/openai-chat/dialect.ts';
import { authorizationHeaders } from '../../src/providers/authorization.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import type { Usage } from '../../src/chat/answer.ts';
import { type AnswerReader, type GatewayRequest, type Operation, type Verification } from '../../src/providers/provider.ts';
import { Verifier, type VerificationTarget } from '../../src/providers/verify.ts';
import { CHAT_ANSWER, json, startProvider, streamEvents, type FakeProvider, type ReceivedCall } from '../fake/provider.ts';

interface Samples {
  operations: readonly Operation[];
  /** The answer to a good credential: the models small-1 and large-1, or status and body of one that lists none. */
  models: unknown;
  unlisted?: [number, unknown];
  /** A whole chat answer and a stream, each with this usage, as the provider sends it. */
  usage: Usage;
  whole: string;
  stream: string | Buffer;
  streamType: string;
  error: { body: string; message: string };
  /** Where the usual one cannot authenticate at a server on loopback. */
  credential?: { secret: string };
  /** The answer to a bad credential, where its form matters. */
  refusal?: object;
}

const SECRET = 'secret-canary-0123456789';

const OPENAI_DIALECT: Samples = {
  operations: ['chat', 'completions', 'embeddings', 'moderations', 'image_generation', 'image_edit', 'image_variation', 'speech', 'transcription', 'translation'],
  models: { object: 'list', data: [{ id: 'small-1' }, { id: 'large-1' }] },
  usage: { inputTokens: 11, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 3 },
  whole: JSON.stringify(CHAT_ANSWER),
  stream: streamEvents(['Hello'], true).join(''),
  streamType: 'text/event-stream; charset=utf-8',
  error: { body: '{"error":{"message":"no such thing","code":"c"}}', message: 'no such thing' },
};
const CLAUDE_USAGE = { input_tokens: 5, cache_read_input_tokens: 4, cache_creation_input_tokens: 2, output_tokens: 7 };
const CLAUDE_ANSWER = { id: 'msg_1', type: 'message', role: 'assistant', model: 'small-1', stop_sequence: null, usage: CLAUDE_USAGE };
const ANTHROPIC_DIALECT: Samples = {
  operations: ['chat'],
  models: { data: [{ type: 'model', id: 'small-1' }, { type: 'model', id: 'large-1' }], has_more: false, first_id: 'small-1', last_id: 'large-1' },
  usage: { inputTokens: 11, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 0, cacheWriteTokens: 2 },
  whole: JSON.stringify({ ...CLAUDE_ANSWER, content: [{ type: 'text', text: 'Hello' }], stop_reason: 'end_turn' }),
  stream: serverSentEvents([
    { type: 'message_start', message: { ...CLAUDE_ANSWER, content: [], stop_reason: null, usage: { ...CLAUDE_USAGE, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 7 } },
    { type: 'message_stop' },
  ]),
  streamType: 'text/event-stream; charset=utf-8',
  error: { body: '{"type":"error","error":{"type":"not_found_error","message":"no such thing"}}', message: 'no such thing' },
};
const geminiAnswer = (text: string, finish?: string): object => ({
  candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, ...(finish === undefined ? {} : { finishReason: finish }) }],
  usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 4, thoughtsTokenCount: 3, cachedContentTokenCount: 4, totalTokenCount: 18 },
});
const GOOGLE_DIALECT: Samples = {
  operations: ['chat', 'embeddings'],
  models: { models: ['small-1', 'large-1'].map((name) => ({ name: `models/${name}`, supportedGenerationMethods: ['generateContent'] })) },
  usage: { inputTokens: 11, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 3 },
  whole: JSON.stringify(geminiAnswer('Hello', 'STOP')),
  stream: [geminiAnswer('Hel'), geminiAnswer('lo', 'STOP')].map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join(''),
  streamType: 'text/event-stream',
  error: { body: '{"error":{"code":400,"message":"no such thing","status":"INVALID_ARGUMENT"}}', message: 'no such thing' },
};
const AWS_USAGE = { inputTokens: 7, outputTokens: 7, totalTokens: 18, cacheReadInputTokens: 4, cacheWriteInputTokens: 0 };
const awsFrame = (kind: string, body: object): Buffer =>
  Buffer.from(
    new EventStreamCodec(
      (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
      (text) => Buffer.from(text),
    ).encode({
      headers: { ':message-type': { type: 'string', value: 'event' }, ':event-type': { type: 'string', value: kind } },
      body: Buffer.from(JSON.stringify(body)),
    }),
  );
const BEDROCK_DIALECT: Samples = {
  operations: ['chat'],
  models: undefined,
  unlisted: [400, { __type: 'ValidationException', message: 'The provided model identifier is invalid.' }],
  usage: { inputTokens: 11, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 0 },
  whole: JSON.stringify({ output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } }, stopReason: 'end_turn', usage: AWS_USAGE }),
  stream: Buffer.concat([
    awsFrame('messageStart', { role: 'assistant' }),
    awsFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello' } }),
    awsFrame('contentBlockStop', { contentBlockIndex: 0 }),
    awsFrame('messageStop', { stopReason: 'end_turn' }),
    awsFrame('metadata', { usage: AWS_USAGE }),
  ]),
  streamType: 'application/vnd.amazon.eventstream',
  error: { body: '{"message":"no such thing"}', message: 'no such thing' },
  credential: { secret: SECRET },
  refusal: { __type: 'UnrecognizedClientException', message: `The security token ${SECRET} is invalid.` },
};
const SAMPLES: Partial<Record<ProviderType, Samples>> = {
  OpenAI: OPENAI_DIALECT,
  Other: OPENAI_DIALECT,
  Anthropic: ANTHROPIC_DIALECT,
  Google: GOOGLE_DIALECT,
  AWS: BEDROCK_DIALECT,
};

function serverSentEvents(events: readonly ({ type: string } & Record<string, unknown>)[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

const CREDENTIAL = { secret: SECRET, accessKeyId: 'AKIACANARY0123456789' };
const MEMBERS = ['type', 'defaultEndpoint', 'authorize', 'verify', 'toRequest', 'readAnswer', 'toError'];

let server: FakeProvider;
beforeAll(async () => {
  server = await startProvider();
});
afterAll(() => server.close());

function requestOf(operation: Operation, stream: boolean, rest: Record<string, unknown> = {}): GatewayRequest {
  const content = operation === 'chat' ? { messages: [{ role: 'user', content: 'Hello' }] } : { input: 'Hello' };
  const body = { ...content, ...rest, model: 'alias-1', ...(stream ? { stream } : {}) };
  return { operation, endpoint: server.url, dialect: openAiChatSurface, model: 'alias-1', upstreamModel: 'small-1', stream, raw: Buffer.from(JSON.stringify(body)), body };
}

it('every provider of the registry has samples here', () => {
  expect(Object.keys(SAMPLES).toSorted()).toEqual(Object.keys(PROVIDERS).toSorted());
});

describe.each(Object.keys(SAMPLES) as ProviderType[])('the provider %s', (type) => {
  const provider = PROVIDERS[type]!;
  const samples = SAMPLES[type]!;
  const CREDENTIAL_HERE = samples.credential ?? CREDENTIAL;
  const good: [number, unknown] = samples.unlisted ?? [200, samples.models];
  const listed = samples.unlisted === undefined ? ['small-1', 'large-1'] : [];

  const readerOf = (stream: boolean, contentType: string): AnswerReader => {
    const request = requestOf('chat', stream);
    return provider.readAnswer({ request, upstream: provider.toRequest(request), contentType, secrets: [SECRET], requestId: 'r-1', created: 1, newId: () => 'a'.repeat(24) });
  };
  /** What the caller gets when the bytes come in pieces of `size`. */
  const read = (reader: AnswerReader, bytes: Buffer, size = bytes.length): Buffer => {
    const out: (Buffer | string | undefined)[] = [];
    for (let at = 0; at < bytes.length; at += Math.max(1, size)) out.push(reader.push(bytes.subarray(at, at + Math.max(1, size))));
    out.push(reader.end());
    return Buffer.concat(out.flatMap((piece) => (piece === undefined ? [] : [Buffer.from(piece)])));
  };

  it('has the members of the interface and no more than eight, under its own type', () => {
    expect(Object.keys(provider)).toEqual(expect.arrayContaining(MEMBERS));
    expect(Object.keys(provider).length).toBeLessThanOrEqual(8);
    expect(provider.type).toBe(type);
    if (provider.defaultEndpoint !== undefined) expect(provider.defaultEndpoint).toMatch(/^https:\/\/[^?#]*[^/?#]$/);
  });

  describe('authenticates', () => {
    const headersWith = async (credential: { secret: string } | undefined): Promise<readonly string[]> => {
      const signable = { method: 'POST' as const, url: 'https://provider.example/v1/x', headers: [], body: '{}' };
      return authorizationHeaders(provider.authorize(credential, 'https://provider.example/v1'), signable);
    };

    it('with headers in pairs, that differ with the credential', async () => {
      const headers = await headersWith(CREDENTIAL_HERE);
      expect(headers.length).toBeGreaterThan(0);
      expect(headers.length % 2).toBe(0);
      for (const [index, text] of headers.entries()) expect(text).toMatch(index % 2 === 0 ? /^[a-z0-9-]+$/ : /^[\x20-\x7e]+$/);
      expect(await headersWith({ ...CREDENTIAL_HERE, secret: 'another-0123456789' })).not.toEqual(headers);
    });

    it('with nothing where there is no credential', async () => {
      const none = headersWith(undefined);
      if (samples.credential === undefined) expect(await none).toEqual([]);
      else await expect(none).rejects.toThrow('spec.credentials.secretRef');
    });
  });

  describe('verifies', () => {
    /** Signatures hide the secret, so the header as a whole tells the good credential from the wrong one. */
    const authOf = ({ headers }: ReceivedCall): string => JSON.stringify([headers.authorization, headers['x-api-key'], headers['x-goog-api-key'], headers['api-key']]);
    const verify = async (good: [number, unknown], wrong: [number, unknown]): Promise<Verification> => {
      const verifier = new Verifier({ providers: PROVIDERS, addresses: { allowLoopback: true }, now: () => 0 });
      const target: VerificationTarget = { type, endpoint: server.url, credential: CREDENTIAL_HERE, headers: [] };
      let given: string | undefined;
      server.calls.length = 0;
      server.answer((response, call) => {
        given ??= authOf(call);
        json(...(authOf(call) === given ? good : wrong))(response, call);
      });
      const verification = await verifier.verify(target);
      for (const { url } of server.calls) for (const canary of Object.values(CREDENTIAL)) expect(url).not.toContain(canary);
      expect(JSON.stringify(verification)).not.toContain(SECRET);
      return verification;
    };
    const refusal = samples.refusal ?? { error: { message: `Incorrect API key provided: ${SECRET}` } };

    it('a good credential, proven by what a wrong one gets, and lists the models', async () => {
      expect(await verify(good, [401, refusal])).toEqual({ verdict: 'valid', models: listed, proven: true });
    });
    it('a good credential where a wrong one gets the same, and claims no proof', async () => {
      expect(await verify(good, good)).toMatchObject({ verdict: 'valid', proven: false });
    });
    it.each([401, 403])('a bad credential that gets %d as invalid, in words without it', async (status) => {
      expect(await verify([status, refusal], [status, refusal])).toEqual({ verdict: 'invalid', message: expect.stringMatching(/./) as string });
    });
    it.each([
      [302, {}],
      [429, refusal],
      [500, refusal],
      [503, refusal],
      [200, { hello: 'world' }],
      [200, 'text'],
      [200, null],
    ])('nothing by HTTP %d with %j', async (status, body) => {
      expect(await verify([status, body], [status, body])).toMatchObject({ verdict: 'unknown' });
    });
    it('nothing without an answer', async () => {
      await expect(provider.verify(() => Promise.reject(new Error('no connection')), server.url)).rejects.toThrow('no connection');
    });
  });

  describe('translates', () => {
    it.each(samples.operations.flatMap((operation) => [false, true].map((stream) => [operation, stream] as const)))(
      '%s (stream: %s) for its own model, and leaves what came as it was',
      (operation, stream) => {
        const request = requestOf(operation, stream);
        const before = [request.raw.toString(), JSON.stringify(request.body)];
        const { path, body, headers = [] } = provider.toRequest(request);
        expect(path).toMatch(/^\/[^#\s]+$/);
        expect(path + String(body)).toContain('small-1');
        expect(path + String(body)).not.toContain('alias-1');
        expect(headers.length % 2).toBe(0);
        expect(() => JSON.parse(String(body)) as unknown).not.toThrow();
        expect([request.raw.toString(), JSON.stringify(request.body)]).toEqual(before);
      },
    );
  });

  describe('answers', () => {
    const kinds = [
      ['whole', false, 'application/json', Buffer.from(samples.whole)],
      ['as a stream', true, samples.streamType, Buffer.from(samples.stream)],
    ] as const;

    it.each(kinds)('%s with tokens in the common convention, however it is cut', (_kind, stream, contentType, bytes) => {
      for (const size of [1, 7, bytes.length]) {
        const reader = readerOf(stream, contentType);
        const out = read(reader, bytes, size);
        expect(reader.usage()).toEqual(samples.usage);
        expect([reader.isEventStream, reader.failed]).toEqual([stream, false]);
        expect(out.equals(read(readerOf(stream, contentType), bytes))).toBe(true);
        if (reader.keepsLength) expect(out.length).toBe(bytes.length);
        if (stream) expect(out.toString()).toMatch(/\n\ndata: \[DONE\]\n\n$/);
      }
    });

    it.each(kinds)('%s without tokens when none were told', (_kind, stream, contentType) => {
      const reader = readerOf(stream, contentType);
      read(reader, Buffer.from(stream ? 'data: {}\n\n' : '{}'));
      expect(reader.usage()).toBeUndefined();
    });

    it.each(kinds)('%s whatever the bytes are', (_kind, stream, contentType) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 400 }), (bytes, size) => {
          const reader = readerOf(stream, contentType);
          const out = read(reader, Buffer.from(bytes), size);
          reader.usage();
          if (reader.keepsLength) expect(out.length).toBe(bytes.length);
        }),
      );
    });
  });

  describe('explains errors', () => {
    it('in the words of the provider', () => {
      expect(provider.toError(400, samples.error.body).message).toBe(samples.error.message);
    });
    it('in some words, whatever the body is', () => {
      fc.assert(
        fc.property(fc.oneof(fc.string(), fc.json()), fc.integer({ min: 300, max: 599 }), (body, status) => {
          const { message, type: kind, param, code } = provider.toError(status, body);
          expect(message).toMatch(/./su);
          for (const text of [kind, param, code]) expect(text === null || typeof text === 'string').toBe(true);
        }),
      );
    });
  });
});
