// A tenant who may edit everything in one namespace tries each way towards the credentials of another one, on a real API server.
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { formatKey, hashKey } from '../../src/api/api-key.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { runShell } from '../docs/shell.ts';
import { startKeyedProvider, type KeyedProvider } from './stack/provider.ts';
import { aggregateRoles } from './stack/roles.ts';
import { eventually, Stack } from './stack/stack.ts';
import { connection, GRANT, manifest, REFUSED, Tenant, WITHOUT_EFFECT } from './stack/tenant.ts';

const PAGE = 'docs/tenancy.md';
const [PROTECTION] = codeBlocks(PAGE, 'yml');
const CREDENTIAL = 'credential-of-team-b';

let stack: Stack;
let tenant: Tenant;
let provider: KeyedProvider;
/** What the tenant listens with: every header that comes is kept. */
let listener: Server;
let heard = '';
let keyOfB: string;

async function ask(key: string): Promise<{ status: number; code?: string }> {
  const body = JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content: 'ping' }] });
  const answer = await fetch(`${stack.baseUrl(0)}/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body });
  const { error } = (await answer.json()) as { error?: { code: string } };
  return { status: answer.status, ...(error === undefined ? {} : { code: error.code }) };
}

/** Reason and message of a condition, once the operator has looked. */
function said(kind: string, name: string, reason: string): Promise<string> {
  return eventually(`${kind} ${name} says ${reason}`, async () => {
    const conditions = await stack.kubectl([
      'get',
      kind,
      name,
      '-n',
      'team-a',
      '-o',
      'jsonpath={range .status.conditions[*]}{.reason}: {.message}{"\\n"}{end}',
    ]);
    return conditions.split('\n').find((line) => line.startsWith(`${reason}: `));
  });
}

beforeAll(async () => {
  provider = await startKeyedProvider([CREDENTIAL]);
  listener = createServer((request, response) => {
    heard += JSON.stringify(request.rawHeaders);
    response.setHeader('content-type', 'application/json').end('{"object":"list","data":[{"id":"small-1","object":"model"}]}');
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/v1`;
  stack = await Stack.start(inject('kubectl'), 1);
  await aggregateRoles(stack.kubectl);
  await stack.startOperator();
  await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
  await stack.startGateway(0);
  await stack.kubectl(['create', 'namespace', 'team-b']);
  await stack.kubectl(['create', 'secret', 'generic', 'provider', '-n', 'team-b', `--from-literal=apiKey=${CREDENTIAL}`]);
  await stack.apply(manifest('AILLMConfig', 'openai', connection(provider.url, { secretRef: { name: 'provider' } }), 'team-b'));
  await stack.apply(manifest('Repository', 'chat', { llms: [{ name: 'openai' }], apiKeys: [{ name: 'app' }] }, 'team-b'));
  await stack.kubectl(['wait', '--for=condition=Ready', 'llm/openai', 'airepo/chat', '-n', 'team-b', '--timeout=60s']);
  keyOfB = (await stack.secret('team-b', 'chat-app'))!['OPENAI_API_KEY']!;
  tenant = new Tenant(inject('kubectl'), await stack.apiServer.kubeconfigFor({ name: 'tenant-a', groups: [] }), endpoint);
});

afterAll(async () => {
  await stack?.stop();
  await provider?.close();
  listener?.close();
});

describe('docs/tenancy.md', () => {
  test('its commands make a tenant, and answer as it shows', async () => {
    const [make, look] = codeBlocks(PAGE, 'bash');
    const [yes, no] = codeBlocks(PAGE, 'text');
    const env = { KUBECONFIG: stack.apiServer.kubeconfig, PATH: `${dirname(inject('kubectl'))}${delimiter}${process.env['PATH'] ?? ''}` };
    for (const [script, shown] of [
      [make!, yes!],
      [look!, no!],
    ] as const) {
      const shell = runShell(script, '.', env);
      expect(await shell.ended, shell.output()).toBe(0);
      const answers = shell
        .output()
        .split('\n')
        .filter((line) => /^(?:yes|no)$/.test(line));
      expect(answers.join('\n')).toBe(shown);
    }
  });

  test('who may edit a namespace can run everything in it', async () => {
    await tenant.kubectl(['create', 'secret', 'generic', 'own', '-n', 'team-a', '--from-literal=apiKey=credential-of-team-a']);
    await tenant.apply(manifest('AILLMConfig', 'own', tenant.llm({ secretRef: { name: 'own' } })));
    await tenant.apply(manifest('Repository', 'own', { llms: [{ name: 'own' }], apiKeys: [{ name: 'app' }] }));
    await tenant.kubectl(['wait', '--for=condition=Ready', 'llm/own', 'airepo/own', '-n', 'team-a', '--timeout=60s']);
    expect(heard).toContain('credential-of-team-a');
  });
});

describe('a tenant with edit rights in one namespace', () => {
  test.each(REFUSED)('is refused %s, in words that say why', async (_, attempt, words) => {
    await expect(attempt(tenant)).rejects.toThrow(words);
  });

  test.each(WITHOUT_EFFECT)('names %s in vain, and status says why', async (_, kind, name, spec, words) => {
    await tenant.apply(manifest(kind, name, spec(tenant)));
    const [reason = ''] = /\w+/.exec(words.source) ?? [];
    expect(await said(kind.toLowerCase(), name, reason)).toMatch(words);
  });

  test('gets nothing by the key of a repository that could attach nothing', async () => {
    const key = await eventually('the key', async () => (await stack.secret('team-a', 'attached-app'))?.['OPENAI_API_KEY']);
    expect(await ask(key)).toEqual({ status: 503, code: 'provider_not_ready' });
  });

  test('does not take a key of others over with its hash in a key Secret of its own', async () => {
    const before = (await stack.secret('team-a', 'own-app'))!['OPENAI_API_KEY']!;
    const data = { OPENAI_API_KEY: keyOfB, FLASHBACK_KEY_SHA256: hashKey(keyOfB) };
    await tenant.kubectl(['patch', 'secret', 'own-app', '-n', 'team-a', '--type=merge', '-p', JSON.stringify({ stringData: data })]);
    const after = await eventually('another key', async () => {
      const key = (await stack.secret('team-a', 'own-app'))?.['OPENAI_API_KEY'];
      return key === undefined || key === keyOfB ? undefined : key;
    });
    expect(after).not.toBe(before);
    await eventually('the new key to be served', async () => (await ask(after)).status === 200 || undefined);
    const served = provider.used.get(CREDENTIAL) ?? 0;
    expect(await ask(keyOfB)).toEqual({ status: 200 });
    expect(provider.used.get(CREDENTIAL)).toBe(served + 1);
  });

  test('makes no key for a repository of others with a Secret that claims to be its', async () => {
    const uid = await stack.kubectl(['get', 'airepo', 'chat', '-n', 'team-b', '-o', 'jsonpath={.metadata.uid}']);
    const made = formatKey(randomBytes(32));
    const labels = {
      'app.kubernetes.io/managed-by': 'flashback-operator',
      'ai.flashback.tech/repository': 'chat',
      'ai.flashback.tech/api-key': 'app',
    };
    const ownerReferences = [{ apiVersion: 'ai.flashback.tech/v1alpha1', kind: 'Repository', name: 'chat', uid, controller: true }];
    const secret = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'team-a', labels, ownerReferences },
      stringData: { OPENAI_API_KEY: made, FLASHBACK_KEY_SHA256: hashKey(made) },
    });
    await tenant.apply(JSON.stringify(secret('chat-app')));
    // Something later that the operator has surely seen, and gateways have.
    await tenant.apply(manifest('Repository', 'later', { llms: [{ name: 'own' }], apiKeys: [{ name: 'app' }] }));
    await tenant.kubectl(['wait', '--for=condition=Ready', 'airepo/later', '-n', 'team-a', '--timeout=60s']);
    expect(await ask(made)).toEqual({ status: 401, code: 'key_unknown' });
    expect(await ask(keyOfB)).toEqual({ status: 200 });
  });

  test('has changed nothing for the others, and heard nothing of their credential', async () => {
    expect(await stack.kubectl(['get', 'airepo', 'chat', '-n', 'team-b', '-o', 'jsonpath={.status.policies}'])).toBe('');
    expect((await stack.secret('team-b', 'chat-app'))!['OPENAI_API_KEY']).toBe(keyOfB);
    expect(heard).not.toContain(CREDENTIAL);
    expect(await stack.kubectl(['get', 'llm,airepo,aip', '-n', 'team-a', '-o', 'json'])).not.toContain(CREDENTIAL);
  });
});

describe('a grant in the namespace of a connection', () => {
  let owner: Tenant;
  let keyOfA: string;
  const isDown = async () => ((await ask(keyOfA)).code === 'provider_not_ready' ? true : undefined);

  beforeAll(async () => {
    await stack.kubectl(['create', 'rolebinding', 'owner', '--clusterrole=admin', '--user=admin-b', '-n', 'team-b']);
    owner = new Tenant(inject('kubectl'), await stack.apiServer.kubeconfigFor({ name: 'admin-b', groups: [] }), '');
    keyOfA = await eventually('the key', async () => (await stack.secret('team-a', 'crossing-app'))?.['OPENAI_API_KEY']);
    // Those that nobody may judge would block what is lent.
    await tenant.kubectl(['delete', 'aip', '--all', '-n', 'team-a']);
  });

  test('that stands where the reference is does nothing', async () => {
    await stack.apply(manifest('AIReferenceGrant', 'for-myself', GRANT, 'team-a'));
    await tenant.kubectl(['annotate', 'airepo', 'crossing', '-n', 'team-a', 'ai.flashback.tech/reconcile-requested-at=after-the-grant']);
    await eventually('another look', async () => {
      const handled = ['get', 'airepo', 'crossing', '-n', 'team-a', '-o', 'jsonpath={.status.lastHandledReconcileAt}'];
      return (await stack.kubectl(handled)) === 'after-the-grant' || undefined;
    });
    expect(await said('airepo', 'crossing', 'RefNotPermitted')).toContain('team-b/openai');
    expect(await ask(keyOfA)).toEqual({ status: 503, code: 'provider_not_ready' });
  });

  test('that who administers it has made lends the use of the connection through a gateway, and nothing else', async () => {
    await owner.apply(manifest('AIReferenceGrant', 'for-team-a', GRANT, 'team-b'));
    await tenant.kubectl(['wait', '--for=condition=Ready', 'airepo/crossing', '-n', 'team-a', '--timeout=60s']);
    await eventually('an answer', async () => (await ask(keyOfA)).status === 200 || undefined);
    const served = provider.used.get(CREDENTIAL) ?? 0;
    expect(await ask(keyOfA)).toEqual({ status: 200 });
    expect(provider.used.get(CREDENTIAL)).toBe(served + 1);
    const models = ['get', 'airepo', 'crossing', '-n', 'team-a', '-o', 'jsonpath={.status.models[0].llm}'];
    expect(await tenant.kubectl(models)).toBe('team-b/openai');
    await expect(tenant.kubectl(['get', 'llm', 'openai', '-n', 'team-b'])).rejects.toThrow(/is forbidden/);
    await expect(tenant.kubectl(['get', 'secret', 'provider', '-n', 'team-b'])).rejects.toThrow(/is forbidden/);
    // What it does not name stays closed.
    expect(await said('airepo', 'guessing', 'RefNotPermitted')).toContain('team-b/guessed');
  });

  test('ends what it lent when it goes, and takes nothing from its owner', async () => {
    await owner.kubectl(['delete', 'aigrant', 'for-team-a', '-n', 'team-b']);
    await eventually('the end of it', isDown);
    expect(await said('airepo', 'crossing', 'RefNotPermitted')).toContain('team-b/openai');
    expect(await ask(keyOfB)).toEqual({ status: 200 });
  });
});

describe('who may change Namespaces', () => {
  test('changes no organization where the policy of docs/tenancy.md protects the labels, and other labels all the same', async () => {
    await stack.kubectl(['create', 'clusterrole', 'namespaces', '--verb=get,patch,update,create', '--resource=namespaces']);
    await stack.kubectl(['create', 'clusterrolebinding', 'namespaces', '--clusterrole=namespaces', '--user=tenant-a']);
    await stack.apply(PROTECTION!);
    const label = (...labels: string[]): Promise<string> => tenant.kubectl(['label', 'namespace', 'team-a', '--overwrite', ...labels]);
    // Policies of admission take a moment to come into force, and until then each attempt has to be another change.
    let attempts = 0;
    await eventually('a refusal', async () =>
      label(`ai.flashback.tech/organization=other-${(attempts += 1)}`).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    const words = /may assign on organizations/;
    for (const change of ['organization=another', 'organization-', 'organization-home=true'])
      await expect(label(`ai.flashback.tech/${change}`)).rejects.toThrow(words);
    await expect(
      tenant.kubectl(
        ['create', '-f', '-'],
        '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team-d","labels":{"ai.flashback.tech/organization":"acme"}}}',
      ),
    ).rejects.toThrow(words);
    await label('team=a');
    await tenant.kubectl(['create', 'namespace', 'team-c']);
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'organizations' },
      rules: [{ apiGroups: ['ai.flashback.tech'], resources: ['organizations'], verbs: ['assign'] }],
    };
    await stack.apply(JSON.stringify(role));
    await stack.kubectl(['create', 'clusterrolebinding', 'organizations', '--clusterrole=organizations', '--user=tenant-a']);
    await eventually('the right to assign', async () => label('ai.flashback.tech/organization=other').catch(() => undefined));
  });
});
