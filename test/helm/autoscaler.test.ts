// The autoscaler that the chart makes, at work: Kubernetes' own controller reads requests under way from a custom metrics API and scales.
// No pod runs: two are written as a kubelet would.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ApiServer } from '../cluster/harness/api-server.ts';
import { findControllerManager } from '../cluster/harness/assets.ts';
import { SupervisedProcess } from '../cluster/harness/supervised.ts';
import { kubectlFor, type Kubectl } from '../cluster/stack/kubectl.ts';
import { eventually } from '../cluster/stack/stack.ts';
import { serveCustomMetrics, type CustomMetrics } from './custom-metrics.ts';
import { find, podsOf, render } from './render.ts';

const NAMESPACE = 'flashback-system';
const PODS = ['gateway-1', 'gateway-2'];

let directory: string;
let server: ApiServer;
let controllers: SupervisedProcess;
let metrics: CustomMetrics;
let kubectl: Kubectl;

const textOf = (objects: readonly object[]) => objects.map((object) => dump(object, { noRefs: true })).join('\n---\n');
const apply = (...objects: object[]) => kubectl(['apply', '-f', '-'], textOf(objects));
const field = (object: string, path: string) => kubectl(['get', object, '-n', NAMESPACE, '-o', `jsonpath={${path}}`]);

/** Leads from the API server to the metrics of this process. */
function apiService(port: number): object[] {
  const metadata = { name: 'metrics', namespace: NAMESPACE };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] } },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta2.custom.metrics.k8s.io' },
      spec: {
        group: 'custom.metrics.k8s.io',
        version: 'v1beta2',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { ...metadata, port },
      },
    },
  ];
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashback-autoscaler-'));
  const program = await findControllerManager();
  server = await ApiServer.start();
  kubectl = kubectlFor(inject('kubectl'), server.kubeconfig);
  metrics = await serveCustomMetrics('flashback_requests_in_flight');
  await kubectl(['create', 'namespace', NAMESPACE]);
  await apply(...apiService(metrics.port));
  await kubectl(['wait', '--for=condition=Available', 'apiservice/v1beta2.custom.metrics.k8s.io', '--timeout=60s']);
  const flags = ['--controllers=horizontal-pod-autoscaler-controller', '--horizontal-pod-autoscaler-sync-period=1s'];
  const own = ['--leader-elect=false', '--bind-address=127.0.0.1', '--secure-port=0', `--kubeconfig=${server.kubeconfig}`];
  controllers = new SupervisedProcess('kube-controller-manager', join(directory, 'controllers.log'), [program, ...flags, ...own]);
});
afterAll(async () => {
  await controllers?.stop('KILL');
  await metrics?.close();
  await server?.stop();
  await rm(directory, { recursive: true, force: true });
});

test('more requests under way than a pod should have make more pods, no more than twice as many at once', async () => {
  const autoscaling = { enabled: true, minReplicas: 2, inFlightRequests: 100 };
  const manifests = await render({ watchNamespaces: ['team-a'], gateway: { autoscaling } });
  const deployment = find(manifests, 'Deployment', 'flashback-gateway');
  const [pod] = podsOf([deployment]);
  for (const name of PODS) {
    await apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE, labels: pod!.labels }, spec: pod!.spec });
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await kubectl(['patch', 'pod', name, '-n', NAMESPACE, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })]);
    metrics.values.set(name, 100);
  }
  await apply(deployment, find(manifests, 'HorizontalPodAutoscaler', 'flashback-gateway'));
  const ready = '.status.conditions[?(@.type=="ScalingActive")].reason';
  await eventually('the metric', async () => {
    controllers.assertRunning();
    return (await field('hpa/flashback-gateway', ready)) === 'ValidMetricFound' || undefined;
  });
  const replicas = () => field('deployment/flashback-gateway', '.spec.replicas');
  // The fewest that it may be; one is what a Deployment without a number has.
  expect(await replicas()).toBe('2');
  for (const name of PODS) metrics.values.set(name, 300);
  const next = await eventually('more pods', async () => {
    const now = await replicas();
    return now === '2' ? undefined : now;
  });
  expect(next).toBe('4');
  expect([...metrics.selectors].every((selector) => selector.includes('app.kubernetes.io/component=gateway'))).toBe(true);
});
