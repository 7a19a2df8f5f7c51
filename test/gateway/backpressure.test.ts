// A caller that does not read slows the provider down instead of filling the gateway's memory.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { expect, it, onTestFinished, vi } from 'vitest';
import { CHAT_BODY, STREAM_BODY } from '../fake/caller.ts';
import { APP_KEY } from '../fake/gateway.ts';
import { manualClock } from '../fake/manual-clock.ts';
import { startServing } from '../fake/serving.ts';

const TOTAL = 64 * 1024 * 1024;
/** Socket buffers of the kernel on four ends, and one write in each process. */
const BOUND = 24 * 1024 * 1024;

it.each([
  ['stream', STREAM_BODY, 'text/event-stream'],
  ['JSON answer', CHAT_BODY, 'application/json'],
])('a %s that nobody reads stalls at the provider, and is complete once it is read', async (_kind, body, type) => {
  const serving = await startServing();
  onTestFinished(() => serving.close());
  const event = Buffer.from(`data: {"choices":[{"delta":{"content":"${'x'.repeat(64 * 1024)}"}}]}\n\n`);
  let written = 0;
  let stalled = false;
  serving.provider.answer((response) => {
    response.writeHead(200, { 'content-type': type });
    const writeMore = (): void => {
      stalled = false;
      while (written < TOTAL) {
        written += event.length;
        if (!response.write(event)) {
          stalled = true;
          response.once('drain', writeMore);
          return;
        }
      }
      response.end('data: [DONE]\n\n');
    };
    writeMore();
  });

  const answer = await new Promise<IncomingMessage>((resolve) => {
    const headers = { authorization: `Bearer ${APP_KEY}` };
    httpRequest(`${serving.gateway.baseUrl}/chat/completions`, { method: 'POST', agent: false, headers }, resolve).end(body);
  });
  let before = -1;
  await vi.waitFor(
    () => {
      const same = written === before;
      before = written;
      expect(stalled && same).toBe(true);
    },
    { interval: 100, timeout: 10_000 },
  );
  expect(written).toBeLessThan(BOUND);

  let read = 0;
  for await (const chunk of answer) read += (chunk as Buffer).length;
  expect(written).toBeGreaterThanOrEqual(TOTAL);
  expect(read).toBe(written + 'data: [DONE]\n\n'.length);
  await serving.quiet();
});

it('a caller that never reads is given up after the idle timeout, and nothing is left under way', async () => {
  const clock = manualClock(Date.now());
  const serving = await startServing(clock);
  onTestFinished(() => serving.close());
  let providerClosed = false;
  serving.provider.answer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = Buffer.from(`data: {"choices":[{"delta":{"content":"${'x'.repeat(64 * 1024)}"}}]}\n\n`);
    const writeMore = (): void => {
      while (!response.destroyed && response.write(event));
    };
    response.on('drain', writeMore);
    response.on('close', () => {
      providerClosed = true;
    });
    writeMore();
  });
  const headers = { authorization: `Bearer ${APP_KEY}` };
  const request = httpRequest(`${serving.gateway.baseUrl}/chat/completions`, { method: 'POST', agent: false, headers });
  request.on('error', () => undefined);
  await new Promise((resolve) => request.on('response', resolve).end(STREAM_BODY));
  await vi.waitFor(() => {
    clock.advance(5_000);
    expect(providerClosed).toBe(true);
  });
  await serving.quiet();
  request.destroy();
});
