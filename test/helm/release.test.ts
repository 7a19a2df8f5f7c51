// A release on a real API server, from installation to removal, with the operator running under the very rights that the chart gives it.
// As on OpenShift, who names an owner there must have the rights to delete what is owned, and to change finalizers of the owner.
// No controller runs, so no pod does: the operator is a process with the token of its service account.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { dump, load } from 'js-yaml';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CHART } from '../../hack/chart/generate.ts';
import { ApiServer } from '../cluster/harness/api-server.ts';
import { freePort } from '../cluster/harness/ports.ts';
import { kubectlFor, type Kubectl } from '../cluster/stack/kubectl.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { runShell } from '../docs/shell.ts';
import { startFlashback, type FlashbackProcess } from '../cluster/stack/processes.ts';
import { startKeyedProvider, type KeyedProvider } from '../cluster/stack/provider.ts';
import { eventually } from '../cluster/stack/stack.ts';
import { find, helm, podsOf, render } from './render.ts';

const CREDENTIAL = 'upstream-key';
/** Of the operator, as the kubelet would say. */
const POD_IP = '10.1.2.3';

const MODES = {
  namespaces: (workspace: string) => ({ watchNamespaces: [workspace] }),
  named: (workspace: string) => ({
    watchNamespaces: [workspace],
    rbac: { secrets: { mode: 'named', named: [{ namespace: workspace, read: ['lab'], keys: ['chat-app'] }] } },
  }),
  cluster: () => ({ rbac: { secrets: { mode: 'cluster' } } }),
  platform: (workspace: string) => ({ watchNamespaces: [workspace], platformApi: { enabled: true } }),
};

const KINDS = ['aillmconfigs', 'repositories', 'aipolicies', 'aireferencegrants'];
const INSTALL = ['install', 'flashback', CHART, '--create-namespace', '-f', '-'];

let server: ApiServer;
let kubectl: Kubectl;
let provider: KeyedProvider;
const operators: FlashbackProcess[] = [];
const byMode = new Map<string, Operator>();

beforeAll(async () => {
  server = await ApiServer.start({ flags: ['--enable-admission-plugins=OwnerReferencesPermissionEnforcement'] });
  kubectl = kubectlFor(inject('kubectl'), server.kubeconfig);
  provider = await startKeyedProvider([CREDENTIAL]);
});
afterAll(async () => {
  await Promise.all(operators.map((operator) => operator.stop('SIGKILL')));
  await provider?.close();
  await server?.stop();
});

async function helmIn(namespace: string, args: readonly string[], values: object = {}): Promise<string> {
  const common = ['--namespace', namespace, '--kubeconfig', server.kubeconfig];
  const { code, stdout, stderr } = await helm([...args, ...common], dump(values));
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** A kubeconfig with nothing but the token of a service account. */
async function kubeconfigOf(namespace: string, account: string): Promise<string> {
  const token = (await kubectl(['create', 'token', account, '-n', namespace])).trim();
  const config = load(await readFile(server.kubeconfig, 'utf8')) as { users: { name: string; user: object }[] };
  config.users[0]!.user = { token };
  const path = join(server.kubeconfig, '..', `${namespace}.kubeconfig`);
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

interface Owner {
  kind: string;
  name: string;
  uid: string;
  blockOwnerDeletion?: boolean;
}

interface Owned {
  metadata: { name: string; ownerReferences?: Owner[] };
}

/** Who owns each object, by the name of the object. */
async function ownersOf(what: string, namespace: string, ...selection: string[]): Promise<Record<string, Owner[]>> {
  const { items } = JSON.parse(await kubectl(['get', what, '-n', namespace, ...selection, '-o', 'json'])) as { items: Owned[] };
  return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.ownerReferences ?? []]));
}

/** The push Service has endpoints, as a controller would write them: from these the operator knows it. Resolves with its uid. */
async function addEndpoints(namespace: string): Promise<string> {
  const service = 'flashback-gateway-push';
  const uid = await kubectl(['get', 'service', service, '-n', namespace, '-o', 'jsonpath={.metadata.uid}']);
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: service, namespace, labels: { 'kubernetes.io/service-name': service }, ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: service, uid }] },
    addressType: 'IPv4',
    endpoints: [],
  };
  await kubectl(['apply', '-f', '-'], JSON.stringify(slice));
  return uid;
}

interface Operator {
  process: FlashbackProcess;
  platformPort: number;
  /** Lines of its metrics that tell of calls that the API server forbade. */
  forbidden(): Promise<string[]>;
}

/** With the arguments of the chart, but ports and a directory of this machine. */
async function startOperator(namespace: string, values: object): Promise<Operator> {
  const { args = [] } = podsOf([find(await render(values, { namespace }), 'Deployment', 'flashback-operator')])[0]!.spec.containers[0]!;
  const kubeconfig = await kubeconfigOf(namespace, 'flashback-operator');
  const platformPort = await freePort();
  const here: Record<string, string> = {
    'metrics-port': '0',
    'platform-api-port': String(platformPort),
    'pod-ip': POD_IP,
    'state-dir': join(server.kubeconfig, '..', `${namespace}.state`),
  };
  const own = args.map((arg) => arg.replace(/^--([a-z-]+)=.*/s, (whole, name: string) => (name in here ? `--${name}=${here[name]}` : whole)));
  const operator = startFlashback([...own, `--kubeconfig=${kubeconfig}`, '--allow-loopback-endpoints']);
  operators.push(operator);
  const { metricsPort } = await operator.log('listening', ({ msg }) => msg === 'listening');
  await operator.log('leading', ({ msg }) => msg === 'leading');
  const forbidden = async (): Promise<string[]> => {
    const metrics = await (await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`)).text();
    return metrics.split('\n').filter((line) => /^rest_client_requests_total\{.*code="403"/.test(line));
  };
  return { process: operator, platformPort, forbidden };
}

/** Calls the Platform API of the release as callers in the cluster do: by its name and the authority that it tells of. Resolves with status and body. */
async function callPlatform(port: number, token: string, call: string, body?: object): Promise<[status: number, body: Record<string, unknown>]> {
  const release = 'release-platform';
  const ca = await eventually('the authority of the Platform API', () =>
    kubectl(['get', 'configmap', 'flashback-platform-api-ca', '-n', release, '-o', 'jsonpath={.data.ca\\.crt}']).catch(() => undefined));
  const [method = '', path = ''] = call.split(' ');
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
  const dispatcher = new Agent({ connect: { ca, servername: `flashback-platform-api.${release}.svc` } });
  try {
    const response = await request(`https://127.0.0.1:${port}${path}`, { dispatcher, method, headers, ...(body && { body: JSON.stringify(body) }) });
    return [response.statusCode, (await response.body.json()) as Record<string, unknown>];
  } finally {
    await dispatcher.close();
  }
}

function manifests(workspace: string): string {
  return `
apiVersion: v1
kind: Secret
metadata: {name: lab, namespace: ${workspace}}
stringData: {apiKey: ${CREDENTIAL}}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: AILLMConfig
metadata: {name: lab, namespace: ${workspace}}
spec: {type: Other, endpoint: "${provider.url}", endpointSecurity: AllowPlaintext, credentials: {secretRef: {name: lab}}}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata: {name: chat, namespace: ${workspace}}
spec: {llms: [{name: lab}], apiKeys: [{name: app}]}
`;
}

describe('a release', () => {
  test('is installed with its kinds, and says what comes next', async () => {
    await kubectl(['create', 'namespace', 'workspace-namespaces']);
    const said = await helmIn('release-namespaces', INSTALL, MODES.namespaces('workspace-namespaces'));
    expect(said).toContain('kubectl -n workspace-namespaces create secret generic openai');
    await kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...KINDS.map((kind) => `crd/${kind}.ai.flashback.tech`)]);
  });

  test.each(Object.entries(MODES))('gives the operator the rights that it needs to work, in the mode %s', async (mode, valuesFor) => {
    const [release, workspace] = [`release-${mode}`, `workspace-${mode}`];
    const values = { ...valuesFor(workspace), crds: { enabled: mode === 'namespaces' } };
    if (mode !== 'namespaces') {
      await kubectl(['create', 'namespace', workspace]);
      await helmIn(release, INSTALL, values);
    }
    const service = await addEndpoints(release);
    const operator = await startOperator(release, values);
    byMode.set(mode, operator);
    await kubectl(['apply', '-f', '-'], manifests(workspace));
    await kubectl(['wait', '--for=condition=CredentialsValid', 'llm/lab', '-n', workspace, '--timeout=60s']);
    await kubectl(['wait', '--for=condition=KeysIssued', 'airepo/chat', '-n', workspace, '--timeout=60s']);
    const url = await kubectl(['get', 'secret', 'chat-app', '-n', workspace, '-o', 'jsonpath={.data.OPENAI_BASE_URL}']);
    expect(Buffer.from(url, 'base64').toString()).toBe(`http://flashback-gateway.${release}.svc:8080/v1`);
    // The sealed snapshot is there, and so is what gateways mount.
    const mounted = await eventually('the boot snapshot', async () => {
      const names = await kubectl(['get', 'secrets', '-n', release, '-o', 'name']);
      return names.includes('flashback-snapshot-') ? names : undefined;
    });
    expect(mounted).toContain('secret/flashback-gateway-tls');
    // What is made in the namespace of the release goes with its Service, and a key with its Repository.
    const made = { ...(await ownersOf('leases', release)), ...(await ownersOf('secrets', release, '-l', 'app.kubernetes.io/managed-by=flashback-operator')) };
    expect(Object.keys(made)).toEqual(expect.arrayContaining(['flashback-operator', 'flashback-push-ca', 'flashback-gateway-tls']));
    for (const [name, owners] of Object.entries(made)) expect(owners, name).toMatchObject([{ kind: 'Service', uid: service }]);
    // A lease that has no owner yet gets one, as it does where the operator leads before it knows the Service.
    await kubectl(['patch', 'lease', 'flashback-operator', '-n', release, '--type=merge', '-p', '{"metadata":{"ownerReferences":null}}']);
    await eventually('the lease to be owned again', async () => (await ownersOf('leases', release))['flashback-operator']?.length || undefined);
    const delivered = await ownersOf('secrets', workspace, '-l', 'ai.flashback.tech/repository=chat');
    expect(delivered).toMatchObject({ 'chat-app': [{ kind: 'Repository', name: 'chat', blockOwnerDeletion: true }] });
    expect(await operator.forbidden()).toEqual([]);
    // It looks after every namespace, so it would write the objects of the other releases, too.
    if (mode === 'cluster') await operator.process.stop();
  });

  test('gives the operator the rights to look at callers of the Platform API, and to write what they ask for', async () => {
    const [release, workspace] = ['release-platform', 'workspace-platform'];
    const { process, platformPort, forbidden } = byMode.get('platform')!;
    for (const account of ['editor', 'stranger']) await kubectl(['create', 'serviceaccount', account, '-n', workspace]);
    for (const role of ['view', 'edit']) {
      await kubectl(['create', 'rolebinding', role, `--clusterrole=${release}-flashback-${role}`, `--serviceaccount=${workspace}:editor`, '-n', workspace]);
    }
    const tokenOf = async (account: string): Promise<string> => (await kubectl(['create', 'token', account, '-n', workspace])).trim();
    const [editor, stranger] = [await tokenOf('editor'), await tokenOf('stranger')];
    const done = async (call: string, body?: object): Promise<Record<string, unknown>> => {
      const [status, answer] = await callPlatform(platformPort, editor, call, body);
      expect([status, answer], call).toMatchObject([200, { success: true }]);
      return answer;
    };
    const draft = { name: 'Ours', aiType: 'OTHER', endpoint: provider.url, secret: CREDENTIAL, workspaceId: workspace };
    expect((await callPlatform(platformPort, 'made-up', 'POST /ai/llm', draft))[0]).toBe(401);
    expect((await callPlatform(platformPort, stranger, 'POST /ai/llm', draft))[0]).toBe(403);

    const aiLlmId = String((await done('POST /ai/llm', draft))['aiLlmId']);
    const secrets = async (): Promise<Owner[]> => Object.values(await ownersOf('secrets', workspace, '-l', 'app.kubernetes.io/managed-by=flashback-operator')).flat();
    expect(await secrets()).toContainEqual(expect.objectContaining({ kind: 'AILLMConfig', uid: aiLlmId }));
    await done(`PUT /ai/llm/${aiLlmId}`, { name: 'Still ours', secret: CREDENTIAL });
    await done(`POST /ai/llm/${aiLlmId}/validate`);
    const repository = { name: 'Talk', storageType: 'OPENAI', mode: 'NORMAL', workspaceId: workspace, repoBuckets: [], repoAiLlms: [{ aiLlmId }] };
    const repoId = String((await done('POST /repo', repository))['repoId']);
    await done(`PUT /repo/${repoId}`, { ...repository, name: 'Talks' });
    const keys = `/repo/${repoId}/ai/apikey`;
    const keyId = String((await done(`POST ${keys}`, { name: 'app', aiType: 'OPENAI' }))['id']);
    expect(await secrets()).toContainEqual(expect.objectContaining({ kind: 'Repository', uid: repoId, blockOwnerDeletion: true }));
    await done(`PUT ${keys}/${keyId}`, { name: 'our app' });
    const rule = { name: 'Cards', content: 'Block credit card numbers', riskType: 'HIGH', actionType: 2, orgId: 'default', workspaceId: workspace };
    const { policy } = (await done('POST /policy', rule)) as { policy: { id: string } };
    await done(`PUT /policy/${policy.id}`, { name: 'Cards of credit' });
    for (const gone of [`/policy/${policy.id}`, `${keys}/${keyId}`, `/repo/${repoId}`, `/ai/llm/${aiLlmId}`]) await done(`DELETE ${gone}`);
    expect((await secrets()).map(({ uid }) => uid)).not.toContain(aiLlmId);

    // As docs/platform-api.md has it: no pod runs here, so the port is that of the operator itself, and nobody aggregates roles.
    const port = String(platformPort);
    const [account, calling] = codeBlocks('docs/platform-api.md', 'bash').slice(-2).map((block) =>
      block
        .replaceAll('team-a', workspace)
        .replaceAll('-n flashback-system', `-n ${release}`)
        .replace('flashback-platform-api.flashback-system.svc', `flashback-platform-api.${release}.svc`)
        .replace('rolebinding builder --clusterrole=edit', `rolebinding builder --clusterrole=${release}-flashback-view`)
        .replace('localhost:8090', `127.0.0.1:${port}`)
        .replace(/^kubectl port-forward .* "pod\/\$\{LEADER%%_\*\}" 8090 .*&$/m, 'echo "the pod ${LEADER%%_*}"'));
    const env = { KUBECONFIG: server.kubeconfig, PATH: `${dirname(inject('kubectl'))}:${globalThis.process.env['PATH'] ?? ''}` };
    const shell = runShell(`${account}\n${calling}`, await mkdtemp(join(dirname(server.kubeconfig), 'caller-')), env);
    expect(await shell.ended, shell.output()).toBe(0);
    expect(shell.output()).toContain(`the pod ${hostname()}`);
    expect(shell.output()).toContain('{"success":true,"aiLlms":[');

    // The Service is led to the operator, and goes with the release; an EndpointSlice that has no owner gets one.
    const slice = ['endpointslice', 'flashback-platform-api-leader', '-n', release];
    const led = async (): Promise<object> => JSON.parse(await kubectl(['get', ...slice, '-o', 'json'])) as object;
    const owner = { kind: 'Service', name: 'flashback-gateway-push' };
    expect(await led()).toMatchObject({ metadata: { ownerReferences: [owner] }, endpoints: [{ addresses: [POD_IP] }], ports: [{ port: platformPort }] });
    await kubectl(['patch', ...slice, '--type=merge', '-p', '{"metadata":{"ownerReferences":null}}']);
    expect(await forbidden()).toEqual([]);
    await process.stop();
    const left = await led();
    expect(left).toMatchObject({ metadata: { ownerReferences: [owner] } });
    expect((left as { endpoints?: object[] }).endpoints ?? []).toEqual([]);
  });

  test('takes over kinds that somebody else has installed only when told to', async () => {
    await expect(helmIn('release-second', INSTALL, MODES.cluster())).rejects.toThrow(/ownership/);
    await helmIn('release-second', [...INSTALL, '--take-ownership'], MODES.cluster());
  });

  test('is upgraded in place', async () => {
    const values = { ...MODES.namespaces('workspace-namespaces'), gateway: { replicas: 5 } };
    await helmIn('release-namespaces', ['upgrade', 'flashback', CHART, '-f', '-'], values);
    const replicas = ['get', 'deployment', 'flashback-gateway', '-n', 'release-namespaces', '-o', 'jsonpath={.spec.replicas}'];
    expect(await kubectl(replicas)).toBe('5');
  });

  test('is removed without a trace but the kinds, their objects, and what the operator made, as it says', async () => {
    await Promise.all(operators.map((operator) => operator.stop()));
    await helmIn('release-namespaces', ['uninstall', 'flashback']);
    for (const kind of KINDS) await kubectl(['get', 'crd', `${kind}.ai.flashback.tech`]);
    expect(await kubectl(['get', 'airepo', 'chat', '-n', 'workspace-namespaces', '-o', 'name'])).toContain('chat');
    const kinds = 'deployments,services,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets,configmaps,pods';
    expect(await kubectl(['get', kinds, '-n', 'release-namespaces', '-o', 'name'])).toBe('');
    expect(await kubectl(['get', 'clusterroles,clusterrolebindings', '-o', 'name'])).not.toContain('/release-namespaces-flashback');
    const left = (await kubectl(['get', 'secrets', '-n', 'release-namespaces', '-o', 'name'])).trim().split('\n');
    await kubectl(['delete', 'secrets', '-n', 'release-namespaces', '-l', 'app.kubernetes.io/managed-by=flashback-operator']);
    expect(left.length).toBeGreaterThan(2);
    expect(await kubectl(['get', 'secrets', '-n', 'release-namespaces', '-o', 'name'])).toBe('');
  });
});
