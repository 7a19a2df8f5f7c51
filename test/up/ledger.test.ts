// `flashback up` and its ledger: what was used is in it when the process has ended, also over several runs.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { UsageQuestion } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { runUp } from '../../src/up.ts';

vi.setConfig({ testTimeout: 120_000 });

const ALL: UsageQuestion = { visible: 'all', from: 0, to: Date.parse('2100-01-01T00:00:00Z'), groupBy: ['workspace'] };
let root: string;
let url: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashback-up-ledger-'));
  url = join(root, 'ledger.sqlite');
  await cp('config/samples/quickstart', join(root, 'manifests'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

/** Runs `use` with a client of the key that was delivered, and ends cleanly. */
async function run(use: (client: OpenAI) => Promise<void>): Promise<void> {
  let output = '';
  const stop = new AbortController();
  const stateDir = join(root, '.flashback');
  const ended = runUp({
    files: [join(root, 'manifests')],
    port: 0,
    metricsPort: 0,
    stateDir,
    ledger: { url },
    bodyBudgetBytes: 1024 * 1024,
    ledgerSpoolBytes: 1024 * 1024,
    shutdownGrace: 10_000,
    env: {},
    stdout: { write: (text) => void (output += text) },
    stop: stop.signal,
    clock: systemClock,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  try {
    await Promise.race([ended, vi.waitFor(() => expect(output).toContain('Ctrl-C ends'), { timeout: 60_000, interval: 20 })]);
    const text = await readFile(join(stateDir, 'keys/quickstart.assistant.app.env'), 'utf8');
    const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
    await use(new OpenAI({ apiKey: value('OPENAI_API_KEY'), baseURL: value('OPENAI_BASE_URL'), maxRetries: 0 }));
  } finally {
    stop.abort();
    await ended;
  }
}

/** Requests in the ledger. */
async function told(): Promise<number> {
  const ledger = await openLedger({ url });
  const [row] = await ledger.usage(ALL);
  await ledger.close();
  return row?.amounts.requests ?? 0;
}

it('holds what was used and found, to the token, and who came', async () => {
  let [requests, tokensIn, tokensOut] = [0, 0, 0];
  const chat = async (client: OpenAI): Promise<void> => {
    const { usage } = await client.chat.completions.create({ model: 'demo-chat', messages: [{ role: 'user', content: `hello ${requests}` }] });
    requests += 1;
    tokensIn += usage?.prompt_tokens ?? 0;
    tokensOut += usage?.completion_tokens ?? 0;
  };
  await run(async (client) => {
    for (let index = 0; index < 3; index += 1) await chat(client);
  });
  await run(chat);
  // What a run had no time to tell at its end, the next one tells.
  for (let runs = 0; runs < 5 && (await told()) < requests; runs += 1) await run(async () => undefined);
  const ledger = await openLedger({ url });
  try {
    const [row] = await ledger.usage(ALL);
    expect(row?.dimensions).toEqual({ workspace: 'quickstart' });
    expect(row?.amounts).toMatchObject({ requests, tokensIn, tokensOut });
    expect(requests).toBe(4);
    const { rows } = await ledger.audited({ visible: 'all', kind: 'Repository', skip: 0, take: 10 });
    expect(rows.map(({ event, actor, workspace, name }) => [event, actor, workspace, name])).toEqual([['created', 'manager:manifests', 'quickstart', 'assistant']]);
  } finally {
    await ledger.close();
  }
});
