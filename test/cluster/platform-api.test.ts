// The Platform API on a real API server: real tokens of service accounts, and the whole way from a credential to an answer of the gateway and
// back to nothing. The steps of the story build on each other. Who may do what is in platform-rights.test.ts.
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { freePort } from './harness/ports.ts';
import { PlatformClient, type Reply } from './stack/platform-client.ts';
import { startKeyedProvider, type KeyedProvider } from './stack/provider.ts';
import { aggregateRoles } from './stack/roles.ts';
import { eventually, RELEASE, Stack, type OperatorProcess } from './stack/stack.ts';

const SECRET = 'provider-canary-5b1f0c9e';
const SERVICE = 'flashback-platform-api';

type Role = 'viewer' | 'editor' | 'administrator';

let stack: Stack;
let provider: KeyedProvider;
let operator: OperatorProcess;
let platform: PlatformClient;

const call = (who: Role | 'nobody', method: string, path: string, body?: unknown): Promise<Reply> => platform.call(who, method, path, body);
const account = (role: Role, grant: readonly string[]): Promise<void> => platform.account(stack.kubectl, role, grant);

beforeAll(async () => {
  provider = await startKeyedProvider([SECRET]);
  stack = await Stack.start(inject('kubectl'), 1);
  const port = await freePort();
  platform = new PlatformClient(`http://127.0.0.1:${port}`);
  await aggregateRoles(stack.kubectl);
  for (const namespace of ['people', 'team-a']) await stack.kubectl(['create', 'namespace', namespace]);
  await account('viewer', ['rolebinding', 'viewer', '--clusterrole=view', '-n', 'team-a']);
  await account('editor', ['rolebinding', 'editor', '--clusterrole=edit', '-n', 'team-a']);
  await account('administrator', ['clusterrolebinding', 'administrator', '--clusterrole=cluster-admin']);
  operator = await stack.startOperator(['--platform-api-port', String(port), '--platform-api-service', SERVICE, '--pod-ip', '10.1.2.3', '--log-level', 'trace']);
  await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
  await stack.startGateway(0);
  await eventually('the Platform API answers', async () => ((await call('administrator', 'GET', '/ai/llm')).status === 200 ? true : undefined));
});

afterAll(async () => {
  await stack?.stop();
  await provider?.close();
});

const draft = (name: string) => ({ name, aiType: 'OTHER', endpoint: provider.url, secret: SECRET, workspaceId: 'team-a' });

describe('from a credential to an answer, and back', () => {
  const ids = { llm: '', repo: '', key: '', secret: '' };

  test('a connection is made, checked against the provider, and seen by kubectl', async () => {
    const created = await call('editor', 'POST', '/ai/llm', draft('Our provider'));
    expect(created).toMatchObject({ status: 200, body: { success: true } });
    ids.llm = String(created.body['aiLlmId']);
    expect(await call('editor', 'POST', `/ai/llm/${ids.llm}/validate`)).toEqual({
      status: 200,
      body: { success: true, message: 'the provider accepts the credential; it lists 1 model' },
    });
    const seen = JSON.parse(await stack.kubectl(['get', 'llm', '-n', 'team-a', '-o', 'json'])) as { items: { metadata: { uid: string; name: string; annotations: object } }[] };
    expect(seen.items).toMatchObject([{ metadata: { uid: ids.llm, annotations: { 'ai.flashback.tech/display-name': 'Our provider', 'ai.flashback.tech/created-by': 'system:serviceaccount:people:editor' } } }]);
    await eventually('it is available', async () => ((await call('viewer', 'GET', '/ai/llm/available')).body['aiLlms'] as unknown[]).length === 1 || undefined);
  });

  test('a name is taken once, whatever the pace', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => call('editor', 'POST', '/ai/llm', draft('In a hurry'))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400, 400]);
    const id = answers.find(({ status }) => status === 200)?.body['aiLlmId'];
    expect((await call('editor', 'DELETE', `/ai/llm/${String(id)}`)).status).toBe(200);
  });

  test('what the schema refuses is told by the name of the field', async () => {
    const { status, body } = await call('editor', 'POST', '/ai/llm', { ...draft('Plain'), endpoint: 'http://llm.example.com/v1' });
    expect([status, body['success']]).toEqual([400, false]);
    expect(body['message']).toMatch(/^endpoint: .*must use https/);
    expect((await call('administrator', 'POST', '/ai/llm', { ...draft('Nowhere'), workspaceId: 'no-such-team' })).status).toBe(400);
  });

  test('a repository is made, and shows at once with its connection', async () => {
    const body = { name: 'Chat', storageType: 'OPENAI', mode: 'NORMAL', workspaceId: 'team-a', repoBuckets: [], repoAiLlms: [{ aiLlmId: ids.llm }] };
    const created = await call('editor', 'POST', '/repo', body);
    expect(created).toMatchObject({ status: 200, body: { success: true, error_code: 'SUCCESS' } });
    ids.repo = String(created.body['repoId']);
    expect((await call('viewer', 'GET', `/repo?repoId=${ids.repo}`)).body).toMatchObject({ repos: [{ id: ids.repo, name: 'Chat', aiLlms: [{ aiLlmId: ids.llm, aiLlm: { name: 'Our provider' } }] }] });
    expect(await call('editor', 'POST', '/repo', body)).toMatchObject({ status: 400, body: { success: false, error_code: 'NAME_ALREADY_USED' } });
    await eventually('its models', async () => ((await call('viewer', 'POST', '/ai/models', { repoId: ids.repo })).body['models'] as unknown[]).length === 1 || undefined);
  });

  test('a key is shown once, opens the gateway, and is kept as a hash', async () => {
    const created = await call('editor', 'POST', `/repo/${ids.repo}/ai/apikey`, { name: 'My app', aiType: 'OPENAI' });
    expect(created).toMatchObject({ status: 200, body: { success: true } });
    [ids.key, ids.secret] = [String(created.body['id']), String(created.body['secret'])];
    const client = new OpenAI({ apiKey: ids.secret, baseURL: stack.baseUrl(0), maxRetries: 0 });
    const answer = await eventually('an answer of the gateway', () => client.chat.completions.create({ model: 'small-1', messages: [{ role: 'user', content: 'ping' }] }));
    expect(answer.choices[0]?.message.content).toBe('pong');
    expect(await stack.kubectl(['get', 'secrets', '-n', 'team-a', '-o', 'yaml'])).not.toContain(Buffer.from(ids.secret).toString('base64'));
    const listed = await call('viewer', 'GET', `/repo/${ids.repo}/ai/apikey`);
    expect(listed.body).toMatchObject({ apiKeys: [{ id: ids.key, name: 'My app', aiType: 'OPENAI', repoId: ids.repo, deletedAt: null }] });
    expect(JSON.stringify(listed.body)).not.toContain(ids.secret);
    expect((await call('editor', 'PUT', `/repo/${ids.repo}/ai/apikey/${ids.key}`, { name: 'Renamed' })).status).toBe(200);
    expect((await call('viewer', 'GET', `/repo/${ids.repo}/ai/apikey`)).body).toMatchObject({ apiKeys: [{ name: 'Renamed' }] });
  });

  test('a new credential takes the place of the old one, and a wrong one is told by validate', async () => {
    provider.accepted.add(`${SECRET}-2`);
    expect((await call('editor', 'PUT', `/ai/llm/${ids.llm}`, { secret: `${SECRET}-2`, name: 'Ours' })).status).toBe(200);
    provider.accepted.delete(SECRET);
    expect((await call('editor', 'POST', `/ai/llm/${ids.llm}/validate`)).body).toMatchObject({ success: true });
    expect((await call('editor', 'PUT', `/ai/llm/${ids.llm}`, { secret: SECRET })).status).toBe(200);
    expect(await call('editor', 'POST', `/ai/llm/${ids.llm}/validate`)).toMatchObject({ status: 200, body: { success: false } });
    provider.accepted.add(SECRET);
  });

  test('what is in use stays; then everything goes, and the key with it', async () => {
    expect(await call('editor', 'DELETE', `/ai/llm/${ids.llm}`)).toMatchObject({ status: 403, body: { success: false, message: 'it is in use by the repository Chat; detach it there first' } });
    const client = new OpenAI({ apiKey: ids.secret, baseURL: stack.baseUrl(0), maxRetries: 0 });
    const detached = { name: 'Chat', storageType: 'OPENAI', mode: 'NORMAL', workspaceId: 'team-a', repoAiLlms: [] };
    expect((await call('editor', 'PUT', `/repo/${ids.repo}`, detached)).status).toBe(200);
    await eventually('there is no model', async () => ((await client.models.list()).data.length === 0 ? true : undefined));
    expect((await call('editor', 'DELETE', `/ai/llm/${ids.llm}`)).status).toBe(200);
    expect((await call('editor', 'DELETE', `/repo/${ids.repo}/ai/apikey/${ids.key}`)).status).toBe(200);
    expect((await call('editor', 'DELETE', `/repo/${ids.repo}/ai/apikey/${ids.key}`)).status).toBe(404);
    await eventually('the key is refused', async () => {
      const error: unknown = await client.models.list().catch((failure: unknown) => failure);
      return error instanceof OpenAI.APIError && error.code === 'key_revoked' ? true : undefined;
    });
    expect((await call('editor', 'DELETE', `/repo/${ids.repo}`)).status).toBe(200);
    expect((await call('editor', 'DELETE', `/ai/llm/${ids.llm}`)).status).toBe(404);
    expect((await call('viewer', 'GET', '/ai/llm')).body).toEqual({ success: true, aiLlms: [] });
    expect((await stack.kubectl(['get', 'secrets', '-n', 'team-a', '-o', 'name'])).trim()).toBe('');
  });
});

test('nobody is let in without a token, with one that is made up, or with one for somebody else', async () => {
  platform.tokens.set('made-up', 'eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl');
  expect((await call('nobody', 'GET', '/ai/llm')).status).toBe(401);
  expect((await call('made-up' as Role, 'GET', '/ai/llm')).status).toBe(401);
  platform.tokens.set('elsewhere', (await stack.kubectl(['create', 'token', 'editor', '-n', 'people', '--audience', 'https://elsewhere.example'])).trim());
  expect((await call('elsewhere' as Role, 'GET', '/ai/llm')).status).toBe(401);
});

test('the Service is led to the operator that leads', async () => {
  const slice = await eventually('the EndpointSlice', async () => JSON.parse(await stack.kubectl(['get', 'endpointslice', `${SERVICE}-leader`, '-n', RELEASE, '-o', 'json'])) as object);
  expect(slice).toMatchObject({ metadata: { labels: { 'kubernetes.io/service-name': SERVICE } }, endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ name: 'platform-api' }] });
});

test('the credential of the provider stands in no answer and no log, and no token in a log', () => {
  const logged = stack.processes.flatMap(({ output }) => output).join('\n');
  expect(operator.output.length).toBeGreaterThan(10);
  expect(platform.said).not.toContain(SECRET);
  expect(logged).not.toContain(SECRET);
  for (const token of platform.tokens.values()) expect(logged).not.toContain(token);
});
