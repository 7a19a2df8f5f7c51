// `flashback explain --key-file` over the directory of an `up` that has issued the key.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { explainCommand } from '../../src/explain-command.ts';
import { readKey } from '../../src/explain-key.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { runUp } from '../../src/up.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let root: string;
let manifests: string;
let stateDir: string;
let keyFile: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashback-explain-key-'));
  manifests = join(root, 'manifests');
  stateDir = join(root, 'state');
  keyFile = join(stateDir, 'keys/quickstart.assistant.app.env');
  await cp('config/samples/quickstart', manifests, { recursive: true });
  const stop = new AbortController();
  let output = '';
  const stdout = { write: (text: string) => (output += text) };
  const logger = createLogger({ name: 'test', level: 'silent' });
  const ended = runUp({
    files: [manifests],
    port: 0,
    metricsPort: 0,
    stateDir,
    bodyBudgetBytes: 2 ** 20,
    ledgerSpoolBytes: 2 ** 20,
    shutdownGrace: 1_000,
    env: {},
    stdout,
    stop: stop.signal,
    clock: systemClock,
    logger,
  });
  await vi.waitFor(() => expect(output).toContain('Ctrl-C ends'), { timeout: 60_000, interval: 20 });
  stop.abort();
  await ended;
});
afterAll(() => rm(root, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

async function explain(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  const code = await explainCommand(args, {});
  vi.restoreAllMocks();
  return { code, out, err };
}

async function key(): Promise<string> {
  return /^OPENAI_API_KEY=(.*)$/m.exec(await readFile(keyFile, 'utf8'))![1]!;
}

describe('flashback explain --key-file', () => {
  it('answers 0 for a key that up has issued, with the connection, the policies and not the key', async () => {
    const { code, out } = await explain('--key-file', keyFile, '--model', 'demo-chat', '-f', manifests, '--state-dir', stateDir);
    expect(out).toMatch(/app of Repository quickstart\/assistant\n/);
    expect(out).toContain('model     demo-chat: AILLMConfig quickstart/demo (Other, ');
    expect(out).toContain('\nA request would be served\n');
    expect(out).toContain('1. quickstart/no-card-numbers (Repository): Block\n');
    expect(code).toBe(0);
    expect(out).not.toContain(await key());
  });

  it('answers 1 with the error code where it would be denied', async () => {
    const { code, out } = await explain('--key-file', keyFile, '--model', 'gpt-none', '-f', manifests, '--state-dir', stateDir);
    expect(out).toContain('A request would be denied: model_not_found (HTTP 404)');
    expect(code).toBe(1);
    const elsewhere = await explain('--key-file', keyFile, '-f', manifests, '--state-dir', join(root, 'none'));
    expect(elsewhere).toMatchObject({ code: 1, out: expect.stringContaining('key_unknown') as string });
  });

  it('leaves the keys of up as they are', async () => {
    const before = await readFile(keyFile, 'utf8');
    await explain('--key-file', keyFile, '-f', manifests, '--state-dir', stateDir);
    expect(await readFile(keyFile, 'utf8')).toBe(before);
  });

  it('answers 2 where nothing can be told', async () => {
    const { code, err } = await explain('--key-file', keyFile, '-f', join(root, 'none'));
    expect(code).toBe(2);
    expect(err).toMatch(/^flashback: -f: /);
  });

  it('takes a file or standard input, and never repeats what might be a key', async () => {
    async function* input() {
      yield Buffer.from('Bearer sk-abc\n');
    }
    expect(await readKey('-', input())).toBe('sk-abc');
    const secret = 'sk-typed-as-an-argument';
    for (const args of [
      ['--key-file', secret],
      ['--key-file', keyFile, secret],
    ]) {
      const error: unknown = await explainCommand(args, {}).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'SettingsError', message: expect.stringContaining('never be an argument') as string });
      expect(String(error)).not.toContain(secret);
    }
    const empty = join(root, 'empty');
    await writeFile(empty, '\n');
    await expect(explainCommand(['--key-file', empty], {})).rejects.toThrow('there is no key in it');
    await expect(explainCommand(['--model', 'm', 'repository', 'x'], {})).rejects.toThrow('--model belongs to --key-file');
  });
});
