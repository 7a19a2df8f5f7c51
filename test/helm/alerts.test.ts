// What the chart makes of alerts.* and of keys for conversations: a file that the operator reads, where its argument says.
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAlertsConfig } from '../../src/alerts/config.ts';
import { parseSettings, type Settings } from '../../src/settings.ts';
import { find, podsOf, render, type Manifest, type PodSpec } from './render.ts';

const CONFIG = { window: '10m', receivers: [{ name: 'chat', type: 'slack', urlFile: 'slack-url' }] };

function operatorOf(manifests: readonly Manifest[]): { spec: PodSpec; settings: Settings } {
  const { spec } = podsOf(manifests).find(({ of }) => of.endsWith('-operator'))!;
  return { spec, settings: parseSettings('operator', (spec.containers[0]!.args ?? []).slice(1), {}) };
}

describe('alerts', () => {
  test('of values are a file that the operator takes, beside the files that it names', async () => {
    const manifests = await render({ watchNamespaces: ['a'], alerts: { config: CONFIG, existingSecret: 'mine' } });
    const secret = find(manifests, 'Secret', 'flashback-alerts') as Manifest & { stringData: Record<string, string> };
    const { spec, settings } = operatorOf(manifests);
    const path = settings['alerts-config'] ?? '';
    const text = secret.stringData[basename(path)] ?? '';
    const config = parseAlertsConfig({ text, readFile: () => 'https://hooks.slack.example/x', addresses: { allowLoopback: false } });
    expect([config.window, config.receivers.map(({ name }) => name)]).toEqual([600_000, ['chat']]);
    expect(spec.containers[0]).toMatchObject({
      volumeMounts: expect.arrayContaining([{ name: 'alerts', mountPath: dirname(path), readOnly: true }]) as unknown,
    });
    expect(JSON.stringify(spec)).toContain('{"secret":{"name":"mine"}},{"secret":{"name":"flashback-alerts"}}');
  });

  test('change the pods when they change', async () => {
    const sums = await Promise.all(
      ['5m', '6m'].map(async (window) => {
        const manifests = await render({ watchNamespaces: ['a'], alerts: { config: { ...CONFIG, window } } });
        return find(manifests, 'Deployment', 'flashback-operator').spec.template.metadata.annotations['checksum/alerts'] as string;
      }),
    );
    expect(new Set(sums).size).toBe(2);
    expect(sums[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  test("are nobody's business by default: no file, no argument, no volume", async () => {
    const manifests = await render({ watchNamespaces: ['a'] });
    const { spec, settings } = operatorOf(manifests);
    expect([settings['alerts-config'], settings['conversation-keys']]).toEqual([undefined, undefined]);
    expect(JSON.stringify(spec)).not.toMatch(/alerts|conversation/);
  });
});

test('keys for conversations come from the Secret that is named, with the way to the gateways', async () => {
  const gatewayFrom = [{ namespaceSelector: { matchLabels: { a: 'b' } } }];
  const values = {
    watchNamespaces: ['a'],
    platformApi: { enabled: true, conversations: { keySecret: 'chat-keys' } },
    networkPolicy: { enabled: true, gatewayFrom, egress: { enabled: true } },
  };
  const manifests = await render(values);
  const { spec, settings } = operatorOf(manifests);
  expect(settings['conversation-keys']).toBe('/etc/flashback/conversations/keys');
  expect(JSON.stringify(spec)).toContain('{"name":"conversation-keys","secret":{"secretName":"chat-keys"}}');
  const labels = find(manifests, 'Deployment', 'flashback-operator').spec.selector.matchLabels as object;
  const [http] = find(manifests, 'NetworkPolicy', 'flashback-gateway').spec.ingress as { ports: { port: string }[]; from: object[] }[];
  expect(http!.ports).toEqual([{ port: 'http' }]);
  expect(http!.from).toEqual(expect.arrayContaining([...gatewayFrom, { podSelector: { matchLabels: labels } }]));
  const ports = (find(manifests, 'NetworkPolicy', 'flashback-operator').spec.egress as { ports: { port: unknown }[] }[]).flatMap((rule) =>
    rule.ports.map(({ port }) => port),
  );
  expect(ports).toContain('http');
  const roles = manifests.filter(({ kind }) => kind === 'ClusterRole');
  const verbsOf = (role: string): string[] =>
    roles.filter(({ metadata }) => metadata.name.endsWith(`-platform-${role}`)).flatMap(({ rules }) => (rules as { verbs: string[] }[]).flatMap(({ verbs }) => verbs));
  expect([verbsOf('prompt'), verbsOf('admin')]).toEqual([['prompt'], ['read-conversations', 'read-audit']]);
});

test.each([
  [true, true, ['admin', 'edit', 'view']],
  [false, true, ['admin', 'edit']],
  [true, false, []],
])('viewersPrompt %s and aggregateRoles %s let these roles of Kubernetes prompt: %o', async (viewersPrompt, aggregateRoles, roles) => {
  const manifests = await render({ watchNamespaces: ['a'], rbac: { aggregateRoles }, platformApi: { enabled: true, conversations: { viewersPrompt } } });
  const role = manifests.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.endsWith('-platform-prompt'));
  expect(role?.rules).toMatchObject([{ verbs: ['prompt'] }]);
  const added = Object.keys(role?.metadata.labels ?? {}).flatMap((label) => /aggregate-to-(\w+)$/.exec(label)?.[1] ?? []);
  expect(added.toSorted()).toEqual(roles);
});
