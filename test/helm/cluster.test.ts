// What the chart makes, before a real API server: it takes every object, lets every pod into a namespace that enforces the restricted
// standard, and gives the operator the rights that the values say and no others.
import { dump } from 'js-yaml';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { kubectlFor, type Kubectl } from '../cluster/stack/kubectl.ts';
import { podsOf, render, type Manifest } from './render.ts';
import { FOREIGN, NAMES, VARIANTS } from './variants.ts';

const RESTRICTED = 'pod-security.kubernetes.io/enforce=restricted';

let kubectl: Kubectl;

function text(manifests: readonly object[]): string {
  return manifests.map((manifest) => dump(manifest, { noRefs: true })).join('\n---\n');
}

async function makeNamespace(name: string): Promise<void> {
  await kubectl(['create', 'namespace', name]).catch((error: unknown) => {
    if (!String(error).includes('AlreadyExists')) throw error;
  });
}

beforeAll(async () => {
  kubectl = kubectlFor(inject('kubectl'), inject('kubeconfig'));
  for (const name of ['flashback-system', 'team-a', 'team-b']) await makeNamespace(name);
  await kubectl(['label', 'namespace', 'flashback-system', RESTRICTED, '--overwrite']);
});

describe.each(NAMES)('the API server, for %s', (name) => {
  test('takes every object as it is, without a field that it does not know', async () => {
    const own = (await render(VARIANTS[name])).filter(({ apiVersion }) => !FOREIGN.includes(apiVersion));
    const flags = ['--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict'];
    const said = await kubectl(['apply', ...flags, '-f', '-'], text(own));
    expect(said.trim().split('\n')).toHaveLength(own.length);
  });

  test('lets the pods in where the restricted pod security standard is enforced', async () => {
    const pods = podsOf(await render(VARIANTS[name])).map(({ of, spec }, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `pod-${index}`, namespace: 'flashback-system', annotations: { of } },
      // Accounts and priorities are looked up by controllers that do not run.
      spec: { ...spec, serviceAccountName: undefined, priorityClassName: undefined },
    }));
    const said = await kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], text(pods));
    expect(said.trim().split('\n')).toHaveLength(pods.length);
  });
});

test('a pod that may become root is kept out, so that the test above can fail', async () => {
  const { spec } = podsOf(await render(VARIANTS['two namespaces']))[0]!;
  const metadata = { name: 'root', namespace: 'flashback-system' };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, serviceAccountName: undefined, securityContext: {} } };
  await expect(kubectl(['create', '--dry-run=server', '-f', '-'], text([pod]))).rejects.toThrow('violates PodSecurity "restricted');
});

describe('rights', () => {
  const GROUP = 'ai.flashback.tech';
  /** Questions end with a namespace, or ask about all of them. */
  interface Rights {
    values: (space: (name: string) => string) => object;
    may: readonly string[];
    mayNot: readonly string[];
  }
  const RIGHTS: Record<string, Rights> = {
    namespaces: {
      values: (space) => ({ watchNamespaces: [space('a')] }),
      may: [
        'get secrets/openai a',
        'list secrets a',
        'create secrets a',
        `list repositories.${GROUP} a`,
        `watch aireferencegrants.${GROUP} a`,
        `patch aillmconfigs.${GROUP}/x --subresource=status a`,
      ],
      mayNot: [
        'get secrets/openai b',
        'list secrets b',
        'list secrets',
        `list repositories.${GROUP} b`,
        `list aireferencegrants.${GROUP} b`,
        `create aireferencegrants.${GROUP} a`,
        `patch aillmconfigs.${GROUP}/x a`,
        `delete repositories.${GROUP}/x a`,
      ],
    },
    named: {
      values: (space) => ({
        rbac: { secrets: { mode: 'named', named: [{ namespace: space('a'), read: ['openai'], keys: ['assistant-app'] }] } },
      }),
      may: [
        'get secrets/openai a',
        'watch secrets/openai a',
        'list secrets/assistant-app a',
        'patch secrets/assistant-app a',
        'create secrets a',
        `list repositories.${GROUP} b`,
      ],
      mayNot: ['get secrets/other a', 'watch secrets/other a', 'list secrets a', 'watch secrets a', 'patch secrets/openai a', 'get secrets/openai b'],
    },
    cluster: {
      values: () => ({ rbac: { secrets: { mode: 'cluster' } } }),
      may: ['list secrets', 'get secrets/openai b', `list aipolicies.${GROUP}`, `list aireferencegrants.${GROUP}`],
      mayNot: ['update secrets/openai b', `create repositories.${GROUP} b`, 'create pods b', 'get configmaps/x b'],
    },
    platform: {
      values: (space) => ({ watchNamespaces: [space('a')], platformApi: { enabled: true } }),
      may: [
        `create aillmconfigs.${GROUP} a`,
        `update repositories.${GROUP}/x a`,
        `delete aipolicies.${GROUP}/x a`,
        'create tokenreviews.authentication.k8s.io',
        'create subjectaccessreviews.authorization.k8s.io',
        'create endpointslices.discovery.k8s.io release',
        'patch endpointslices.discovery.k8s.io/flashback-platform-api-leader release',
        'create configmaps release',
        'patch configmaps/flashback-platform-api-ca release',
      ],
      mayNot: [
        `create aillmconfigs.${GROUP} b`,
        `patch repositories.${GROUP}/x a`,
        `deletecollection repositories.${GROUP} a`,
        `create aireferencegrants.${GROUP} a`,
        'get secrets/openai b',
        'create endpointslices.discovery.k8s.io a',
        'patch endpointslices.discovery.k8s.io/other release',
        'patch configmaps/other release',
        'get configmaps/flashback-platform-api-ca release',
        'create configmaps a',
      ],
    },
  };
  const ALWAYS = [
    'list namespaces',
    'create leases.coordination.k8s.io release',
    'patch leases.coordination.k8s.io/flashback-operator release',
    'delete leases.coordination.k8s.io/flashback-operator release',
    'get secrets/flashback-gateway-tls release',
    'watch endpointslices.discovery.k8s.io release',
  ];
  const NEVER = [
    'get namespaces/x',
    'patch leases.coordination.k8s.io/other release',
    'create pods release',
    'create clusterrolebindings.rbac.authorization.k8s.io',
    'create serviceaccounts/x --subresource=token release',
  ];

  test.each(Object.entries(RIGHTS))('of the operator end where the mode %s says', async (_mode, { values, may, mayNot }) => {
    const id = randomUUID().slice(0, 8);
    const space = (name: string): string => `chart-${name}-${id}`;
    const release = space('release');
    for (const name of ['a', 'b', 'release']) await makeNamespace(space(name));
    const isRight = ({ kind }: Manifest): boolean => /Role(Binding)?$|^ServiceAccount$/.test(kind);
    const manifests = (await render(values(space), { namespace: release })).filter(isRight);
    await kubectl(['apply', '--server-side', '-f', '-'], text(manifests));
    const can = async (question: string, account: string): Promise<string> => {
      const [verb = '', what = '', ...rest] = question.split(' ');
      const flags = rest.filter((word) => word.startsWith('--'));
      const where = rest.find((word) => !word.startsWith('--'));
      const scope = where === undefined ? ['--all-namespaces'] : ['-n', space(where)];
      const args = ['auth', 'can-i', verb, what, ...flags, ...scope, `--as=system:serviceaccount:${release}:${account}`];
      // "no" is an exit code, and no word on standard error.
      const answer = await kubectl(args).catch((error: unknown) => (String(error).trim().endsWith(':') ? 'no' : String(error)));
      return `${question}: ${answer.trim()}`;
    };
    const answers = (questions: readonly string[], account: string) => Promise.all(questions.map((question) => can(question, account)));
    await expect.poll(() => can(may[0]!, 'flashback-operator'), { timeout: 30_000 }).toContain('yes');
    expect((await answers([...may, ...ALWAYS], 'flashback-operator')).filter((answer) => !answer.endsWith(': yes'))).toEqual([]);
    expect((await answers([...mayNot, ...NEVER], 'flashback-operator')).filter((answer) => !answer.endsWith(': no'))).toEqual([]);
    expect((await answers([...may, ...ALWAYS], 'flashback-gateway')).filter((answer) => !answer.endsWith(': no'))).toEqual([]);
  });
});
