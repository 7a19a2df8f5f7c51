// The pods that the chart makes, and the objects that have to find them, without a cluster.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { CHART } from '../../hack/chart/generate.ts';
import { LABELS } from '../../src/api/resources.ts';
import { BOOT_SLOTS } from '../../src/push/boot-store.ts';
import { AUTHORITY_SECRET, GATEWAY_SECRET } from '../../src/push/certificates.ts';
import { environmentName, parseSettings, SETTINGS } from '../../src/settings.ts';
import { containersOf, find, podsOf, render, type Container, type Manifest, type PodSpec } from './render.ts';
import { NAMES, variant } from './variants.ts';

const SLOTS = Array.from({ length: BOOT_SLOTS }, (_, slot) => `flashback-snapshot-${slot}`);

const LOCKED = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };

function matches(selector: Record<string, string>, labels: Record<string, string>): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** The pod of a Deployment. */
function podOf(manifests: readonly Manifest[], component: 'operator' | 'gateway'): PodSpec {
  return podsOf(manifests).find(({ of }) => of.endsWith(`-${component}`))!.spec;
}

function portNames(containers: readonly Container[]): string[] {
  return containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));
}

/** Others of the chart are for people: added to roles of Kubernetes, and bound to nobody. */
function isRoleOfOperator({ kind, metadata }: Manifest): boolean {
  return /^(Cluster)?Role$/.test(kind) && metadata.labels?.['app.kubernetes.io/component'] !== 'users';
}

describe.each(NAMES)('pods, for %s', (name) => {
  test('hold to the restricted pod security standard, and write nowhere but to volumes', async () => {
    for (const { of, spec } of podsOf(await variant(name))) {
      expect(spec.securityContext, of).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const { securityContext, resources } of containersOf(spec)) {
        expect(securityContext, of).toEqual(LOCKED);
        expect([typeof resources.requests, typeof resources.limits], of).toEqual(['object', 'object']);
      }
    }
  });

  test('get a token of the cluster in the operator alone', async () => {
    for (const { of, spec } of podsOf(await variant(name))) expect(spec.automountServiceAccountToken, of).toBe(of.endsWith('-operator'));
    for (const { kind, metadata, automountServiceAccountToken } of await variant(name)) {
      if (kind === 'ServiceAccount') expect(automountServiceAccountToken, metadata.name).toBe(false);
    }
  });

  test('are started with arguments that the program has', async () => {
    for (const { of, spec } of podsOf(await variant(name))) {
      for (const { args = [], command } of containersOf(spec)) {
        if (command !== undefined) continue;
        const [process, ...flags] = args as ['operator' | 'gateway' | 'demo', ...string[]];
        expect(() => parseSettings(process, flags, {}), of).not.toThrow();
      }
    }
  });

  test('mount the volumes that they have', async () => {
    for (const { of, spec } of podsOf(await variant(name))) {
      const volumes = (spec.volumes ?? []).map((volume) => volume.name);
      const mounted = containersOf(spec).flatMap(({ volumeMounts = [] }) => volumeMounts.map((mount) => mount.name));
      expect(mounted.filter((volume) => !volumes.includes(volume)), of).toEqual([]);
    }
  });

  test('are found by the Services, budgets, policies and autoscalers that mean them', async () => {
    const manifests = await variant(name);
    const pods = podsOf(manifests);
    for (const { kind, metadata, spec } of manifests) {
      const selector = { Service: spec?.selector, NetworkPolicy: spec?.podSelector?.matchLabels }[kind] ?? spec?.selector?.matchLabels;
      if (!['Service', 'NetworkPolicy', 'PodDisruptionBudget', 'Deployment'].includes(kind)) continue;
      // The leader itself says where this one leads.
      if (metadata.name.endsWith('-platform-api')) continue;
      const found = pods.filter(({ labels }) => matches(selector, labels)).map(({ of }) => of);
      expect(found, `${kind}/${metadata.name}`).toHaveLength(1);
    }
    for (const { kind, spec } of manifests) {
      if (kind !== 'HorizontalPodAutoscaler') continue;
      expect(find(manifests, spec.scaleTargetRef.kind, spec.scaleTargetRef.name).spec.replicas).toBeUndefined();
    }
  });

  test('have every port that a Service, a probe or a policy names', async () => {
    const manifests = await variant(name);
    const pods = podsOf(manifests);
    const portsOf = (selector: Record<string, string>): string[] =>
      pods.filter(({ labels }) => matches(selector, labels)).flatMap(({ spec }) => portNames(containersOf(spec)));
    for (const { kind, metadata, spec } of manifests) {
      if (kind === 'Service' && spec.selector !== undefined) {
        const targets = spec.ports.map(({ targetPort }: { targetPort: string }) => targetPort);
        expect(portsOf(spec.selector), metadata.name).toEqual(expect.arrayContaining(targets));
      }
      if (kind === 'NetworkPolicy') {
        const named = spec.ingress.flatMap(({ ports }: { ports: { port: string }[] }) => ports.map(({ port }) => port));
        expect(named.toSorted(), metadata.name).toEqual(portsOf(spec.podSelector.matchLabels).toSorted());
      }
    }
    for (const { of, spec } of pods) {
      const asked = spec.containers.flatMap(({ livenessProbe, readinessProbe }) => [livenessProbe, readinessProbe]);
      for (const probe of asked) if (probe !== undefined) expect(portNames(spec.containers), of).toContain(probe.httpGet.port);
    }
  });

  test('have the binding of each Role, to the account that the operator runs as', async () => {
    const manifests = await variant(name);
    const account = find(manifests, 'Deployment', 'flashback-operator').spec.template.spec.serviceAccountName as string;
    const bindings = manifests.filter(({ kind }) => kind.endsWith('RoleBinding'));
    for (const { subjects, roleRef, metadata } of bindings) {
      expect(subjects).toEqual([{ kind: 'ServiceAccount', name: account, namespace: 'flashback-system' }]);
      const isBound = ({ kind, metadata: { name, namespace } }: Manifest): boolean =>
        kind === roleRef.kind && name === roleRef.name && namespace === metadata.namespace;
      expect(manifests.find(isBound), `${roleRef.kind} ${metadata.namespace}/${roleRef.name}`).toBeDefined();
    }
    const roles = manifests.filter(isRoleOfOperator);
    expect(bindings).toHaveLength(roles.length);
  });
});

describe('what is set for all pods', () => {
  test('is a user that is nobody, or none where the platform gives users', async () => {
    const usersOf = async (name: (typeof NAMES)[number]) => podsOf(await variant(name)).map(({ spec }) => spec.securityContext['runAsUser']);
    expect(new Set(await usersOf('two namespaces'))).toEqual(new Set([65_532]));
    expect(new Set(await usersOf('users of the platform'))).toEqual(new Set([undefined]));
  });

  test('is the image, by its digest where there is one', async () => {
    const imagesOf = async (name: (typeof NAMES)[number]) =>
      new Set(podsOf(await variant(name)).flatMap(({ spec }) => containersOf(spec).map(({ image }) => image)));
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await imagesOf('two namespaces')).toEqual(new Set([`flashback-ai-gateway:${version}`]));
    expect(await imagesOf('everything that can be switched on')).toEqual(new Set([`flashback-ai-gateway@sha256:${'a'.repeat(64)}`]));
  });
});

describe('the gateway', () => {
  test('mounts the Secrets that the operator writes, the boot snapshot in all its slots', async () => {
    const { volumes = [] } = podOf(await variant('two namespaces'), 'gateway');
    expect(volumes.find((volume) => volume.name === 'tls')).toEqual({ name: 'tls', secret: { secretName: GATEWAY_SECRET } });
    const snapshot = volumes.find((volume) => volume.name === 'snapshot')!;
    const { sources } = snapshot['projected'] as { sources: { secret: { name: string; optional: boolean } }[] };
    expect(sources.map(({ secret }) => secret.name)).toEqual(SLOTS);
    expect(sources.every(({ secret }) => secret.optional)).toBe(true);
  });

  test('is given the time that its requests may take before it is killed', async () => {
    const spec = podOf(await render({ watchNamespaces: ['a'], gateway: { shutdown: { delaySeconds: 7, graceSeconds: 100 } } }), 'gateway');
    expect(spec.containers[0]!.args).toEqual(expect.arrayContaining(['--shutdown-delay=7s', '--shutdown-grace=100s']));
    // And the operator ten seconds to fetch what they have cost.
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(117);
  });

  test('keeps what the ledger is to know on a volume that is larger than the spool may grow', async () => {
    const { containers, volumes = [] } = podOf(await render({ watchNamespaces: ['a'], gateway: { ledgerSpoolMiB: 100 } }), 'gateway');
    const { args = [], volumeMounts = [] } = containers[0]!;
    const settings = parseSettings('gateway', args.slice(1), {});
    const mount = volumeMounts.find(({ mountPath }) => mountPath === settings['ledger-dir']);
    expect(mount).toEqual({ name: 'ledger', mountPath: '/var/lib/flashback/ledger' });
    expect(settings['ledger-spool-limit']).toBe(100 * 2 ** 20);
    expect(volumes.find(({ name }) => name === 'ledger')).toEqual({ name: 'ledger', emptyDir: { sizeLimit: '116Mi' } });
    // Where nobody asks for it, it would only be in the way.
    const without = podOf(await render({ watchNamespaces: ['a'], ledger: { enabled: false } }), 'gateway').containers[0]!;
    expect(parseSettings('gateway', without.args!.slice(1), {})['ledger-spool-limit']).toBe(0);
  });

  test('is never scaled in while a stream of the longest kind may run', async () => {
    const { behavior } = find(await variant('everything that can be switched on'), 'HorizontalPodAutoscaler', 'flashback-gateway').spec;
    const values = load(await readFile(join(CHART, 'values.yaml'), 'utf8')) as { gateway: { shutdown: Record<string, number> } };
    const { delaySeconds, graceSeconds } = values.gateway.shutdown;
    expect(behavior.scaleDown.stabilizationWindowSeconds).toBeGreaterThanOrEqual(delaySeconds! + graceSeconds!);
  });

  test('is reached by its push port from the operator alone', async () => {
    const { ingress } = find(await variant('two namespaces'), 'NetworkPolicy', 'flashback-gateway').spec;
    const push = ingress.find(({ ports }: { ports: { port: string }[] }) => ports.some(({ port }) => port === 'push'));
    const operator = expect.objectContaining({ 'app.kubernetes.io/component': 'operator' });
    expect(push.from).toEqual([{ podSelector: { matchLabels: operator } }]);
  });
});

describe('the operator', () => {
  test('tells applications the Service of the gateways, or what is said to be in front of it', async () => {
    const argsOf = (manifests: Manifest[]) => podOf(manifests, 'operator').containers[0]!.args;
    expect(argsOf(await variant('two namespaces'))).toContain('--public-base-url=http://flashback-gateway.flashback-system.svc:8080/v1');
    expect(argsOf(await variant('everything that can be switched on'))).toContain('--public-base-url=https://ai.example.com/v1');
    expect(argsOf(await variant('two namespaces'))).toContain('--gateway-service=flashback-gateway-push');
    const push = find(await variant('two namespaces'), 'Service', 'flashback-gateway-push');
    // By which the doctor finds it under any name.
    expect(push.metadata.labels).toMatchObject({ [LABELS.push]: 'true' });
    expect(push.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
  });

  test('may change by name what it made itself, and nothing else by name', async () => {
    const { rules } = find(await variant('two namespaces'), 'Role', 'flashback-operator');
    const named = (rules as { resources: string[]; resourceNames?: string[] }[]).flatMap(({ resources, resourceNames = [] }) =>
      resources.includes('secrets') ? resourceNames : [],
    );
    expect(named).toEqual([AUTHORITY_SECRET, GATEWAY_SECRET, ...SLOTS]);
  });

  test('has every setting of its own in the chart, but those for use outside of one', async () => {
    const outside = ['allow-loopback-endpoints', 'kubeconfig', 'gateway', 'host'];
    const all = ['everything that can be switched on', 'two namespaces', 'Secrets by name', 'the Platform API in one namespace'] as const;
    const everything = (await Promise.all(all.map(variant))).flat();
    const args = podsOf(everything).flatMap(({ spec }) => containersOf(spec).flatMap(({ args: own = [] }) => own));
    const variables = podsOf(everything).flatMap(({ spec }) => containersOf(spec).flatMap(({ env = [] }) => env.map(({ name }) => name)));
    const byVariable = Object.keys(SETTINGS).filter((name) => variables.includes(environmentName(name)));
    const given = new Set([...byVariable, ...args.flatMap((arg) => /^--([a-z-]+)/.exec(arg)?.[1] ?? [])]);
    const asked = Object.entries(SETTINGS).flatMap(([name, { commands }]) =>
      commands.some((command) => command === 'operator' || command === 'gateway') ? [name] : [],
    );
    expect(asked.filter((name) => !given.has(name) && !outside.includes(name))).toEqual([]);
  });
});

describe('the Platform API', () => {
  const SERVICE = 'flashback-platform-api';
  const rulesOf = async (values: object) => {
    const manifests = await render(values);
    return manifests.filter(isRoleOfOperator).flatMap(({ rules }) => rules as { resources: string[]; verbs: string[] }[]);
  };
  const verbsOn = (rules: { resources: string[]; verbs: string[] }[], resource: string) =>
    new Set(rules.filter(({ resources }) => resources.includes(resource)).flatMap(({ verbs }) => verbs));

  test('is off unless it is switched on, and then the operator may write nothing of users and review nobody', async () => {
    const manifests = await variant('two namespaces');
    expect(manifests.filter(({ metadata }) => metadata.name === SERVICE)).toEqual([]);
    const rules = await rulesOf({ watchNamespaces: ['a'] });
    expect([verbsOn(rules, 'tokenreviews').size, verbsOn(rules, 'subjectaccessreviews').size]).toEqual([0, 0]);
    expect(verbsOn(rules, 'aillmconfigs')).toEqual(new Set(['get', 'list', 'watch']));
  });

  test('has the rights that it needs, and those alone', async () => {
    const rules = await rulesOf({ watchNamespaces: ['a'], platformApi: { enabled: true } });
    expect([verbsOn(rules, 'tokenreviews'), verbsOn(rules, 'subjectaccessreviews')]).toEqual([new Set(['create']), new Set(['create'])]);
    for (const kind of ['aillmconfigs', 'repositories', 'aipolicies']) expect(verbsOn(rules, kind)).toEqual(new Set(['get', 'list', 'watch', 'create', 'update', 'delete']));
  });

  test('is behind a Service that the leader leads to itself, under the names that RBAC knows', async () => {
    const manifests = await variant('the Platform API in one namespace');
    const service = find(manifests, 'Service', SERVICE);
    expect(service.spec).toEqual({ type: 'ClusterIP', ports: [{ name: 'platform-api', port: 8090, targetPort: 8090 }] });
    const [container] = podOf(manifests, 'operator').containers;
    const settings = parseSettings('operator', (container!.args ?? []).slice(1), {});
    expect([settings['platform-api-service'], settings['platform-api-port']]).toEqual([SERVICE, 8090]);
    const { rules } = find(manifests, 'Role', 'flashback-operator');
    expect((rules as { resourceNames?: string[] }[]).flatMap(({ resourceNames = [] }) => resourceNames)).toContain(`${SERVICE}-leader`);
  });

  test('is served by HTTPS unless somebody asks for plain HTTP, with a certificate of the operator or of a Secret', async () => {
    const [own, plain, foreign] = await Promise.all(
      [{}, { plainHttp: true }, { tlsSecretName: 'platform-tls' }].map((more) => render({ watchNamespaces: ['a'], platformApi: { enabled: true, ...more } })),
    );
    const tlsOf = (manifests: readonly Manifest[]) => {
      const settings = parseSettings('operator', (podOf(manifests, 'operator').containers[0]!.args ?? []).slice(1), {});
      const { rules } = find(manifests, 'Role', 'flashback-operator') as unknown as { rules: { resources: string[]; verbs: string[]; resourceNames?: string[] }[] };
      const onConfigMaps = rules.filter(({ resources }) => resources.includes('configmaps'));
      return [settings['platform-api-own-tls'], settings['platform-api-tls-dir'], onConfigMaps.map(({ verbs, resourceNames = [] }) => [...verbs, ...resourceNames].join(' '))];
    };
    expect(tlsOf(own!)).toEqual([true, undefined, ['create', `patch delete ${SERVICE}-ca`]]);
    expect(tlsOf(plain!)).toEqual([false, undefined, []]);
    expect(tlsOf(foreign!)).toEqual([false, '/etc/flashback/platform-api', []]);
  });

  test('sends prompts to the Service of the gateways, whatever is said to be in front of it', async () => {
    const urlOf = (manifests: readonly Manifest[]) => parseSettings('operator', (podOf(manifests, 'operator').containers[0]!.args ?? []).slice(1), {})['gateway-url'];
    expect(urlOf(await variant('the Platform API in one namespace'))).toBe('http://flashback-gateway.flashback-system.svc:8080');
    const everything = await variant('everything that can be switched on');
    expect(urlOf(everything)).toBe('http://flashback-gateway.flashback-system.svc:80');
    expect(find(everything, 'Service', 'flashback-gateway').spec.ports).toMatchObject([{ port: 80 }]);
  });

  test('refuses to be installed where the operator writes Secrets by name only', async () => {
    const values = { platformApi: { enabled: true }, rbac: { secrets: { mode: 'named', named: [{ namespace: 'a', read: ['x'] }] } } };
    await expect(render(values)).rejects.toThrow('platformApi.enabled needs rbac.secrets.mode namespaces or cluster');
  });
});

describe('the ledger of the operator', () => {
  const STATE = '/var/lib/flashback';
  const stateOf = (manifests: readonly Manifest[]) => {
    const { containers, volumes = [] } = podOf(manifests, 'operator');
    const mount = containers[0]!.volumeMounts?.find(({ mountPath }) => mountPath === STATE);
    return volumes.find(({ name }) => name === mount?.name);
  };
  const urlOf = (manifests: readonly Manifest[]) => podOf(manifests, 'operator').containers[0]!.env?.find(({ name }) => name === 'FLASHBACK_LEDGER_URL');
  const operatorOf = (manifests: readonly Manifest[]) => find(manifests, 'Deployment', 'flashback-operator').spec;

  test('is a file in the pod unless told otherwise', async () => {
    const manifests = await variant('two namespaces');
    expect(stateOf(manifests)).toEqual({ name: 'state', emptyDir: {} });
    expect(podOf(manifests, 'operator').containers[0]!.args).toContain(`--state-dir=${STATE}`);
    expect(urlOf(manifests)).toBeUndefined();
    expect(operatorOf(manifests).strategy).toEqual({ rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
  });

  test('is a file on a volume that its user may write and one pod has at a time', async () => {
    const manifests = await variant('a volume for the ledger');
    expect(stateOf(manifests)).toEqual({ name: 'state', persistentVolumeClaim: { claimName: 'flashback-ledger' } });
    expect(operatorOf(manifests).strategy).toEqual({ type: 'Recreate' });
    expect(podOf(manifests, 'operator').securityContext).toMatchObject({ runAsUser: 65_532, fsGroup: 65_532 });
    expect(podOf(manifests, 'gateway').securityContext['fsGroup']).toBeUndefined();
    const claim = find(manifests, 'PersistentVolumeClaim', 'flashback-ledger');
    expect(claim.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
    expect(claim.spec).toEqual({ accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } });
  });

  test('is a file on a volume that exists, with the group that the platform gives', async () => {
    const persistence = { enabled: true, existingClaim: 'mine' };
    const values = { watchNamespaces: ['a'], operator: { replicas: 1 }, ledger: { persistence }, podSecurityContext: { runAsUser: null } };
    const manifests = await render(values);
    expect(stateOf(manifests)).toEqual({ name: 'state', persistentVolumeClaim: { claimName: 'mine' } });
    expect(manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim')).toEqual([]);
    expect(podOf(manifests, 'operator').securityContext['fsGroup']).toBeUndefined();
  });

  test('is a database whose URL is in a Secret, and nowhere else', async () => {
    const [made, named] = [await variant('a URL for the ledger'), await variant('everything that can be switched on')];
    expect(urlOf(made)?.valueFrom).toEqual({ secretKeyRef: { name: 'flashback-ledger', key: 'url' } });
    expect(urlOf(named)?.valueFrom).toEqual({ secretKeyRef: { name: 'postgres', key: 'uri' } });
    const secret = find(made, 'Secret', 'flashback-ledger');
    expect(Buffer.from(String(secret['data'].url), 'base64').toString()).toBe('postgres://flashback:pass@db/flashback');
    expect(JSON.stringify(made.filter(({ kind }) => kind !== 'Secret'))).not.toContain('pass@');
    expect(named.filter(({ kind, metadata }) => kind === 'Secret' && metadata.name.endsWith('-ledger'))).toEqual([]);
    expect([stateOf(made), stateOf(named)]).toEqual([undefined, undefined]);
  });

  test('is reached where what goes out is restricted', async () => {
    const rulesOf = async (name: (typeof NAMES)[number]): Promise<object[]> => find(await variant(name), 'NetworkPolicy', 'flashback-operator').spec.egress;
    expect(await rulesOf('a URL for the ledger')).toContainEqual({ ports: [{ port: 5432 }] });
    const to = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'databases' } } }];
    expect(await rulesOf('everything that can be switched on')).toContainEqual({ ports: [{ port: 5432 }, { port: 6432 }], to });
    expect(JSON.stringify(await rulesOf('the identity of pods by GKE'))).not.toContain('5432');
  });

  test('is none where nobody wants one', async () => {
    const manifests = await variant('nothing that can be switched off');
    expect(podOf(manifests, 'operator').containers[0]!.args).toContain('--ledger-url=none');
    expect(stateOf(manifests)).toBeUndefined();
  });
});
