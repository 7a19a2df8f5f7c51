// An operator under the rights of the mode `named`: what it may see changes as fast as anywhere, and the rest stays closed and is told of.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startKeyedProvider, type KeyedProvider } from '../cluster/stack/provider.ts';
import { eventually, RELEASE, Stack, type OperatorProcess } from '../cluster/stack/stack.ts';
import { find, podsOf, render, type Manifest } from './render.ts';

const WORKSPACE = 'workspace';
const FIRST = 'upstream-one';
const SECOND = 'upstream-two';
/** Seconds in which a change is served: the bound is part of the promise. */
const SOON = 5;

let stack: Stack;
let provider: KeyedProvider;
let operator: OperatorProcess;

const valuesFor = (read: string[]): object => ({
  watchNamespaces: [WORKSPACE],
  rbac: { secrets: { mode: 'named', named: [{ namespace: WORKSPACE, read, keys: ['chat-app'] }] } },
});

async function applyRights(read: string[]): Promise<Manifest[]> {
  const manifests = await render(valuesFor(read), { namespace: RELEASE });
  const rights = manifests.filter(({ kind }) => /Role(Binding)?$|^ServiceAccount$/.test(kind));
  await stack.apply(rights.map((manifest) => JSON.stringify(manifest)).join('\n'));
  return manifests;
}

/** The operator as a process, with the arguments of the chart that the mode decides on, and nothing but the token of its account. */
async function startOperator(manifests: Manifest[]): Promise<OperatorProcess> {
  const token = (await stack.kubectl(['create', 'token', 'flashback-operator', '-n', RELEASE])).trim();
  const config = load(await readFile(stack.apiServer.kubeconfig, 'utf8')) as { users: { user: object }[] };
  config.users[0]!.user = { token };
  const kubeconfig = join(stack.directory, 'operator.kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  const { args = [] } = podsOf([find(manifests, 'Deployment', 'flashback-operator')])[0]!.spec.containers[0]!;
  const ofTheMode = args.filter((arg) => /^--(secrets-by-name|watch-namespaces)/.test(arg));
  expect(ofTheMode).toEqual([`--watch-namespaces=${WORKSPACE}`, '--secrets-by-name']);
  return stack.startOperator([`--kubeconfig=${kubeconfig}`, ...ofTheMode]);
}

const providerSecret = (name: string, apiKey: string): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: WORKSPACE }, stringData: { apiKey } });
const connection = (name: string): object => ({
  apiVersion: 'ai.flashback.tech/v1alpha1',
  kind: 'AILLMConfig',
  metadata: { name, namespace: WORKSPACE },
  spec: { type: 'Other', endpoint: provider.url, endpointSecurity: 'AllowPlaintext', credentials: { secretRef: { name } } },
});
const apply = (...manifests: object[]): Promise<string> => stack.apply(manifests.map((manifest) => JSON.stringify(manifest)).join('\n'));

const key = async (): Promise<string> => eventually('the key', async () => (await stack.secret(WORKSPACE, 'chat-app'))?.['OPENAI_API_KEY']);
async function ask(apiKey: string): Promise<number> {
  const response = await fetch(`${stack.baseUrl(0)}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content: 'ping' }] }),
  });
  await response.text();
  return response.status;
}

async function metric(name: string): Promise<number | undefined> {
  const line = (await (await fetch(operator.metricsUrl)).text()).split('\n').find((text) => text.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

beforeAll(async () => {
  provider = await startKeyedProvider([FIRST, SECOND]);
  stack = await Stack.start(inject('kubectl'), 1);
  await stack.kubectl(['create', 'namespace', WORKSPACE]);
  operator = await startOperator(await applyRights(['lab']));
  await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
  await stack.startGateway(0);
  const repository = { apiVersion: 'ai.flashback.tech/v1alpha1', kind: 'Repository', metadata: { name: 'chat', namespace: WORKSPACE }, spec: { llms: [{ name: 'lab' }], apiKeys: [{ name: 'app' }] } };
  await apply(providerSecret('lab', FIRST), connection('lab'), repository);
  await stack.kubectl(['wait', '--for=condition=Ready', 'llm/lab', 'airepo/chat', '-n', WORKSPACE, '--timeout=60s']);
  expect(await ask(await key())).toBe(200);
});
afterAll(async () => {
  await stack?.stop();
  await provider?.close();
});

test('a Secret that changes is checked and served at once', async () => {
  const apiKey = await key();
  await apply(providerSecret('lab', SECOND));
  await eventually('a request with the new credential', async () => {
    await ask(apiKey);
    return provider.used.has(SECOND) || undefined;
  }, SOON);
});

test('a key whose Secret is deleted is revoked within a second, and replaced', async () => {
  const revoked = await key();
  await stack.kubectl(['delete', 'secret', 'chat-app', '-n', WORKSPACE]);
  const deletedAt = performance.now();
  await eventually('401 for the old key', async () => (await ask(revoked)) === 401 || undefined, SOON);
  expect(performance.now() - deletedAt).toBeLessThan(1_000);
  await eventually('an answer to the new key', async () => (await ask(await key())) === 200 || undefined);
});

test('nothing that happens needs a right that the operator does not have', async () => {
  expect((await (await fetch(operator.metricsUrl)).text()).split('\n').filter((line) => /^rest_client_requests_total\{.*code="403"/.test(line))).toEqual([]);
});

test('a Secret that is referred to and not listed stays closed, and its object says so, until the list has it', async () => {
  await apply(providerSecret('unlisted', FIRST), connection('unlisted'));
  await eventually('SecretForbidden', async () => (await stack.condition('llm', WORKSPACE, 'unlisted', 'Ready')).endsWith(' SecretForbidden') || undefined);
  await eventually('one watch that is forbidden', async () => (await metric('flashback_watches_forbidden{kind="Secret"}')) === 1 || undefined);
  // It is closed by design: the alert on what is stale has to stay quiet.
  expect(await metric('flashback_watch_last_contact_seconds{kind="Secret"}')).toBeLessThan(60);
  await applyRights(['lab', 'unlisted']);
  await stack.kubectl(['wait', '--for=condition=Ready', 'llm/unlisted', '-n', WORKSPACE, '--timeout=60s']);
  await eventually('no watch that is forbidden', async () => (await metric('flashback_watches_forbidden{kind="Secret"}')) === 0 || undefined);
});

test('a Secret that is deleted is withdrawn at once', async () => {
  const apiKey = await key();
  await stack.kubectl(['delete', 'secret', 'lab', '-n', WORKSPACE]);
  await eventually('no answer', async () => (await ask(apiKey)) !== 200 || undefined, SOON);
  await eventually('SecretNotFound', async () => (await stack.condition('llm', WORKSPACE, 'lab', 'Ready')).endsWith(' SecretNotFound') || undefined);
});
