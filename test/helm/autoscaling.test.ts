// The number of gateways goes from Helm to the autoscaler and back, on a real API server. No controller runs: whoever scales here writes
// what the autoscaler writes.
import { randomUUID } from 'node:crypto';
import { dump } from 'js-yaml';
import { beforeAll, expect, inject, test } from 'vitest';
import { CHART } from '../../hack/chart/generate.ts';
import { kubectlFor, type Kubectl } from '../cluster/stack/kubectl.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { helm } from './render.ts';

const DEPLOYMENT = 'deployment/flashback-gateway';

let kubectl: Kubectl;
beforeAll(() => {
  kubectl = kubectlFor(inject('kubectl'), inject('kubeconfig'));
});

/** What docs/install.md applies before the autoscaler is switched on. */
function handOver(namespace: string): string {
  const blocks = codeBlocks('docs/install.md', 'bash');
  const [, manifest = ''] = /--field-manager=hand-over[^]*?<<'DEPLOYMENT'\n([^]*?)\nDEPLOYMENT/.exec(blocks.join('\n')) ?? [];
  return manifest.replace('flashback-system', namespace);
}

interface Release {
  namespace: string;
  upgrade: (gateway: object, ...flags: string[]) => Promise<void>;
  replicas: () => Promise<string>;
}

async function releaseWith(gateway: object): Promise<Release> {
  const namespace = `autoscaling-${randomUUID().slice(0, 8)}`;
  const act = async (args: string[], own: object): Promise<void> => {
    const values = { watchNamespaces: [namespace], crds: { enabled: false }, gateway: own };
    const common = ['--namespace', namespace, '--kubeconfig', inject('kubeconfig'), '-f', '-'];
    const { code, stderr } = await helm([...args, ...common], dump(values));
    if (code !== 0) throw new Error(stderr);
  };
  await act(['install', 'flashback', CHART, '--create-namespace'], gateway);
  return {
    namespace,
    upgrade: (own, ...flags) => act(['upgrade', 'flashback', CHART, ...flags], own),
    replicas: () => kubectl(['get', DEPLOYMENT, '-n', namespace, '-o', 'jsonpath={.spec.replicas}']),
  };
}

const ON = { autoscaling: { enabled: true, minReplicas: 3 } };

/** As the autoscaler does it. */
async function scale(namespace: string, replicas: number): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/flashback-gateway/scale`;
  const found = JSON.parse(await kubectl(['get', '--raw', path])) as { spec: object };
  await kubectl(['replace', '--raw', path, '-f', '-'], JSON.stringify({ ...found, spec: { replicas } }));
}

test('the number stays where it is when the autoscaler is switched on as docs/install.md says, and is its own from then on', async () => {
  const { namespace, upgrade, replicas } = await releaseWith({ replicas: 3 });
  await kubectl(['apply', '--server-side', '--field-manager=hand-over', '--validate=false', '-f', '-'], handOver(namespace));
  await upgrade(ON);
  expect(await replicas()).toBe('3');
  await scale(namespace, 7);
  await upgrade({ ...ON, bodyBudgetMiB: 256 });
  expect(await replicas()).toBe('7');
});

test('the number is taken back when autoscaling is switched off, and only by who says so', async () => {
  const { namespace, upgrade, replicas } = await releaseWith({ replicas: 3 });
  await scale(namespace, 7);
  await upgrade(ON);
  await expect(upgrade({ replicas: 4 })).rejects.toThrow('.spec.replicas');
  await upgrade({ replicas: 4 }, '--force-conflicts');
  expect(await replicas()).toBe('4');
});

test('without that it falls to one until the autoscaler has looked', async () => {
  const { upgrade, replicas } = await releaseWith({ replicas: 3 });
  await upgrade(ON);
  expect(await replicas()).toBe('1');
});
