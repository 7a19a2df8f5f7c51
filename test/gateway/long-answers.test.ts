// Answers that go on and on: what is read or held back whole has an end.
import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MAX_WHOLE_ANSWER } from '../../src/providers/whole-body.ts';
import type { ProviderType } from '../../src/api/resources.ts';
import { errorOf } from '../fake/caller.ts';
import { KEYS, MODEL, NO_CARDS, startPolicyStage, type PolicyStage } from './policies/stage.ts';

const MEGABYTE = Buffer.alloc(1024 * 1024, 'x');
const MORE = MAX_WHOLE_ANSWER / MEGABYTE.length + 8;

interface LongAnswer {
  stage: PolicyStage;
  /** Resolves when the connection to the provider has closed. */
  closed: Promise<void>;
  /** Bytes that the provider has sent. */
  sent(): number;
}

/** A provider whose answer is longer than what is kept, or has no end at all. */
async function answering(type: ProviderType, hasEnd: boolean): Promise<LongAnswer> {
  const stage = await startPolicyStage(type);
  onTestFinished(() => stage.close());
  let sent = 0;
  const closed = new Promise<void>((resolve) => {
    stage.provider.answer((response: ServerResponse) => {
      response.once('close', resolve);
      response.writeHead(200, { 'content-type': 'application/json' });
      const goOn = (): void => {
        if (response.destroyed) return;
        if (hasEnd && sent >= MORE * MEGABYTE.length) return void response.end();
        sent += MEGABYTE.length;
        if (response.write(MEGABYTE)) setImmediate(goOn);
        else response.once('drain', goOn);
      };
      goOn();
    });
  });
  return { stage, closed, sent: () => sent };
}

const ask = ({ stage }: LongAnswer, path = '/v1/chat/completions') =>
  stage.ask({ key: KEYS.OpenAI, path, body: JSON.stringify({ model: MODEL, input: 'Hello', messages: [{ role: 'user', content: 'Hello' }] }) });

describe('an answer without an end', () => {
  it.each([
    ['a chat', 'Anthropic', '/v1/chat/completions'],
    ['an embedding', 'Google', '/v1/embeddings'],
  ] as const)('that has to be translated, to %s, fails, and the provider is told', async (_name, type, path) => {
    const long = await answering(type, false);
    const reply = await ask(long, path);
    expect([reply.status, errorOf(reply).code]).toEqual([502, 'provider_failed']);
    await long.closed;
  });

  it('that policies have to see whole is refused, and the provider is told', async () => {
    const long = await answering('Other', false);
    long.stage.use(NO_CARDS);
    const reply = await ask(long);
    expect([reply.status, errorOf(reply).code]).toEqual([503, 'policy_unavailable']);
    await long.closed;
    expect(long.stage.gateway.counts.all['team-a/no-cards']).toMatchObject({ failures: 1, blocked: 0 });
  });
});

describe('an answer that is longer than what is held back', () => {
  it.each([
    ['Block', 'Open'],
    ['Alert', 'Open'],
  ] as const)('passes whole where a policy that fails lets pass (action %s, failure mode %s)', async (action, failureMode) => {
    const long = await answering('Other', true);
    long.stage.use({ ...NO_CARDS, action, failureMode });
    const { status, body } = await ask(long);
    expect([status, body.length]).toEqual([200, long.sent()]);
    await vi.waitFor(() => expect(long.stage.gateway.counts.all['team-a/no-cards']).toMatchObject({ failures: 1 }));
  });
});
