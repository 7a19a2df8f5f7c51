// A release on a real API server, from installation to removal, with the operator running under the very rights that the chart gives it.
// No controller runs, so no pod does: the operator is a process with the token of its service account.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CHART } from '../../hack/chart/generate.ts';
import { ApiServer } from '../cluster/harness/api-server.ts';
import { kubectlFor, type Kubectl } from '../cluster/stack/kubectl.ts';
import { startFlashback, type FlashbackProcess } from '../cluster/stack/processes.ts';
import { startKeyedProvider, type KeyedProvider } from '../cluster/stack/provider.ts';
import { eventually } from '../cluster/stack/stack.ts';
import { find, helm, podsOf, render } from './render.ts';

const CREDENTIAL = 'upstream-key';

const MODES = {
  namespaces: (workspace: string) => ({ watchNamespaces: [workspace] }),
  named: (workspace: string) => ({
    watchNamespaces: [workspace],
    rbac: { secrets: { mode: 'named', named: [{ namespace: workspace, read: ['lab'], keys: ['chat-app'] }] } },
  }),
  cluster: () => ({ rbac: { secrets: { mode: 'cluster' } } }),
};

const KINDS = ['aillmconfigs', 'repositories', 'aipolicies', 'aireferencegrants'];
const INSTALL = ['install', 'flashback', CHART, '--create-namespace', '-f', '-'];

let server: ApiServer;
let kubectl: Kubectl;
let provider: KeyedProvider;
const operators: FlashbackProcess[] = [];

beforeAll(async () => {
  server = await ApiServer.start();
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

async function startOperator(namespace: string, values: object): Promise<{ metrics: () => Promise<string> }> {
  const { args = [] } = podsOf([find(await render(values, { namespace }), 'Deployment', 'flashback-operator')])[0]!.spec.containers[0]!;
  const kubeconfig = await kubeconfigOf(namespace, 'flashback-operator');
  const own = args.filter((arg) => !arg.startsWith('--metrics-port'));
  const operator = startFlashback([...own, '--metrics-port=0', `--kubeconfig=${kubeconfig}`, '--allow-loopback-endpoints']);
  operators.push(operator);
  const { metricsPort } = await operator.log('listening', ({ msg }) => msg === 'listening');
  await operator.log('leading', ({ msg }) => msg === 'leading');
  return { metrics: async () => (await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`)).text() };
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

  test.each(Object.entries(MODES))('gives the operator the rights that it needs to work, with Secrets by %s', async (mode, valuesFor) => {
    const [release, workspace] = [`release-${mode}`, `workspace-${mode}`];
    const values = { ...valuesFor(workspace), crds: { enabled: mode === 'namespaces' } };
    if (mode !== 'namespaces') {
      await kubectl(['create', 'namespace', workspace]);
      await helmIn(release, INSTALL, values);
    }
    const operator = await startOperator(release, values);
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
    const refused = (await operator.metrics()).split('\n').filter((line) => /^rest_client_requests_total\{.*code="403"/.test(line));
    // By name alone nothing can be listed or watched, which the operator is told once per try.
    if (mode === 'named') expect(refused.every((line) => line.includes('method="GET"'))).toBe(true);
    else expect(refused).toEqual([]);
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
