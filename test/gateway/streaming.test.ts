// Streams as they arrive, and callers that leave in the middle of them.
import { request as httpRequest, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { EventRelay } from '../../src/providers/event-relay.ts';
import { Tail } from '../../src/providers/tail.ts';
import { STREAM_BODY, call, sdk } from '../fake/caller.ts';
import { APP_KEY } from '../fake/gateway.ts';
import { sumOf } from '../fake/metrics.ts';
import { streamEvents } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
afterAll(() => serving.close());

const SSE = { 'content-type': 'text/event-stream' };

function answerWith(...pieces: string[]): void {
  serving.provider.answer((response) => {
    response.writeHead(200, SSE);
    for (const piece of pieces) response.write(piece);
    response.end();
  });
}

/** Starts a stream and resolves with the call and its answer once the headers are there. */
function open(): { request: ClientRequest; answered: Promise<IncomingMessage> } {
  const headers = { authorization: `Bearer ${APP_KEY}` };
  const request = httpRequest(`${serving.gateway.baseUrl}/chat/completions`, { method: 'POST', agent: false, headers });
  request.on('error', () => undefined);
  const answered = new Promise<IncomingMessage>((resolve) => request.on('response', resolve));
  request.end(STREAM_BODY);
  return { request, answered };
}

describe('a stream', () => {
  it('that ends in an error of the provider is passed on and counted as failed, with the tokens that were told before', async () => {
    const before = sumOf(await serving.quiet(), 'flashback_errors_total', { cause: 'provider', code: 'provider_failed' });
    const usage = '"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}';
    const [first = ''] = streamEvents(['one'], false);
    answerWith(first.replace('"choices"', `${usage},"choices"`), 'data: {"error":{"message":"tool_use_failed","type":"x","code":null}}\n\n');
    const reply = await call(serving.gateway, { body: STREAM_BODY });
    expect(reply.body).toContain('tool_use_failed');
    expect(reply.body.endsWith('data: [DONE]\n\n')).toBe(true);
    const after = await serving.quiet();
    expect(sumOf(after, 'flashback_errors_total', { cause: 'provider', code: 'provider_failed' }) - before).toBe(1);
    expect(serving.gateway.logs.at(-1)).toMatchObject({ status: 200, code: 'provider_failed', inputTokens: 9, outputTokens: 2 });
  });

  it('of CRLF lines that ends in an error makes the SDK raise that error', async () => {
    const error = { message: 'Größe „zu groß“ – 日本語, org-AbCdEf0123456789', type: 'x', param: null, code: 'c1' };
    answerWith('data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\r\n\r\n', `data: ${JSON.stringify({ error })}\r\n\r\n`, 'data: [DONE]\r\n\r\n');
    const stream = await sdk(serving.gateway).chat.completions.create({ model: 'small-1', messages: [], stream: true });
    const words: unknown[] = [];
    const reading = (async () => {
      for await (const { choices } of stream) words.push(choices[0]?.delta.content);
    })();
    await expect(reading).rejects.toMatchObject({ error: { ...error, message: 'Größe „zu groß“ – 日本語, [account]' } });
    expect(words).toEqual(['x']);
  });

  it('reaches the caller while the provider is still speaking', async () => {
    const [first = '', ...rest] = streamEvents(['one'], false);
    let provider: ServerResponse | undefined;
    serving.provider.answer((response) => {
      provider = response.writeHead(200, SSE);
      response.write(first);
    });
    const answer = await open().answered;
    const [piece] = (await once(answer, 'data')) as [Buffer];
    expect(piece.toString()).toBe(first);
    expect(provider?.writableEnded).toBe(false);
    provider?.end(rest.join(''));
    let text = '';
    for await (const more of answer) text += String(more);
    expect(text).toBe(rest.join(''));
  });

  it('leaves in one piece what came in one, and is read as one', async () => {
    const events = streamEvents(['one', 'two', 'three'], false);
    const pushes = vi.spyOn(EventRelay.prototype, 'push');
    onTestFinished(() => pushes.mockRestore());
    serving.provider.answer((response) => {
      response.writeHead(200, SSE);
      response.socket?.cork();
      for (const event of events) response.write(event);
      response.socket?.uncork();
    });
    const answer = await open().answered;
    const [piece] = (await once(answer, 'data')) as [Buffer];
    expect(piece.toString()).toBe(events.join(''));
    expect(pushes).toHaveBeenCalledTimes(1);
    answer.destroy();
  });

  it('gives the last events that came before a break, also those that came together with it', async () => {
    const [first = '', second = ''] = streamEvents(['one'], false);
    serving.provider.answer((response) => {
      response.writeHead(200, SSE).flushHeaders();
      const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
      response.socket?.write(`${chunk(first)}${chunk(second)}no chunk\r\n`);
    });
    const reply = await call(serving.gateway, { body: STREAM_BODY });
    expect(reply.body.startsWith(first + second)).toBe(true);
    expect(reply.body).toContain('provider_stream_broken');
  });

  it('that the gateway fails to read ends like one that broke off, and the gateway lives', async () => {
    const push = vi.spyOn(EventRelay.prototype, 'push').mockImplementationOnce(() => {
      throw new Error('a fault of the reader');
    });
    onTestFinished(() => push.mockRestore());
    answerWith(...streamEvents(['one'], false));
    expect((await call(serving.gateway, { body: STREAM_BODY })).status).toBe(502);
    answerWith(...streamEvents(['one'], false));
    expect((await call(serving.gateway, { body: STREAM_BODY })).status).toBe(200);
  });

  it('whose usage the gateway fails to read keeps no other from being told', async () => {
    const bytes = vi.spyOn(Tail.prototype, 'bytes').mockImplementationOnce(() => {
      throw new Error('a fault of the reader');
    });
    onTestFinished(() => bytes.mockRestore());
    answerWith(...streamEvents(['one'], false));
    expect((await call(serving.gateway, { body: STREAM_BODY })).body).toBe(streamEvents(['one'], false).join(''));
    await serving.quiet();
    expect(serving.gateway.logs.slice(-2)).toMatchObject([{ msg: 'an answer could not be read' }, { msg: 'request' }]);
    await call(serving.gateway, { body: STREAM_BODY });
    await serving.quiet();
    expect(serving.gateway.logs.at(-1)).toMatchObject({ msg: 'request' });
  });

  it('gives the same events however the network cuts it', async () => {
    const events = streamEvents(['Grüße', '🙂'], true);
    const bytes = Buffer.from(events.join(''));
    const expected = events.filter((event) => !event.includes('"choices":[]')).join('');
    const before = await serving.quiet();
    for (const size of [1, 7, 100]) {
      serving.provider.answer(async (response) => {
        response.socket?.setNoDelay(true);
        response.writeHead(200, SSE);
        for (let at = 0; at < bytes.length; at += size) {
          response.write(bytes.subarray(at, at + size));
          if (at % 70 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      });
      expect((await call(serving.gateway, { body: STREAM_BODY })).body).toBe(expected);
    }
    const after = await serving.quiet();
    const counted = (name: string, labels = {}): number => sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(counted('flashback_requests_without_usage_total')).toBe(0);
    expect(counted('flashback_tokens_total', { direction: 'input' })).toBe(33);
    expect(counted('flashback_tokens_total', { direction: 'output' })).toBe(21);
  });

  it('gets the [DONE] that the provider forgot', async () => {
    const events = streamEvents(['one'], false).slice(0, -1);
    answerWith(...events);
    expect((await call(serving.gateway, { body: STREAM_BODY })).body).toBe(`${events.join('')}data: [DONE]\n\n`);
  });

  it('whose last event lacks its blank line gets that too', async () => {
    answerWith('data: {"choices":[{}]}');
    expect((await call(serving.gateway, { body: STREAM_BODY })).body).toBe('data: {"choices":[{}]}\n\ndata: [DONE]\n\n');
  });

  it('that ends in CRLF [DONE] gets no second one', async () => {
    answerWith('data: {"choices":[{}]}\r\n\r\ndata: [DONE]\r\n\r\n');
    expect((await call(serving.gateway, { body: STREAM_BODY })).body).toBe('data: {"choices":[{}]}\r\n\r\ndata: [DONE]\r\n\r\n');
  });

  it('keeps comments, and the first chunk of Azure that has no choices', async () => {
    const azure = 'data: {"choices":[],"prompt_filter_results":[]}\n\n';
    const text = `: OPENROUTER PROCESSING\n\n${azure}: ping\n\n${streamEvents(['a'], false).join('')}`;
    answerWith(text);
    expect((await call(serving.gateway, { body: STREAM_BODY })).body).toBe(text);
  });

  it('counts usage that stands in front of a long text in the last event', async () => {
    const before = sumOf(await serving.quiet(), 'flashback_tokens_total', { direction: 'output' });
    const last = { usage: { prompt_tokens: 1, completion_tokens: 9 }, choices: [{ message: { content: 'x'.repeat(50_000) } }] };
    const text = `data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`;
    serving.provider.answer(async (response) => {
      response.socket?.setNoDelay(true);
      response.writeHead(200, SSE);
      for (let at = 0; at < text.length; at += 4_096) {
        response.write(text.slice(at, at + 4_096));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    await call(serving.gateway, { body: STREAM_BODY });
    expect(sumOf(await serving.quiet(), 'flashback_tokens_total', { direction: 'output' })).toBe(before + 9);
  });

  it('in which the provider reports an error raises it in the SDK, with the words of the provider', async () => {
    answerWith('event: error\ndata: {"error":{"message":"Tool call validation failed","type":"invalid_request_error","code":"tool_use_failed"}}\n\n');
    const reading = (async () => {
      const stream = await sdk(serving.gateway).chat.completions.create({ model: 'small-1', messages: [], stream: true });
      for await (const _chunk of stream);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'tool_use_failed' });
  });
});

describe('a caller that leaves', () => {
  const disconnects = async (): Promise<number> => sumOf(await serving.quiet(), 'flashback_client_disconnects_total');

  it('in the middle of a stream makes the gateway hang up on the provider, and is counted', async () => {
    const before = await disconnects();
    const closed = new Promise<boolean>((resolve) => {
      serving.provider.answer((response) => {
        response.on('close', () => resolve(response.writableFinished));
        response.writeHead(200, SSE).write(streamEvents(['one'], false)[0]);
      });
    });
    const { request, answered } = open();
    await once(await answered, 'data');
    request.destroy();
    expect(await closed).toBe(false);
    expect(await disconnects()).toBe(before + 1);
    expect(serving.gateway.logs.at(-1)).toMatchObject({ clientGone: true, status: 200 });
  });

  it('before the provider has answered does so too', async () => {
    const before = await disconnects();
    const called = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    serving.provider.answer((response) => {
      called.resolve();
      response.on('close', closed.resolve);
    });
    const { request } = open();
    await called.promise;
    request.destroy();
    await closed.promise;
    expect(await disconnects()).toBe(before + 1);
    expect(serving.gateway.logs.at(-1)).toMatchObject({ clientGone: true, status: 499 });
  });

  it('among two hundred others disturbs nobody', async () => {
    const before = await disconnects();
    let open = 0;
    serving.provider.answer((response, { body }) => {
      const { messages } = JSON.parse(body) as { messages: { content: string }[] };
      const [first = '', ...rest] = streamEvents([messages[0]!.content, messages[0]!.content], true);
      open++;
      response.on('close', () => open--);
      response.writeHead(200, SSE).write(first);
      if (messages[0]!.content.startsWith('stay')) setImmediate(() => response.end(rest.join('')));
    });
    const client = sdk(serving.gateway);
    const speak = async (index: number): Promise<string> => {
      const leaves = index % 5 !== 0;
      const content = `${leaves ? 'leave' : 'stay'} ${index}`;
      const stream = await client.chat.completions.create({ model: 'small-1', messages: [{ role: 'user', content }], stream: true });
      let text = '';
      for await (const chunk of stream) {
        if (leaves) break;
        text += chunk.choices[0]?.delta.content ?? '';
      }
      return text;
    };
    const texts = await Promise.all(Array.from({ length: 250 }, (_, index) => speak(index)));
    texts.forEach((text, index) => expect(text).toBe(index % 5 === 0 ? `stay ${index}`.repeat(2) : ''));
    expect(await disconnects()).toBe(before + 200);
    await vi.waitFor(() => expect(open).toBe(0));
  });

  it('just after sending its request leaves no call to the provider open', async () => {
    let waiting = 0;
    serving.provider.answer((response) => {
      waiting++;
      response.on('close', () => waiting--);
      response.writeHead(200, SSE).write(': hello\n\n');
    });
    const requests = Array.from({ length: 50 }, () => open().request);
    await Promise.all(requests.map((request) => once(request, 'finish')));
    for (const request of requests) request.destroy();
    await serving.quiet();
    await vi.waitFor(() => expect(waiting).toBe(0));
  });
});
