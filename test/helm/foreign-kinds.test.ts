// Objects of kinds that other operators bring, held against the schemas of those operators by a real API server: of the chart, and of
// config/samples/gitops.
import { globSync, readFileSync } from 'node:fs';
import { dump, loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ApiServer } from '../cluster/harness/api-server.ts';
import { findForeignCrds } from '../cluster/harness/foreign-crds.ts';
import { kubectlFor, type Kubectl } from '../cluster/stack/kubectl.ts';
import { eventually } from '../cluster/stack/stack.ts';
import { find, render, type Manifest } from './render.ts';
import { FOREIGN, variant, VARIANTS } from './variants.ts';

const SAMPLES = 'config/samples/gitops';
const EVERYTHING = 'everything that can be switched on';

let server: ApiServer;
let kubectl: Kubectl;

beforeAll(async () => {
  const crds = await findForeignCrds();
  server = await ApiServer.start();
  kubectl = kubectlFor(inject('kubectl'), server.kubeconfig);
  const files = crds.flatMap((path) => ['-f', path]);
  await kubectl(['apply', '--server-side', ...files]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...files]);
  const kinds = (await kubectl(['get', 'crd', '-o', 'name'])).trim().split('\n').map((name) => name.split('/')[1]!);
  await eventually('all kinds', async () => {
    const served = new Set((await kubectl(['api-resources', '-o', 'name'])).split('\n'));
    return kinds.every((kind) => served.has(kind)) || undefined;
  });
  for (const name of ['flashback-system', 'team-a', 'argocd', 'flux-system']) await kubectl(['create', 'namespace', name]);
});
afterAll(() => server?.stop());

/** What the API server says of objects that it would create, one line each. */
async function taken(manifests: readonly object[]): Promise<string[]> {
  const text = manifests.map((manifest) => dump(manifest, { noRefs: true })).join('\n---\n');
  return (await kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], text)).trim().split('\n');
}

async function foreignOf(values: object): Promise<Manifest[]> {
  return (await render(values)).filter(({ apiVersion }) => FOREIGN.includes(apiVersion));
}

describe('what the chart makes', () => {
  const more = {
    'everything that can be switched on': VARIANTS[EVERYTHING],
    'the least of each kind': {
      watchNamespaces: ['team-a'],
      serviceMonitor: { enabled: true },
      prometheusRule: { enabled: true },
      httpRoute: { enabled: true, parentRefs: [{ name: 'public' }] },
      certificate: { enabled: true, secretName: 'ai-tls', dnsNames: ['ai.example.com'], issuerRef: { name: 'ca' } },
    },
  };

  test.each(Object.entries(more))('is taken by the schemas of its operators, with %s', async (_, values) => {
    const manifests = await foreignOf(values);
    expect(new Set(manifests.map(({ apiVersion }) => apiVersion))).toEqual(new Set(FOREIGN));
    expect(await taken(manifests)).toHaveLength(manifests.length);
  });

  test('would be refused with a field that its operator does not know, or a value that it does not take', async () => {
    const monitor = structuredClone(find(await variant(EVERYTHING), 'ServiceMonitor', 'flashback-gateway'));
    monitor.spec.endpoints[0].intervall = '30s';
    await expect(taken([monitor])).rejects.toThrow('unknown field "spec.endpoints[0].intervall"');
    const route = structuredClone(find(await variant(EVERYTHING), 'HTTPRoute', 'flashback-gateway'));
    route.spec.rules[0].timeouts.request = 'never';
    await expect(taken([route])).rejects.toThrow('spec.rules[0].timeouts.request');
  });
});

describe(SAMPLES, () => {
  const files = globSync(`${SAMPLES}/**/*.yaml`).toSorted();
  const foreign = (file: string): Manifest[] =>
    (loadAll(readFileSync(file, 'utf8')) as Manifest[]).filter(({ apiVersion }) => !/^v1$|^ai\.flashback\.tech\//.test(apiVersion));

  test.each(files.filter((file) => foreign(file).length > 0))('%s is taken by the schemas of its operators', async (file) => {
    expect(await taken(foreign(file))).toHaveLength(foreign(file).length);
  });

  test('has a sample of each operator', () => {
    const groups = files.flatMap(foreign).map(({ apiVersion }) => apiVersion.split('/')[0]!.replace(/^.*(toolkit\.fluxcd\.io)$/, '$1'));
    expect([...new Set(groups)].toSorted()).toEqual(['argoproj.io', 'bitnami.com', 'external-secrets.io', 'toolkit.fluxcd.io']);
  });
});
