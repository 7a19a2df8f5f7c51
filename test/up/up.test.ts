import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KEY_VARIABLES } from '../../src/api/resources.ts';
import { systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { runUp, type UpOptions } from '../../src/up.ts';

// A process of its own takes seconds to start on a machine that does much else.
vi.setConfig({ testTimeout: 120_000 });

const run = promisify(execFile);
const CANARY = 'sk-canary-0123456789';
const KEY_FILE = 'keys/quickstart.assistant.app.env';
let root: string;
let manifests: string;
let stateDir: string;
let output: string;
let running: { stop: AbortController; ended: Promise<void> }[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashback-up-'));
  manifests = join(root, 'manifests');
  stateDir = join(root, '.flashback');
  await cp('config/samples/quickstart', manifests, { recursive: true });
  output = '';
  running = [];
});
afterEach(async () => {
  for (const { stop, ended } of running) {
    stop.abort();
    await ended.catch(() => undefined);
  }
  await rm(root, { recursive: true });
});

function start(overrides: Partial<UpOptions> = {}): { stop: AbortController; ended: Promise<void> } {
  const stop = new AbortController();
  const ended = runUp({
    files: [manifests],
    port: 0,
    metricsPort: 0,
    stateDir,
    bodyBudgetBytes: 1024 * 1024,
    ledgerSpoolBytes: 1024 * 1024,
    shutdownGrace: 10_000,
    env: {},
    stdout: {
      write: (text) => {
        output += text;
      },
    },
    stop: stop.signal,
    clock: systemClock,
    logger: createLogger({ name: 'test', level: 'silent' }),
    ...overrides,
  });
  ended.catch(() => undefined);
  running.push({ stop, ended });
  return { stop, ended };
}

async function untilSaid(text: string | RegExp): Promise<void> {
  await vi.waitFor(() => expect(output).toMatch(text), { timeout: 60_000, interval: 20 });
}

async function environment(file = KEY_FILE): Promise<Record<string, string>> {
  const text = await readFile(join(stateDir, file), 'utf8');
  return Object.fromEntries(text.split('\n').filter((line) => /^[A-Z]/.test(line)).map((line) => line.split('=', 2)));
}

async function aClient(file = KEY_FILE): Promise<OpenAI> {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = await environment(file);
  if (apiKey === undefined || baseURL === undefined) throw new Error('the key file is incomplete');
  return new OpenAI({ apiKey, baseURL, maxRetries: 0 });
}

const HELLO = { model: 'demo-chat', messages: [{ role: 'user' as const, content: 'hello there' }] };

describe('flashback up', () => {
  it('prints the report, and the key of the report opens the demo provider', async () => {
    start();
    await untilSaid('Ctrl-C ends');
    expect(output).toMatch(/^KIND +NAMESPACE\/NAME +READY/m);
    expect(output).toMatch(/demo provider on http:\/\/127\.0\.0\.1:\d+ stands in for demo-provider\.flashback\.svc/);
    expect(output).toContain(join(stateDir, KEY_FILE));
    const answer = await (await aClient()).chat.completions.create(HELLO);
    expect(answer.choices[0]?.message.content).toContain('hello there');
  });

  it('prints snippets that work as they are pasted', async () => {
    start();
    await untilSaid('Ctrl-C ends');
    const snippets = output.match(/^set -a;[^]*?(?=\n\n)/gm) ?? [];
    expect(snippets).toHaveLength(2);
    const { NODE_OPTIONS: _, ...env } = process.env;
    for (const snippet of snippets) expect((await run('bash', ['-c', snippet], { env })).stdout).toContain('You said: Hello!');
  });

  it('says what a policy has blocked, and keeps plan, tests and counts in a file', async () => {
    start();
    await untilSaid('Ctrl-C ends');
    const client = await aClient();
    const messages = [{ role: 'user' as const, content: 'Charge 4242 4242 4242 4242' }];
    await expect(client.chat.completions.create({ model: 'demo-chat', messages })).rejects.toMatchObject({ code: 'content_policy_violation' });
    await untilSaid(/^AIPolicy quickstart\/no-card-numbers: 1 violation was blocked since /m);
    const status = join(stateDir, 'status.yaml');
    await vi.waitFor(async () => expect(await readFile(status, 'utf8')).toMatch(/counts:\n +since: .*\n +evaluations: 1\n +violations: 1\n/), 60_000);
    expect(await readFile(status, 'utf8')).toMatch(/plan:\n +- Detectors look for payment card numbers\./);
    expect(await readFile(status, 'utf8')).toContain('summary: 3/3');
    expect((await stat(status)).mode & 0o077).toBe(0);
  });

  it('says so when somebody else has a file where a key belongs, and leaves it', async () => {
    start();
    await untilSaid('Ctrl-C ends');
    await writeFile(join(stateDir, KEY_FILE), 'OPENAI_API_KEY=mine\n');
    await untilSaid(/^Repository quickstart\/assistant: not Ready \(KeySecretConflict\): /m);
    expect(output).toContain(`${join(stateDir, KEY_FILE)} was not written by flashback for this key; move it away\n`);
    expect(await readFile(join(stateDir, KEY_FILE), 'utf8')).toBe('OPENAI_API_KEY=mine\n');
    await unlink(join(stateDir, KEY_FILE));
    await untilSaid(/^Repository quickstart\/assistant: Ready/m);
  });

  it('lends a connection to another namespace for as long as a grant in its own one says so', async () => {
    const head = 'apiVersion: ai.flashback.tech/v1alpha1\n';
    const borrower = `${head}kind: Repository\nmetadata: {name: chat, namespace: team-a}\nspec: {llms: [{name: demo, namespace: quickstart}], apiKeys: [{name: app}]}\n`;
    const to = 'to: [{kind: AILLMConfig, name: demo}]';
    const grant = `${head}kind: AIReferenceGrant\nmetadata: {name: g, namespace: quickstart}\nspec: {from: [{kind: Repository, namespace: team-a}], ${to}}\n`;
    await writeFile(join(manifests, '50-borrower.yaml'), borrower);
    start();
    await untilSaid('Ctrl-C ends');
    expect(output).toMatch(/^Repository +team-a\/chat +False +RefNotPermitted +no AIReferenceGrant lets repositories of namespace team-a use AILLMConfig quickstart\/demo/m);
    const client = await aClient('keys/team-a.chat.app.env');
    await expect(client.chat.completions.create(HELLO)).rejects.toMatchObject({ status: 503, code: 'provider_not_ready' });
    await writeFile(join(manifests, '60-grant.yaml'), grant);
    await untilSaid(/60-grant\.yaml: AIReferenceGrant quickstart\/g added/);
    await untilSaid(/^Repository team-a\/chat: Ready/m);
    await vi.waitFor(async () => expect((await client.chat.completions.create(HELLO)).choices[0]?.message.content).toContain('hello there'), 60_000);
    await unlink(join(manifests, '60-grant.yaml'));
    await untilSaid(/60-grant\.yaml: AIReferenceGrant quickstart\/g removed/);
    await vi.waitFor(() => expect(client.chat.completions.create(HELLO)).rejects.toMatchObject({ status: 503, code: 'provider_not_ready' }), 60_000);
    expect((await (await aClient()).chat.completions.create(HELLO)).choices[0]?.message.content).toContain('hello there');
  });

  it('serves metrics and readiness on a port of their own', async () => {
    start();
    await untilSaid('Ctrl-C ends');
    const url = /Metrics: +(\S+)/.exec(output)?.[1] ?? '';
    expect(await (await fetch(url)).text()).toMatch(/^flashback_snapshot_revision [1-9]/m);
    expect((await fetch(url.replace('/metrics', '/readyz'))).status).toBe(200);
  });

  it('puts an edit in force and says so in one line; a broken file changes nothing', async () => {
    start();
    await untilSaid('Ctrl-C ends');
    const file = join(manifests, '30-repository.yaml');
    const good = await readFile(file, 'utf8');
    await writeFile(file, `${good}    - name: batch\n`);
    await untilSaid(`${file}: Repository quickstart/assistant changed\n`);
    const delivered = join(stateDir, 'keys/quickstart.assistant.batch.env');
    await vi.waitFor(async () => expect(await readFile(delivered, 'utf8')).toContain('OPENAI_API_KEY='));
    await writeFile(file, `${good}    - nam: batch\n`);
    await untilSaid(`${file}:15: Repository assistant: spec.apiKeys[1]`);
    expect(output).toContain('; the last good state stays in force\n');
    expect((await (await aClient()).chat.completions.create(HELLO)).choices).toHaveLength(1);
  });

  it('says so when a provider refuses a new credential, goes on with the old one, and takes a good one', async () => {
    start();
    await untilSaid('Ctrl-C ends');
    const file = join(manifests, '10-provider-secret.yaml');
    const good = await readFile(file, 'utf8');
    await writeFile(file, good.replace(/apiKey: .*/, 'apiKey: demo-invalid'));
    await untilSaid(/^AILLMConfig quickstart\/demo: not Ready \(CredentialsInvalid\): /m);
    await writeFile(file, good);
    await untilSaid(/^AILLMConfig quickstart\/demo: Ready \(Succeeded\)$/m);
    expect((await (await aClient()).chat.completions.create(HELLO)).choices).toHaveLength(1);
  });

  it('gives a new key when its file is deleted, and refuses the old one', async () => {
    start();
    await untilSaid('Ctrl-C ends');
    const old = await aClient();
    await unlink(join(stateDir, KEY_FILE));
    await vi.waitFor(async () => expect((await environment())['OPENAI_API_KEY']).not.toBe(old.apiKey), { timeout: 5000 });
    await vi.waitFor(() => expect(old.models.list()).rejects.toMatchObject({ status: 401 }));
    expect((await (await aClient()).models.list()).data).toHaveLength(2);
  });

  it('prints the snippets later when nothing was ready at the start', async () => {
    const file = join(manifests, '20-llm.yaml');
    const llm = await readFile(file, 'utf8');
    await unlink(file);
    start();
    await untilSaid('Ctrl-C ends');
    expect(output).not.toContain('curl');
    await writeFile(file, llm);
    await untilSaid('curl');
    expect(output).toMatch(/^Repository quickstart\/assistant: Ready[^]*^set -a;[^]*^node --input-type/m);
    const snippets = output.match(/^set -a;[^]*?(?=\n\n)/gm) ?? [];
    expect(snippets).toHaveLength(2);
    const { NODE_OPTIONS: _, ...env } = process.env;
    expect((await run('bash', ['-c', snippets[0] ?? ''], { env })).stdout).toContain('You said: Hello!');
  });

  it('says in a line what becomes of keys: a new entry, an edit, and an entry that goes', async () => {
    start();
    await untilSaid('Ctrl-C ends');
    const said = output.length;
    const file = join(manifests, '30-repository.yaml');
    const good = await readFile(file, 'utf8');
    await writeFile(file, `${good}    - name: batch\n`);
    const batch = join(stateDir, 'keys/quickstart.assistant.batch.env');
    await untilSaid(`key quickstart/assistant batch: new key in ${batch}\n`);
    const path = join(stateDir, KEY_FILE);
    await writeFile(path, (await readFile(path, 'utf8')).replace(/(OPENAI_API_KEY=sk-.).*/, '$1'));
    await untilSaid(/^key quickstart\/assistant app: .*new key in/m);
    await writeFile(file, good);
    await untilSaid(`key quickstart/assistant batch: revoked; it is no longer in ${batch}\n`);
    expect(output.slice(said)).toMatch(/^key quickstart\/assistant app: .*revoked/m);
    expect(output).not.toContain('sk-');
  });

  it.each(['Anthropic', 'Google'] as const)('delivers the key in the variables of %s once its type says so', async (type) => {
    start();
    await untilSaid('Ctrl-C ends');
    const before = await environment();
    const file = join(manifests, '30-repository.yaml');
    await writeFile(file, `${await readFile(file, 'utf8')}      type: ${type}\n`);
    const names = KEY_VARIABLES[type];
    await untilSaid(`key quickstart/assistant app: works as ${names.key} in ${join(stateDir, KEY_FILE)} now, and no longer as OPENAI_API_KEY\n`);
    const origin = before['OPENAI_BASE_URL']!.replace(/\/v1$/, '');
    expect(await environment()).toEqual({ [names.key]: before['OPENAI_API_KEY'], [names.baseUrl]: origin });
    const client = new OpenAI({ apiKey: before['OPENAI_API_KEY'], baseURL: before['OPENAI_BASE_URL'], maxRetries: 0 });
    await vi.waitFor(() => expect(client.chat.completions.create(HELLO)).rejects.toMatchObject({ code: 'key_of_other_surface' }));
  });

  it('keeps keys across a restart', async () => {
    const { stop, ended } = start();
    await untilSaid('Ctrl-C ends');
    const before = (await environment())['OPENAI_API_KEY'];
    stop.abort();
    await ended;
    output = '';
    start();
    await untilSaid('Ctrl-C ends');
    expect((await environment())['OPENAI_API_KEY']).toBe(before);
    expect((await (await aClient()).models.list()).data).toHaveLength(2);
  });

  it('says which keys open nothing because their Repository went in the meantime, and leaves their files', async () => {
    const { stop, ended } = start();
    await untilSaid('Ctrl-C ends');
    stop.abort();
    await ended;
    output = '';
    const repository = join(manifests, '30-repository.yaml');
    const good = await readFile(repository, 'utf8');
    await writeFile(repository, 'kind: [');
    const second = start();
    await untilSaid('Ctrl-C ends');
    expect(output).not.toContain('opens nothing');
    await unlink(repository);
    const path = join(stateDir, KEY_FILE);
    const line = `key quickstart/assistant app: opens nothing, because there is no Repository quickstart/assistant; delete ${path}`;
    await untilSaid(line);
    second.stop.abort();
    await second.ended;
    output = '';
    const third = start();
    await untilSaid('Ctrl-C ends');
    expect(output).toContain(line);
    third.stop.abort();
    await third.ended;
    await writeFile(repository, good);
    output = '';
    start();
    await untilSaid('Ctrl-C ends');
    expect(output).not.toContain('opens nothing');
    expect((await (await aClient()).models.list()).data).toHaveLength(2);
  });

  it('finishes streams under way when it is stopped, and lets go of its ports', async () => {
    const { stop, ended } = start();
    await untilSaid('Ctrl-C ends');
    const client = await aClient();
    const stream = await client.chat.completions.create({ ...HELLO, stream: true });
    let text = '';
    for await (const chunk of stream) {
      if (text === '') stop.abort();
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text).toContain('hello there');
    await ended;
    await expect(fetch(client.baseURL)).rejects.toThrow('fetch failed');
  });

  it('starts no demo provider that nobody asked for', async () => {
    const file = join(manifests, '20-llm.yaml');
    const llm = await readFile(file, 'utf8');
    await writeFile(file, llm.replace(/endpoint: .*/, 'endpoint: https://llm.example.com/v1'));
    start();
    await untilSaid('Ctrl-C ends');
    expect(output).not.toContain('demo provider');
  });

  it('starts the demo provider once a file asks for it', async () => {
    const llm = await readFile(join(manifests, '20-llm.yaml'), 'utf8');
    await unlink(join(manifests, '20-llm.yaml'));
    start();
    await untilSaid('Ctrl-C ends');
    await writeFile(join(manifests, '20-llm.yaml'), llm);
    await untilSaid('AILLMConfig quickstart/demo added');
    await vi.waitFor(async () => expect((await (await aClient()).chat.completions.create(HELLO)).choices).toHaveLength(1));
  });

  it('fills variables in from its environment, and prints none of them nor a key', async () => {
    const secret = join(manifests, '10-provider-secret.yaml');
    const original = await readFile(secret, 'utf8');
    await writeFile(secret, original.replace(/apiKey: .*/, 'apiKey: ${PROVIDER_KEY}'));
    start({ env: { PROVIDER_KEY: CANARY } });
    await untilSaid('Ctrl-C ends');
    await writeFile(secret, original.replace(/apiKey: .*/, `apiKey: "${CANARY}`));
    await untilSaid('not valid YAML');
    expect(output).not.toContain(CANARY);
    expect(output).not.toContain((await environment())['OPENAI_API_KEY']);
  });
});

describe('the command', () => {
  function command(...args: string[]): { child: ChildProcess; ended: Promise<{ code: number | null; stderr: string }> } {
    const child = spawn(process.execPath, ['src/cli.ts', 'up', '--state-dir', stateDir, '--metrics-port', '0', ...args]);
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()));
    return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr }))) };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly at %s', async (signal) => {
    const { child, ended } = command('-f', manifests, '--port', '0');
    await untilSaid('Ctrl-C ends');
    child.kill(signal);
    expect(await ended).toEqual({ code: 0, stderr: '' });
    expect(output).toMatch(/Stopped\.\n$/);
  });

  it('keeps its log in a file that only its owner can read, with no key in it', async () => {
    const { child, ended } = command('-f', manifests, '--port', '0');
    await untilSaid('Ctrl-C ends');
    const client = await aClient();
    await client.chat.completions.create(HELLO);
    child.kill('SIGINT');
    await ended;
    const path = join(stateDir, 'flashback.log');
    const log = await readFile(path, 'utf8');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
    expect(log).toContain('demo-chat');
    for (const secret of [client.apiKey, 'demo-provider-accepts-any-key', 'hello there']) expect(log).not.toContain(secret);
  });

  it('leaves a state directory alone that another one uses, and the directory free when it ends', async () => {
    const first = command('-f', manifests, '--port', '0');
    await untilSaid('Ctrl-C ends');
    const before = [await readFile(join(stateDir, KEY_FILE), 'utf8'), await readFile(join(stateDir, 'flashback.log'), 'utf8')];
    const reason = `another flashback (pid ${first.child.pid}) uses ${stateDir}; choose another directory with --state-dir`;
    expect(await command('-f', manifests, '--port', '0').ended).toEqual({ code: 1, stderr: `flashback: ${reason}\n` });
    expect([await readFile(join(stateDir, KEY_FILE), 'utf8'), await readFile(join(stateDir, 'flashback.log'), 'utf8')]).toEqual(before);
    first.child.kill('SIGINT');
    await first.ended;
    await expect(stat(join(stateDir, 'lock'))).rejects.toThrow('ENOENT');
  });

  it('ends with one sentence and a failure when its port is in use', async () => {
    const { server, port } = await inUse();
    const { ended } = command('-f', manifests, '--port', String(port));
    expect(await ended).toEqual({ code: 1, stderr: `flashback: Port ${port} is in use. Choose another with --port.\n` });
    server.close();
  });
});

async function inUse(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

describe('what prevents a start', () => {
  it.each([
    ['port', 'port'],
    ['metricsPort', 'metrics-port'],
  ])('is one sentence when %s is in use, naming the port and the flag', async (option, flag) => {
    const { server, port } = await inUse();
    await expect(start({ [option]: port }).ended).rejects.toThrow(`Port ${port} is in use. Choose another with --${flag}.`);
    server.close();
  });

  it('is one sentence when the directory is not there', async () => {
    const missing = join(root, 'nope');
    await expect(start({ files: [missing] }).ended).rejects.toThrow(`-f: there is no file or directory ${missing}`);
  });

  it('is the directory rather than the port, when both are wrong', async () => {
    const { server, port } = await inUse();
    const missing = join(root, 'nope');
    await expect(start({ files: [missing], port, metricsPort: port }).ended).rejects.toThrow(`-f: there is no file or directory ${missing}`);
    server.close();
  });

  it('is one sentence when no directory was given', async () => {
    await expect(start({ files: [] }).ended).rejects.toThrow('flashback up -f DIRECTORY');
  });
});
