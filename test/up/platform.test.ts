// The Platform API without a cluster: what is made over it works at once, is kept over a restart, and is for the owner alone.
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { runUp } from '../../src/up.ts';
import { freePort } from '../cluster/harness/ports.ts';

vi.setConfig({ testTimeout: 120_000 });

const SECRET = 'canary-of-up-41d0';

let root: string;
let stateDir: string;
let output = '';
let log = '';
let running: { stop: AbortController; ended: Promise<void> } | undefined;
let origin: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashback-up-platform-'));
  stateDir = join(root, '.flashback');
  await cp('config/samples/quickstart', join(root, 'manifests'), { recursive: true });
  log = '';
});
afterEach(async () => {
  await end();
  await rm(root, { recursive: true });
});

async function end(): Promise<void> {
  running?.stop.abort();
  await running?.ended;
  running = undefined;
}

async function start(): Promise<void> {
  output = '';
  const stop = new AbortController();
  const platformPort = await freePort();
  const ended = runUp({
    files: [join(root, 'manifests')],
    port: 0,
    metricsPort: 0,
    platformPort,
    stateDir,
    bodyBudgetBytes: 1024 * 1024,
    ledgerSpoolBytes: 1024 * 1024,
    shutdownGrace: 10_000,
    env: {},
    stdout: { write: (text) => void (output += text) },
    stop: stop.signal,
    clock: systemClock,
    logger: createLogger({ name: 'test', level: 'trace', destination: { write: (line: string) => void (log += line) } }),
  });
  ended.catch(() => undefined);
  running = { stop, ended };
  origin = `http://127.0.0.1:${platformPort}`;
  await vi.waitFor(() => expect(output).toMatch('Ctrl-C ends'), { timeout: 60_000, interval: 20 });
}

async function call(method: string, path: string, body?: unknown, token?: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const own = token ?? (await readFile(join(stateDir, 'platform-token'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${own}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const response = await fetch(origin + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  expect(text).not.toContain(SECRET);
  return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
}

it('makes, serves, keeps and deletes, with one token that is in a file', async () => {
  await start();
  const printed = (await readFile(join(stateDir, 'platform-token'), 'utf8')).trim();
  expect(output).toContain(`Platform:   ${origin}; send the token ${printed} (kept in ${join(stateDir, 'platform-token')})`);
  expect([output.split(printed).length - 1, log.includes(printed)]).toEqual([1, false]);
  expect((await stat(join(stateDir, 'platform-token'))).mode & 0o077).toBe(0);
  expect((await call('GET', '/ai/llm', undefined, 'made-up')).status).toBe(401);

  const draft = { name: 'Über demo', aiType: 'OTHER', endpoint: 'http://demo-provider.flashback.svc/v1', secret: SECRET, workspaceId: 'quickstart' };
  const { body: llm } = await call('POST', '/ai/llm', draft);
  expect(llm).toMatchObject({ success: true });
  expect(await call('POST', '/ai/llm', draft)).toMatchObject({ status: 400 });
  expect(await call('POST', '/ai/llm', { ...draft, name: 'Plain', endpoint: 'http://llm.example.com/v1' })).toMatchObject({ status: 400, body: { message: expect.stringMatching(/^endpoint: /) as string } });
  expect((await call('POST', `/ai/llm/${String(llm['aiLlmId'])}/validate`)).body).toMatchObject({ success: true });

  const repo = (await call('POST', '/repo', { name: 'Made', storageType: 'OPENAI', mode: 'NORMAL', workspaceId: 'quickstart', repoAiLlms: [{ aiLlmId: llm['aiLlmId'] }] })).body;
  const key = (await call('POST', `/repo/${String(repo['repoId'])}/ai/apikey`, { name: 'App', aiType: 'OPENAI' })).body;
  const ask = () => new OpenAI({ apiKey: String(key['secret']), baseURL: /Base URL: +(\S+)/.exec(output)?.[1] ?? '', maxRetries: 0 }).chat.completions.create({ model: 'demo-chat', messages: [{ role: 'user', content: 'hello there' }] });
  const answers = () => vi.waitFor(async () => expect((await ask()).choices[0]?.message.content).toContain('hello there'), { timeout: 30_000, interval: 50 });
  await answers();

  await end();
  await start();
  await answers();
  expect((await call('GET', '/repo')).body).toMatchObject({ repos: expect.arrayContaining([expect.objectContaining({ name: 'Made', id: repo['repoId'] })]) as unknown });
  const kept = await readdir(join(stateDir, 'platform'));
  for (const name of kept) expect((await stat(join(stateDir, 'platform', name))).mode & 0o077).toBe(0);

  expect((await call('DELETE', `/repo/${String(repo['repoId'])}`)).status).toBe(200);
  expect((await call('DELETE', `/ai/llm/${String(llm['aiLlmId'])}`)).status).toBe(200);
  expect((await readdir(join(stateDir, 'platform'))).filter((name) => name.endsWith('.yaml'))).toEqual([]);
  await vi.waitFor(() => expect(ask()).rejects.toMatchObject({ status: 401 }), { timeout: 30_000, interval: 50 });
  expect(log + output).not.toContain(SECRET);
  expect(log + output).not.toContain(String(key['secret']));
});

it('leaves what stands in the manifests of a person to that person', async () => {
  await start();
  const { aiLlms } = (await call('GET', '/ai/llm')).body as { aiLlms: { id: string; name: string }[] };
  for (const change of [{ name: 'Other' }, { secret: SECRET }]) {
    const reply = await call('PUT', `/ai/llm/${aiLlms[0]?.id}`, change);
    expect(reply).toMatchObject({ status: 409, body: { success: false, message: `${aiLlms[0]?.name} stands in a manifest of yours; change it there` } });
  }
  expect((await readdir(join(stateDir, 'platform'))).filter((name) => name.endsWith('.yaml'))).toEqual([]);
});
