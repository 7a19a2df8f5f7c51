// `flashback up` and the identity of whoever runs it: out of reach for manifests unless the flag lists their namespace.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { runUp } from '../../src/up.ts';
import { json, startProvider, type FakeProvider } from '../fake/provider.ts';

let root: string;
let agent: FakeProvider;
let output: string;
let stop: AbortController;
let ended: Promise<void>;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashback-up-identity-'));
  agent = await startProvider();
  agent.answer(json(404, { Message: 'no association for token-canary' }));
  for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_'))) vi.stubEnv(name, undefined);
  await writeFile(join(root, 'token'), 'token-canary');
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${new URL(agent.url).origin}/v1/credentials`);
  vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', join(root, 'token'));
  output = '';
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await ended;
  vi.unstubAllEnvs();
  await agent.close();
  await rm(root, { recursive: true });
});

function start(podIdentityNamespaces?: string[]): void {
  ended = runUp({
    files: ['config/samples/pod-identity/bedrock.yaml'],
    port: 0,
    metricsPort: 0,
    stateDir: join(root, '.flashback'),
    bodyBudgetBytes: 1024 * 1024,
    ledgerSpoolBytes: 1024 * 1024,
    shutdownGrace: 10_000,
    env: {},
    stdout: { write: (text) => void (output += text) },
    stop: stop.signal,
    clock: systemClock,
    logger: createLogger({ name: 'test', level: 'silent' }),
    ...(podIdentityNamespaces === undefined ? {} : { podIdentityNamespaces }),
  });
}

async function untilSaid(text: string): Promise<void> {
  await vi.waitFor(() => expect(output).toContain(text), { timeout: 15_000, interval: 20 });
}

it.each([[undefined], [['team-b']]])('is not used with the namespaces %j, and the report names the flag', async (namespaces) => {
  start(namespaces);
  await untilSaid('PodIdentityNotAllowed');
  expect(output.replaceAll(/\s+/g, ' ')).toContain('--pod-identity-namespaces');
  expect(agent.calls).toEqual([]);
});

it('is asked for where the flag lists the namespace, and what it lacks is told without its token', async () => {
  start(['team-a']);
  await untilSaid('PodIdentityUnavailable');
  expect(output.replaceAll(/\s+/g, ' ')).toContain('pod identity association');
  expect(agent.calls[0]?.headers.authorization).toBe('token-canary');
  expect(output).not.toContain('token-canary');
});
