// `flashback doctor` and `flashback explain --key-file` on real API servers, as plugins of kubectl, and the commands of docs/operations.md.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startDemoProvider, type DemoProvider } from '../../src/demo/provider.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { copyCheckout, removeCheckout } from '../docs/checkout.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { runShell } from '../docs/shell.ts';
import { ApiServer } from './harness/api-server.ts';
import { BROKEN, installPlugin, MANIFESTS, type Plugin } from './stack/plugin.ts';
import { eventually, RELEASE, Stack, type OperatorProcess } from './stack/stack.ts';

const PAGE = 'docs/operations.md';
const [KMS, SECRETBOX] = codeBlocks(PAGE, 'yml');
const TABLE = /^\| (`[\w-]+`(?:, `[\w-]+`)*) \|.*\|.*\|$/gm;

let directory: string;
let stack: Stack;
let demo: DemoProvider;
let operator: OperatorProcess;
let plugin: Plugin;

interface Diagnosis {
  code: number | null;
  of: Map<string, Finding>;
}

async function findings(kubeconfig = stack.apiServer.kubeconfig, ...flags: string[]): Promise<Diagnosis> {
  const { code, out, err } = await plugin(kubeconfig, ['doctor', '--output', 'json', ...flags]);
  expect(err).toBe('');
  const { findings: found } = JSON.parse(out) as { findings: Finding[] };
  return { code, of: new Map(found.map((finding) => [finding.check, finding])) };
}

const statuses = (of: Map<string, Finding>): Record<string, string> =>
  Object.fromEntries([...of].map(([check, { status }]) => [check, status]));

/** As a release of another name has it. The operator looks at the usual one, as it could not reach the pod of this one. */
const SERVICE = 'shown';
const LABELLED = `
apiVersion: v1
kind: Service
metadata: {name: ${SERVICE}, namespace: ${RELEASE}, labels: {ai.flashback.tech/push: "true"}}
spec: {clusterIP: None, ports: [{name: push, port: 8443}]}
`;
/** What a controller would write for it and its pod. */
const SLICE = (ready: boolean): string => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: push-1, namespace: ${RELEASE}, labels: {kubernetes.io/service-name: ${SERVICE}}}
addressType: IPv4
endpoints: [{addresses: [10.1.2.3], conditions: {ready: true, serving: ${ready}}}]
ports: [{name: push, port: 8443}]
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashback-doctor-'));
  plugin = await installPlugin(inject('kubectl'), directory);
  const configuration = join(directory, 'encryption.yaml');
  await writeFile(configuration, SECRETBOX!.replace('BASE64-OF-32-RANDOM-BYTES', randomBytes(32).toString('base64')));
  stack = await Stack.start(inject('kubectl'), 1, { flags: [`--encryption-provider-config=${configuration}`] });
  demo = await startDemoProvider({ port: 0, host: '127.0.0.1' });
});

afterAll(async () => {
  await stack?.stop();
  await demo?.close();
  await rm(directory, { recursive: true, force: true });
});

describe('kubectl flashback doctor', () => {
  test('before anything runs it fails, and says what is missing', async () => {
    const { code, of } = await findings();
    expect(code).toBe(1);
    expect(statuses(of)).toMatchObject({
      'api-server': 'ok',
      kinds: 'ok',
      leader: 'fail',
      gateways: 'fail',
      'push-certificates': 'fail',
      'boot-snapshot': 'fail',
    });
    expect(of.get('leader')).toMatchObject({
      message: expect.stringContaining('there is no lease') as string,
      fix: expect.stringContaining('operator') as string,
    });
  });

  test('with all that belongs to it running, nothing is amiss', async () => {
    operator = await stack.startOperator();
    await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
    await stack.startGateway(0);
    await stack.kubectl(['create', 'namespace', 'team-a']);
    await stack.apply(MANIFESTS(demo.url));
    await stack.kubectl(['wait', '--for=condition=Ready', 'llm/demo', 'airepo/assistant', 'aip/no-cards', '-n', 'team-a', '--timeout=60s']);
    await stack.apply(LABELLED);
    await stack.apply(SLICE(true));
    const { code, of } = await findings();
    expect(statuses(of)).toEqual(Object.fromEntries([...of.keys()].map((check) => [check, 'ok'])));
    expect(code).toBe(0);
    expect(of.get('encryption')?.message).toBe('Secrets look encrypted at rest: secretbox v1');
    expect(of.get('boot-snapshot')?.message).toMatch(
      /^the boot snapshot is complete: revision \d+ in 1 Secret, written \d+ (?:second|minute)s? ago$/,
    );
    expect(of.get('push-certificates')?.message).toMatch(/valid for 89 days$/);
    const { out } = await plugin(stack.apiServer.kubeconfig, ['doctor']);
    expect(out).toMatch(/^ok +api-server +the API server is v1\./);
    expect(out).toMatch(/\n14 ok, 0 warn, 0 fail, 0 unknown\n$/);
  });

  test('another release that watches the same namespaces is told, until it ends or watches others', async () => {
    const other = async (watched: string, holderIdentity: string): Promise<Finding | undefined> => {
      const renewTime = new Date().toISOString().replace('Z', '000Z');
      const metadata = { name: 'flashback-operator', namespace: 'team-a', annotations: { 'ai.flashback.tech/watched-namespaces': watched } };
      const spec = { holderIdentity, renewTime, leaseDurationSeconds: 3600 };
      await stack.apply(JSON.stringify({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }));
      return (await findings()).of.get('releases');
    };
    expect(await other('team-b,team-c', 'pod-9')).toMatchObject({ status: 'fail', message: expect.stringMatching(/^the one in team-a watches team-b, team-c as well/) as string });
    expect(await other('team-b', '')).toMatchObject({ status: 'ok', message: 'no other release leads in this cluster' });
  });

  test('the Service of the gateways is found by its label, unless its name is said', async () => {
    const named = async (...flags: string[]) => (await findings(stack.apiServer.kubeconfig, ...flags)).of.get('gateways')?.message;
    expect(await named()).toBe('1 of 1 gateways are ready');
    expect(await named('--gateway-service', 'other')).toContain('the Service other names no gateway');
  });

  test('the page has a row for each of its checks', async () => {
    const page = await readFile(PAGE, 'utf8');
    const documented = [...page.matchAll(TABLE)].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '));
    expect(documented).toEqual([...(await findings()).of.keys()]);
  });

  test('what is wrong with objects, gateways and Secrets of keys is told by name', async () => {
    await stack.apply(SLICE(false));
    await stack.kubectl(['get', 'secret', 'assistant-app', '-n', 'team-a', '-o', 'json']).then((text) => {
      const secret = JSON.parse(text) as { metadata: Record<string, unknown> };
      const { labels } = secret.metadata;
      return stack.apply(JSON.stringify({ ...secret, metadata: { name: 'copied', namespace: 'team-a', labels } }));
    });
    await stack.apply(BROKEN);
    await eventually(
      'the status',
      async () => (await stack.condition('airepo', 'team-a', 'broken', 'Ready')).startsWith('False') || undefined,
    );
    const { code, of } = await findings();
    expect(code).toBe(1);
    expect(of.get('gateways')).toMatchObject({ status: 'fail', message: '0 of 1 gateways are ready' });
    expect(of.get('repositories')).toMatchObject({ status: 'warn', message: '1 of 2 are not Ready: 1 LLMNotFound (team-a/broken)' });
    expect(of.get('key-secrets')).toMatchObject({ status: 'warn', message: expect.stringContaining('team-a/copied') as string });
    await stack.kubectl(['delete', 'airepo/broken', 'secret/copied', '-n', 'team-a']);
    await stack.apply(SLICE(true));
  });

  test('an operator that was killed is noticed once its lease is old', async () => {
    await operator.stop('SIGKILL');
    const finding = await eventually(
      'an old lease',
      async () => {
        const { of } = await findings();
        return of.get('leader')?.status === 'fail' ? of.get('leader') : undefined;
      },
      60,
    );
    expect(finding?.message).toMatch(/leads, but has not renewed the lease for \d+ seconds$/);
    operator = await stack.startOperator();
    await operator.log('leading', ({ msg }) => msg === 'leading');
  });

  test('who may read little gets to know which rights are missing, and nothing fails for it', async () => {
    const { code, of } = await findings(await stack.apiServer.kubeconfigFor({ name: 'nobody', groups: [] }));
    expect(code).toBe(0);
    expect(of.get('api-server')?.status).toBe('ok');
    const others = [...of.values()].filter(({ check }) => check !== 'api-server');
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 'unknown'));
    expect(of.get('leader')?.message).toBe(`this needs get on leases.coordination.k8s.io in ${RELEASE}`);
    expect(of.get('encryption')?.message).toContain('this needs get on the path /metrics of the API server');
  });

  test('an API server that encrypts nothing is told from one that does, and one that is gone from both', async () => {
    const plain = await ApiServer.start();
    const first = await findings(plain.kubeconfig);
    expect(first.of.get('encryption')).toMatchObject({ status: 'warn', message: expect.stringContaining('look unencrypted') as string });
    expect(first.of.get('kinds')).toMatchObject({ status: 'fail', message: expect.stringContaining('not installed') as string });
    await plain.interrupt();
    const gone = await findings(plain.kubeconfig);
    expect(gone.code).toBe(1);
    expect(gone.of.get('api-server')).toMatchObject({ status: 'fail', message: expect.stringContaining('ECONNREFUSED') as string });
    expect(new Set(Object.values(statuses(gone.of)))).toEqual(new Set(['fail', 'unknown']));
    await plain.stop();
    const { code, out } = await plugin(stack.apiServer.kubeconfig, ['doctor', '--kubeconfig', join(directory, 'none')]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });
});

describe('kubectl flashback explain --key-file', () => {
  const keyOf = async (): Promise<string> => (await stack.secret('team-a', 'assistant-app'))!['OPENAI_API_KEY']!;

  test('tells what a key opens, from standard input, and shows nothing of it', async () => {
    const key = await keyOf();
    const { code, out, err } = await plugin(stack.apiServer.kubeconfig, ['explain', '--key-file', '-', '--model', 'demo-chat'], key);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Key sk-.{5}… \(key_\w+\): app of Repository team-a\/assistant\n/);
    expect(out).toContain('secret    team-a/assistant-app\n');
    expect(out).toContain(`AILLMConfig team-a/demo (Other, ${demo.url}/v1)`);
    expect(out).toContain('1. team-a/no-cards (Workspace): Block\n');
    expect(out).not.toContain(key);
  });

  test('tells with which code a request would be denied, as the gateway then does', async () => {
    const key = await keyOf();
    const ask = async (model: string) => {
      const answer = await fetch(`${stack.baseUrl(0)}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
      });
      return ((await answer.json()) as { error?: { code: string } }).error?.code;
    };
    expect(await ask('gpt-none')).toBe('model_not_found');
    expect(await plugin(stack.apiServer.kubeconfig, ['explain', '--key-file', '-', '--model', 'gpt-none'], key)).toMatchObject({
      code: 1,
      out: expect.stringContaining('denied: model_not_found (HTTP 404)') as string,
    });
    await stack.kubectl(['patch', 'airepo', 'assistant', '-n', 'team-a', '--type=merge', '-p', '{"spec":{"suspend":true}}']);
    await eventually('a refusal', async () => (await ask('demo-chat')) === 'repository_suspended' || undefined);
    expect(await plugin(stack.apiServer.kubeconfig, ['explain', '--key-file', '-'], key)).toMatchObject({
      code: 1,
      out: expect.stringContaining('denied: repository_suspended (HTTP 403)') as string,
    });
    await stack.kubectl(['patch', 'airepo', 'assistant', '-n', 'team-a', '--type=merge', '-p', '{"spec":{"suspend":false}}']);
  });

  test('needs list on Secrets and get on the kinds, in one namespace if that is named, and says so', async () => {
    const tenant = await stack.apiServer.kubeconfigFor({ name: 'tenant', groups: [] });
    const explain = async (...args: string[]) => plugin(tenant, ['explain', '--key-file', '-', ...args], await keyOf());
    expect(await explain()).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /Secrets may not be listed: explain needs list on secrets, and get on .*in all namespaces; with -n/,
      ) as string,
    });
    await stack.kubectl(['create', 'role', 'secrets', '-n', 'team-a', '--verb=list', '--resource=secrets']);
    await stack.kubectl(['create', 'rolebinding', 'secrets', '-n', 'team-a', '--role=secrets', '--user=tenant']);
    expect(
      await eventually('the right', async () => {
        const answer = await explain('-n', 'team-a');
        return answer.err.includes('Secrets may not') ? undefined : answer;
      }),
    ).toMatchObject({ code: 2, err: expect.stringContaining('the Repository team-a/assistant may not be read') as string });
    await stack.kubectl([
      'create',
      'role',
      'kinds',
      '-n',
      'team-a',
      '--verb=get',
      '--resource=aillmconfigs.ai.flashback.tech,repositories.ai.flashback.tech,aipolicies.ai.flashback.tech',
    ]);
    await stack.kubectl(['create', 'rolebinding', 'kinds', '-n', 'team-a', '--role=kinds', '--user=tenant']);
    expect(
      await eventually('the right', async () => {
        const answer = await explain('-n', 'team-a', '--model', 'demo-chat');
        return answer.code === 2 ? undefined : answer;
      }),
    ).toMatchObject({ code: 0, err: '' });
  });
});

describe('docs/operations.md', () => {
  test('its commands, typed one after the other, do what it says', async () => {
    // No Service names the gateway of this test.
    await stack.kubectl(['delete', 'service', SERVICE, '-n', RELEASE]);
    const checkout = copyCheckout({ installed: true });
    const shell = runShell(codeBlocks(PAGE, 'bash').join('\n'), checkout, {
      KUBECONFIG: stack.apiServer.kubeconfig,
      PATH: `${dirname(inject('kubectl'))}${delimiter}${process.env['PATH'] ?? ''}`,
    });
    try {
      expect(await shell.ended, shell.output()).toBe(0);
    } finally {
      shell.signal('SIGKILL');
      removeCheckout(checkout);
    }
    const [served] = codeBlocks(PAGE, 'text');
    expect(shell.output()).toContain(`\n${served!}\n`);
    expect(shell.output()).toContain('A request would be denied: key_malformed (HTTP 401)');
    expect(shell.output()).toMatch(/^exit code 1$/m);
    expect(shell.output()).toMatch(/^ok +encryption +Secrets look encrypted at rest: secretbox v1$/m);
    expect(shell.output()).toMatch(/^warn +gateways +.*the operator was told of gateways with --gateway$/m);
    // Rewritten Secrets are the same Secrets: the key works on.
    const key = (await stack.secret('team-a', 'assistant-app'))!['OPENAI_API_KEY']!;
    expect((await fetch(`${stack.baseUrl(0)}/models`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  });

  test('its example with a key management service has the form of one', () => {
    expect(load(KMS!)).toMatchObject({
      kind: 'EncryptionConfiguration',
      resources: [{ resources: ['secrets'], providers: [{ kms: { apiVersion: 'v2' } }, { identity: {} }] }],
    });
  });
});
