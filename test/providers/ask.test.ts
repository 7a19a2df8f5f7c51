// One question to a model outside of traffic, at every provider, over real sockets.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ModelAsker } from '../../src/providers/ask.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import type { SnapshotProvider } from '../../src/snapshot/snapshot.ts';

const SECRET = 'planted-secret-of-the-judge';
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>((resolve) => void server.close(() => resolve()));
});

interface Asked {
  request: IncomingMessage;
  body: string;
}

async function provider(status: number, answer: string, headers: Record<string, string> = {}): Promise<{ endpoint: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += String(chunk)));
    request.on('end', () => {
      asked.push({ request, body });
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers }).end(answer);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

function target(type: SnapshotProvider['type'], endpoint: string): SnapshotProvider {
  return { generation: 1, type, endpoint, credential: { secret: SECRET }, timeouts: { connect: 5_000, response: 5_000, idle: 5_000 }, headers: [['x-team', 'a']] };
}

const asker = (allowLoopback = true) =>
  new ModelAsker({ providers: PROVIDERS, addresses: { allowLoopback }, now: () => 0, newId: () => 'id' });
const QUESTION = { messages: [{ role: 'system', content: 'Judge.' }, { role: 'user', content: 'Is it?' }], max_tokens: 50 };
const ask = (to: SnapshotProvider, by = asker()) => by.ask(to, 'judge-1', QUESTION, AbortSignal.timeout(10_000), () => ['x-mark', 'ours']);

const ANSWERS = {
  OpenAI: { id: 'x', object: 'chat.completion', choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'It is.' } }] },
  Anthropic: { id: 'x', type: 'message', role: 'assistant', content: [{ type: 'text', text: 'It is.' }], stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 1 } },
  Google: { candidates: [{ content: { role: 'model', parts: [{ text: 'It is.' }] }, finishReason: 'STOP' }] },
  AWS: { output: { message: { role: 'assistant', content: [{ text: 'It is.' }] } }, stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1 } },
};
const OF_TYPE: Record<SnapshotProvider['type'], object> = { ...ANSWERS, Other: ANSWERS.OpenAI };

describe('a question', () => {
  it.each(Object.keys(PROVIDERS) as SnapshotProvider['type'][])('to %s is asked in its dialect and answered in OpenAI\'s, with the credential and the mark', async (type) => {
    const { endpoint, asked } = await provider(200, JSON.stringify(OF_TYPE[type]));
    const { status, body } = await ask(target(type, endpoint));
    expect(status).toBe(200);
    expect((JSON.parse(body) as { choices: { message: { content: string } }[] }).choices[0]?.message.content).toBe('It is.');
    const [{ request, body: sent }] = asked as [Asked];
    expect(JSON.stringify(request.headers)).toContain(SECRET);
    expect(request.headers).toMatchObject({ 'x-mark': 'ours', 'x-team': 'a' });
    expect(`${request.url} ${sent}`).toContain('judge-1');
    expect(sent).toContain('Is it?');
  });

  it('that is refused gives the status, and nothing of what the provider said', async () => {
    const { endpoint } = await provider(429, `{"error":{"message":"slow down ${SECRET}"}}`);
    expect(await ask(target('OpenAI', endpoint))).toEqual({ status: 429, body: '' });
  });

  it.each(Object.keys(PROVIDERS) as SnapshotProvider['type'][])('that %s refuses for now tells when to ask again', async (type) => {
    const { endpoint } = await provider(429, '{}', { 'retry-after': '7' });
    expect(await ask(target(type, endpoint))).toEqual({ status: 429, body: '', retryAfter: 7000 });
    const dated = await provider(429, '{}', { 'retry-after': 'Fri, 27 Nov 2026 10:00:00 GMT' });
    expect(await ask(target(type, dated.endpoint))).toEqual({ status: 429, body: '' });
  });

  it('that Google refuses for now tells by its text when to ask again', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '12s' }];
    const { endpoint } = await provider(429, JSON.stringify({ error: { code: 429, message: 'slow down', details } }));
    expect(await ask(target('Google', endpoint))).toEqual({ status: 429, body: '', retryAfter: 12_000 });
  });

  it('to an address that may not be called is not asked', async () => {
    const { endpoint, asked } = await provider(200, '{}');
    await expect(ask(target('OpenAI', endpoint), asker(false))).rejects.toThrow('loopback');
    expect(asked).toEqual([]);
  });

  it('is given up when nobody waits for it any more', async () => {
    const { endpoint } = await provider(200, '{}');
    await expect(asker().ask(target('OpenAI', endpoint), 'judge-1', QUESTION, AbortSignal.abort())).rejects.toThrow();
  });

  it('whose answer is endless is given up', async () => {
    const { endpoint } = await provider(200, ' '.repeat(2 * 1024 * 1024));
    await expect(ask(target('OpenAI', endpoint))).rejects.toThrow('too long');
  });
});
