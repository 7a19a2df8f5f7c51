// An API server that goes away and comes back, as the watches of an operator see it that has no more than its own rights: while one starts,
// it denies everybody but administrators.
import { Registry } from 'prom-client';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createKubeClient, type KubeClient } from '../../src/kubernetes/client.ts';
import { KubernetesStore } from '../../src/kubernetes/store.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { ApiServer } from './harness/api-server.ts';
import { installCrds } from './harness/crds.ts';
import { kubectlFor, type Kubectl } from './stack/kubectl.ts';
import { eventually } from './stack/stack.ts';

const USER = 'operator';
const RIGHTS = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: operator}
rules:
  - {apiGroups: [ai.flashback.tech], resources: ['*'], verbs: [list, watch]}
  - {apiGroups: [''], resources: [secrets, namespaces], verbs: [list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: operator}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ${USER}}]
`;
/** Of each kind, before the server comes back: each wait is longer than the one before. */
const FAILURES = 5;

let server: ApiServer;
let kubectl: Kubectl;
let client: KubeClient;
const watching = new AbortController();
let running: Promise<void>;
/** Secrets that changed, in the order in which the store told. */
const told: string[] = [];

beforeAll(async () => {
  server = await ApiServer.start();
  await installCrds(inject('kubectl'), server.kubeconfig);
  kubectl = kubectlFor(inject('kubectl'), server.kubeconfig);
  await kubectl(['apply', '-f', '-'], RIGHTS);
  client = createKubeClient({ kubeconfig: await server.kubeconfigFor({ name: USER }), metrics: createOperatorMetrics(new Registry()) });
  const logger = createLogger({ name: 'test', level: 'silent' });
  const store = new KubernetesStore({ client, identity: 'pod-1', clock: systemClock, random: Math.random, logger });
  const events = { onResource: () => {}, onSecret: ({ name }: { name: string }) => void told.push(name), onGrant: () => {}, onNamespace: () => {} };
  running = store.start(events, watching.signal);
  await store.synced();
});

afterAll(async () => {
  watching.abort();
  await running;
  await client?.config.close();
  await server?.stop();
});

/** Failures of the kind that failed least often. */
async function failures(): Promise<number> {
  const { values } = await client.metrics.flashback_watch_failures_total.get();
  const byKind = Map.groupBy(values, ({ labels }) => labels.kind);
  const sums = [...byKind.values()].map((of) => of.reduce((sum, { value }) => sum + value, 0));
  return byKind.size < 5 ? 0 : Math.min(...sums);
}

test.each([1, 2])('a Secret that changes as soon as the server is back is noticed within seconds, outage %i', async (outage) => {
  const before = await failures();
  await server.interrupt();
  await eventually('failures of every watch', async () => (await failures()) >= before + FAILURES || undefined, 60);
  await server.resume();
  const name = `changed-${outage}`;
  await kubectl(['create', 'secret', 'generic', name]);
  // The bound is part of the promise: what was denied used to wait for half a minute.
  await eventually('the change to be told', async () => told.includes(name) || undefined, 12);
});
