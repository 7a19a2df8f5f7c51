// What NetworkPolicies let out, where they restrict that at all.
import { describe, expect, test } from 'vitest';
import { find, podsOf, render, type Manifest } from './render.ts';

interface Rule {
  ports?: { port: number | string; protocol?: string }[];
  to?: { ipBlock?: { cidr: string }; podSelector?: object }[];
}

const COMPONENTS = ['operator', 'gateway'] as const;

async function egressOf(component: (typeof COMPONENTS)[number], egress: object): Promise<Rule[]> {
  const manifests: Manifest[] = await render({ watchNamespaces: ['a'], networkPolicy: { egress: { enabled: true, ...egress } } });
  return find(manifests, 'NetworkPolicy', `flashback-${component}`).spec.egress as Rule[];
}

/** Lines "ADDRESS PORT" of the rules that name addresses. */
function addresses(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ ports = [], to = [] }) =>
    to.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : ports.map(({ port }) => `${ipBlock.cidr} ${port}`))),
  );
}

describe.each(COMPONENTS)('the %s', (component) => {
  test('asks for names on the port of Services and on that of pods, as OpenShift has another one there', async () => {
    const dns = (await egressOf(component, {})).find(({ ports = [] }) => ports.some(({ protocol }) => protocol === 'UDP'))!;
    const asked = dns.ports!.map(({ port, protocol }) => `${port}/${protocol}`);
    expect([asked.toSorted(), dns.to]).toEqual([['53/TCP', '53/UDP', '5353/TCP', '5353/UDP'], undefined]);
  });

  test('asks for names elsewhere when told so', async () => {
    const [dns] = await egressOf(component, { dnsPorts: [1053] });
    expect(dns!.ports).toEqual([{ port: 1053, protocol: 'UDP' }, { port: 1053, protocol: 'TCP' }]);
  });

  test('reaches no metadata address unless the identity of pods is switched on', async () => {
    expect(addresses(await egressOf(component, {}))).toEqual([]);
  });

  test.each([
    ['eks', ['169.254.170.23/32 80', 'fd00:ec2::23/128 80']],
    ['gke', ['169.254.169.252/32 987', '169.254.169.252/32 988', '169.254.169.254/32 80', '169.254.169.254/32 8080']],
  ])('reaches with the identity of pods by %s the addresses that give it, and no others', async (podIdentity, reached) => {
    expect(addresses(await egressOf(component, { podIdentity })).toSorted()).toEqual(reached);
  });

  test('reaches what else is named', async () => {
    const rule = { to: [{ ipBlock: { cidr: '10.0.0.7/32' } }], ports: [{ port: 3128, protocol: 'TCP' }] };
    expect(await egressOf(component, { extraEgress: [rule] })).toContainEqual(rule);
  });
});

describe('gateways that only some may call', () => {
  const gatewayFrom = [{ namespaceSelector: { matchLabels: { a: 'b' } } }];

  async function callersOf(tests: boolean): Promise<{ callers: object[]; test: Record<string, string> | undefined }> {
    const manifests = await render({ watchNamespaces: ['flashback-system'], tests: { enabled: tests }, networkPolicy: { gatewayFrom } });
    const [http] = find(manifests, 'NetworkPolicy', 'flashback-gateway').spec.ingress as { from: object[] }[];
    return { callers: http!.from, test: podsOf(manifests).find(({ of }) => of === 'Pod/flashback-test')?.labels };
  }

  test('answer the pod of helm test as well', async () => {
    const { callers, test: labels } = await callersOf(true);
    expect(callers.slice(0, -1)).toEqual(gatewayFrom);
    const { podSelector } = callers.at(-1) as { podSelector: { matchLabels: object } };
    expect(labels).toMatchObject(podSelector.matchLabels);
    expect(podSelector.matchLabels).toMatchObject({ 'app.kubernetes.io/component': 'test', 'app.kubernetes.io/instance': 'flashback' });
  });

  test('answer nobody else without it', async () => {
    expect((await callersOf(false)).callers).toEqual(gatewayFrom);
  });
});

describe('receivers of alerts on ports of their own', () => {
  const receiversTo = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }];
  const rulesOf = async (alerts: object, component: string): Promise<Rule[]> => {
    const values = { watchNamespaces: ['a'], networkPolicy: { egress: { enabled: true } }, alerts: { receiverPorts: [9093], receiversTo, ...alerts } };
    return find(await render(values), 'NetworkPolicy', `flashback-${component}`).spec.egress as Rule[];
  };
  const rule = { ports: [{ port: 9093 }], to: receiversTo };

  test('are reached by the operator, which tells them, and by nobody else', async () => {
    expect(await rulesOf({ existingSecret: 'receivers' }, 'operator')).toContainEqual(rule);
    expect(await rulesOf({ existingSecret: 'receivers' }, 'gateway')).not.toContainEqual(rule);
  });

  test('are not reached where nobody is told', async () => {
    expect(await rulesOf({}, 'operator')).not.toContainEqual(rule);
  });
});

test('an identity of pods that nobody gives is refused', async () => {
  await expect(egressOf('gateway', { podIdentity: 'ec2' })).rejects.toThrow('networkPolicy/egress/podIdentity');
});
