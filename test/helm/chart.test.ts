// What the chart makes of values, without a cluster.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { CHART, generatedFiles } from '../../hack/chart/generate.ts';
import { strayHints } from '../../hack/chart/schema.ts';
import { readValues } from '../../hack/chart/values.ts';
import { find, helm, podsOf, render, type Manifest } from './render.ts';
import { NAMES, variant, VARIANTS } from './variants.ts';

describe('files of the chart that are made from others', () => {
  test('are up to date (npm run generate:chart)', async () => {
    for (const [path, content] of await generatedFiles()) expect(await readFile(path, 'utf8'), path).toBe(content);
  });

  test('have a hint of the schema for nothing but values that exist', async () => {
    expect(strayHints(readValues(await readFile(join(CHART, 'values.yaml'), 'utf8')))).toEqual([]);
  });

  test('describe every value', async () => {
    const text = await readFile(join(CHART, 'values.yaml'), 'utf8');
    const described = readValues(text).map(({ path }) => path.join('.'));
    const leaves = (value: unknown, path: string[]): string[] => {
      const here = path.join('.');
      const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (described.includes(here) || !isMap) return [here];
      return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
    };
    expect(leaves(load(text), []).toSorted()).toEqual(described.toSorted());
  });

  test('have the version of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    const chart = load(await readFile(join(CHART, 'Chart.yaml'), 'utf8')) as { version: string; appVersion: string };
    expect([chart.version, chart.appVersion]).toEqual([version, version]);
  });
});

describe('helm', () => {
  test('lint --strict has nothing to say', async () => {
    expect(await helm(['lint', '--strict', CHART])).toMatchObject({ code: 0 });
  });

  test.each(NAMES)('renders the chart for %s', async (name) => {
    expect((await variant(name)).length).toBeGreaterThan(0);
  });

  test.each([
    ['nobody is named whom to serve', {}, 'watchNamespaces'],
    ['Secrets by name are none', { rbac: { secrets: { mode: 'named' } } }, 'rbac.secrets.named'],
    ['a word is wrong', { watchNamespaces: ['a'], logLevel: 'loud' }, 'logLevel'],
    ['a value is unknown', { watchNamespaces: ['a'], gateway: { replica: 3 } }, 'replica'],
    ['a namespace can be none', { watchNamespaces: ['Team A'] }, 'watchNamespaces'],
    ['an Ingress has no host', { watchNamespaces: ['a'], ingress: { enabled: true } }, 'ingress.hosts'],
    ['an HTTPRoute has no Gateway', { watchNamespaces: ['a'], httpRoute: { enabled: true } }, 'httpRoute.parentRefs'],
    ['a Certificate has no name', { watchNamespaces: ['a'], certificate: { enabled: true, secretName: 'x' } }, 'certificate.dnsNames'],
    [
      'a Certificate has no issuer',
      { watchNamespaces: ['a'], certificate: { enabled: true, secretName: 'x', dnsNames: ['y'] } },
      'certificate.issuerRef',
    ],
    ['a file has two writers', { watchNamespaces: ['a'], ledger: { persistence: { enabled: true } } }, 'ledger.persistence needs operator.replicas=1'],
    [
      'a ledger is a file and a database',
      { watchNamespaces: ['a'], operator: { replicas: 1 }, ledger: { existingSecret: 'x', persistence: { enabled: true } } },
      'switch ledger.persistence.enabled off',
    ],
    ['a ledger is two databases', { watchNamespaces: ['a'], ledger: { existingSecret: 'x', url: 'postgres://h/d' } }, 'ledger.existingSecret'],
    ['a ledger is no PostgreSQL', { watchNamespaces: ['a'], ledger: { url: 'mysql://h/d' } }, '/ledger/url'],
    ['a retention is none', { watchNamespaces: ['a'], ledger: { retention: { weeks: 3 } } }, 'weeks'],
    ['a retention is longer than anybody lives', { watchNamespaces: ['a'], ledger: { retention: { minutes: 1_000_000 } } }, '/ledger/retention/minutes'],
    ['alerts have no ledger', { watchNamespaces: ['a'], ledger: { enabled: false }, alerts: { config: { receivers: [] } } }, 'need ledger.enabled=true'],
    ['alerts of a Secret have no ledger', { watchNamespaces: ['a'], ledger: { enabled: false }, alerts: { existingSecret: 'x' } }, 'need ledger.enabled=true'],
    [
      'conversations have no ledger',
      { watchNamespaces: ['a'], ledger: { enabled: false }, platformApi: { enabled: true, conversations: { keySecret: 'x' } } },
      'platformApi.conversations.keySecret needs ledger.enabled=true',
    ],
    [
      'the Platform API is to be served by plain HTTP and with a certificate',
      { watchNamespaces: ['a'], platformApi: { enabled: true, plainHttp: true, tlsSecretName: 'x' } },
      'platformApi.tlsSecretName and platformApi.plainHttp exclude each other',
    ],
    [
      'a volume is for no ledger',
      { watchNamespaces: ['a'], operator: { replicas: 1 }, ledger: { enabled: false, persistence: { enabled: true } } },
      'ledger.persistence.enabled needs ledger.enabled=true',
    ],
    ['an older chart had no ledger', { watchNamespaces: ['a'], ledger: null }, '--reset-then-reuse-values'],
    ['an older chart had no Platform API', { watchNamespaces: ['a'], platformApi: null }, '--reset-then-reuse-values'],
    ['an older chart had no conversations', { watchNamespaces: ['a'], platformApi: { conversations: null } }, '--reset-then-reuse-values'],
    ['an older chart had no spool', { watchNamespaces: ['a'], gateway: { ledgerSpoolMiB: null } }, '--reset-then-reuse-values'],
    ['an older chart had no alerts', { watchNamespaces: ['a'], alerts: null }, '--reset-then-reuse-values'],
    [
      'the fewest replicas are more than the most',
      { watchNamespaces: ['a'], gateway: { autoscaling: { enabled: true, minReplicas: 5, maxReplicas: 3 } } },
      'gateway.autoscaling.minReplicas',
    ],
    [
      'the Platform API cannot write Secrets, whoever makes the Roles',
      { rbac: { create: false, secrets: { mode: 'named' } }, platformApi: { enabled: true } },
      'platformApi.enabled needs rbac.secrets.mode',
    ],
    ['a judge has no model', { watchNamespaces: ['a'], operator: { defaultJudge: { llm: 'a/b' } } }, 'operator.defaultJudge.model'],
  ])('refuses the values where %s, and names the one to set', async (_what, values, said) => {
    await expect(render(values)).rejects.toThrow(said);
  });

  test('keeps the CRDs as they are, and keeps them at removal unless told otherwise', async () => {
    for (const kind of ['aillmconfigs', 'repositories', 'aipolicies', 'aireferencegrants']) {
      const source = load(await readFile(`crds/${kind}.yaml`, 'utf8')) as Manifest;
      const name = `${kind}.ai.flashback.tech`;
      const { metadata, ...rest } = find(await variant('two namespaces'), 'CustomResourceDefinition', name);
      const { metadata: _source, ...expected } = source;
      expect(rest).toEqual(expected);
      expect(metadata).toEqual({ ...source.metadata, annotations: { 'helm.sh/resource-policy': 'keep' } });
      const removed = find(await render({ ...VARIANTS['two namespaces'], crds: { keep: false } }), 'CustomResourceDefinition', name);
      expect(removed).toEqual(source);
    }
  });
});

describe('chart-testing (ct)', () => {
  const VALUES = join(CHART, 'ci');

  test('finds values to lint and install with, for each way to say whose Secrets', async () => {
    const modes = await Promise.all(
      (await readdir(VALUES)).map(async (file) => {
        expect(await helm(['lint', '--strict', CHART, '-f', join(VALUES, file)]), file).toMatchObject({ code: 0 });
        const values = load(await readFile(join(VALUES, file), 'utf8')) as { rbac?: { secrets: { mode: string } } };
        return values.rbac?.secrets.mode ?? 'namespaces';
      }),
    );
    expect(modes.toSorted()).toEqual(['cluster', 'named', 'namespaces']);
  });

  test('finds who to ask, in the description of the chart', async () => {
    const { home, maintainers } = load(await readFile(join(CHART, 'Chart.yaml'), 'utf8')) as { home: string; maintainers: object[] };
    expect([home, maintainers.length]).toEqual([expect.stringMatching(/^https:/), 1]);
  });

  test('is not needed by who installs the chart', async () => {
    expect(await readFile(join(CHART, '.helmignore'), 'utf8')).toContain('ci/');
  });
});

describe('what helm template hands to kubectl', () => {
  const hooksOf = (manifests: readonly Manifest[]) =>
    manifests.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] !== undefined);

  test('is the pod of helm test too, unless tests.enabled says no', async () => {
    const values = { watchNamespaces: ['flashback-system'] };
    expect(hooksOf(await render(values)).length).toBeGreaterThan(0);
    const without = await render({ ...values, tests: { enabled: false } });
    expect(hooksOf(without)).toEqual([]);
    expect(podsOf(without).map(({ of }) => of)).toEqual(['Deployment/flashback-gateway', 'Deployment/flashback-operator']);
  });
});

describe('what a helm test that failed leaves', () => {
  test('is all deleted by the command of docs/install.md', async () => {
    const page = await readFile('docs/install.md', 'utf8');
    const [, kinds = '', labels = ''] = /^kubectl delete (\S+) -n flashback-system -l (\S*component=test)$/m.exec(page) ?? [];
    const hooks = (await variant('its own namespace too')).filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === 'test');
    const wordFor: Record<string, string> = { Repository: 'airepo', AILLMConfig: 'llm' };
    expect(kinds.split(',').toSorted()).toEqual(hooks.map(({ kind }) => wordFor[kind] ?? kind.toLowerCase()).toSorted());
    const selector = Object.fromEntries(labels.split(',').map((label) => label.split('=')));
    for (const { kind, metadata } of hooks) expect(metadata.labels, kind).toMatchObject(selector);
  });
});

describe('a namespace that is named twice', () => {
  const rolesIn = (manifests: readonly Manifest[], namespace: string) =>
    manifests.filter(({ kind, metadata }) => kind === 'Role' && metadata.namespace === namespace);

  test('has one Role for its Secrets, with all that is listed for it', async () => {
    const named = [
      { namespace: 'a', read: ['openai'], keys: ['one'] },
      { namespace: 'b', read: ['other'] },
      { namespace: 'a', read: ['openai', 'anthropic'], keys: ['two'] },
    ];
    const manifests = await render({ rbac: { secrets: { mode: 'named', named } } });
    const [role, ...others] = rolesIn(manifests, 'a');
    expect(others).toEqual([]);
    expect(role!['rules'].map(({ resourceNames, verbs }: Record<string, string[]>) => [resourceNames, verbs])).toEqual([
      [['openai', 'anthropic'], ['get', 'list', 'watch']],
      [undefined, ['create']],
      [['one', 'two'], ['get', 'list', 'watch', 'patch', 'delete']],
    ]);
    expect(rolesIn(manifests, 'b')[0]!['rules']).toHaveLength(1);
    expect(manifests.filter(({ kind, metadata }) => kind === 'RoleBinding' && metadata.namespace === 'a')).toHaveLength(1);
  });

  test('is refused where namespaces to serve are listed', async () => {
    await expect(render({ watchNamespaces: ['a', 'a'] })).rejects.toThrow('watchNamespaces');
  });
});

describe('every kind of the project', () => {
  test('is among the rights of the operator and of users, in the catalogue entry, and in what helm says at the end', async () => {
    const names = (await readdir('crds')).map((file) => file.replace('.yaml', ''));
    type Rule = { apiGroups: string[]; resources: string[]; verbs: string[] };
    const granted = (await variant('two namespaces')).flatMap(({ rules = [] }) => rules as Rule[]);
    const ours = granted.filter(({ apiGroups }) => apiGroups.includes('ai.flashback.tech'));
    const withStatus = (await Promise.all(names.map(async (name) => ((await readFile(`crds/${name}.yaml`, 'utf8')).includes('status: {}') ? [name] : [])))).flat();
    const mayDo = (verb: string): Set<string> => new Set(ours.flatMap(({ resources, verbs }) => (verbs.includes(verb) ? resources : [])));
    expect(names.filter((name) => !mayDo('watch').has(name) || !mayDo('deletecollection').has(name))).toEqual([]);
    expect([...mayDo('patch')].filter((name) => name.endsWith('/status')).toSorted()).toEqual(withStatus.map((name) => `${name}/status`).toSorted());
    for (const file of ['Chart.yaml', 'templates/NOTES.txt']) {
      const text = await readFile(join(CHART, file), 'utf8');
      expect(names.filter((name) => !text.includes(`${name}.ai.flashback.tech`)), file).toEqual([]);
    }
  });
});

describe('people with a role of Kubernetes in a namespace', () => {
  test('may see grants with view, and give them with admin alone', async () => {
    const roles = (await variant('two namespaces')).filter(({ kind }) => kind === 'ClusterRole') as (Manifest & { rules: { resources: string[]; verbs: string[] }[] })[];
    const may = (role: string, verb: string): boolean =>
      roles.some(
        ({ metadata, rules }) =>
          metadata.labels?.[`rbac.authorization.k8s.io/aggregate-to-${role}`] === 'true' &&
          rules.some(({ resources, verbs }) => resources.includes('aireferencegrants') && verbs.includes(verb)),
      );
    expect([may('view', 'list'), may('view', 'create'), may('edit', 'create'), may('edit', 'delete'), may('admin', 'create'), may('admin', 'delete')]).toEqual([
      true,
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('names', () => {
  test.each([
    ['flashback', 'flashback-gateway'],
    ['ai', 'ai-flashback-gateway'],
    ['team-flashback', 'team-flashback-gateway'],
  ])('of the release %s begin with it', async (release, name) => {
    const manifests = await render({ watchNamespaces: ['a'] }, { release });
    expect(find(manifests, 'Deployment', name).metadata.namespace).toBe('flashback-system');
  });

  test('of two releases in two namespaces never meet outside of these', async () => {
    const outside = (manifests: Manifest[]) =>
      manifests
        .filter(({ metadata, kind }) => !['one', 'two'].includes(metadata.namespace ?? '') && kind !== 'CustomResourceDefinition')
        .map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`);
    const one = outside(await render({ watchNamespaces: ['a'] }, { namespace: 'one' }));
    const two = outside(await render({ watchNamespaces: ['a'] }, { namespace: 'two' }));
    expect(one.filter((name) => two.includes(name))).toEqual([]);
    expect(one.length).toBeGreaterThan(4);
  });
});

describe('an installation by GitOps', () => {
  test.each([
    ['config/samples/gitops/argocd/applications.yaml', (text: string) => (loadAll(text) as any[])[0].spec.source.helm.valuesObject],
    ['config/samples/gitops/flux/platform/release.yaml', (text: string) => (load(text) as any).spec.values],
  ])('renders with the values of %s', async (path, valuesOf) => {
    expect((await render(valuesOf(await readFile(path, 'utf8')))).length).toBeGreaterThan(0);
  });
});
