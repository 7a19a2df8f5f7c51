// The chart on a real cluster, with traffic from pods by Service name while everything that can happen to it happens once. The
// scenarios build on each other, in this order.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findTool } from '../../hack/tools.ts';
import { run } from '../cluster/harness/command.ts';
import { eventually } from '../cluster/stack/stack.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { loadImage, provideImage, startCluster, type Cluster } from './cluster.ts';
import { Figures, quantile } from './figures.ts';
import { Lab, LAB } from './lab.ts';
import { Probes } from './probes.ts';
import { away, NAMESPACE, Release, RELEASE } from './release.ts';
import { listOf, Traffic } from './traffic.ts';

/** The one that README names. */
const IMAGE = process.env['E2E_IMAGE'] ?? 'flashback-ai-gateway:0.1.0';
const CHANGED_IMAGE = process.env['E2E_CHANGED_IMAGE'] ?? 'flashback-ai-gateway:e2e-changed';
const FIRST_KEY = 'upstream-one-5b21';
const SECOND_KEY = 'upstream-two-9c07';
const README_ANSWER = codeBlocks('README.md', 'text').at(-1)!;
/** What is promised of a key that is revoked, and of 99 in 100 changes; `kubectl` itself takes a good part of it here. */
const REVOKED_MS = 1000;
const CHANGED_P99_MS = 1000;
const REPOSITORIES = Number(process.env['E2E_REPOSITORIES'] ?? 2000);

const figures = new Figures();
let cluster: Cluster;
let release: Release;
let lab: Lab;
let probes: Probes;
let traffic: Traffic;
/** Of a repository whose key is replaced by its schedule while everything else happens. */
let turning: Traffic;
let firstTurning: string;

/** Runs an action under load, then lets some more requests pass; nothing may have failed. */
async function underLoad(scenario: string, action: () => Promise<string | void>): Promise<void> {
  const [answered, failed] = [await traffic.succeeded(), (await traffic.failures()).length];
  const began = performance.now();
  const measured = (await action()) ?? '';
  const seconds = (performance.now() - began) / 1000;
  await traffic.more(50);
  const failures = (await traffic.failures()).slice(failed);
  figures.add({ scenario, requests: (await traffic.succeeded()) - answered, failures, seconds, figures: measured });
  expect(failures).toEqual([]);
}

/** Measures anew, at most twice, where a promise in milliseconds was missed: the machine does much else. The last attempt counts. */
async function promised(milliseconds: number, measure: () => Promise<number>): Promise<{ measured: number; attempts: number }> {
  let measured = Infinity;
  let attempts = 0;
  while (measured >= milliseconds && attempts < 3) {
    measured = Math.round(await measure());
    attempts++;
  }
  expect(measured).toBeLessThan(milliseconds);
  return { measured, attempts };
}

const inAttempts = (attempts: number): string => (attempts === 1 ? '' : ` (attempt ${attempts})`);

/** Deletes the Secret of the second key; resolves with the milliseconds until every gateway refuses it. */
async function revoked(): Promise<number> {
  const { key } = await lab.key('chat-next');
  await eventually('every gateway to take the key', () => probes.allAnswer(200, key), 30);
  const began = performance.now();
  await cluster.kubectl(['delete', 'secret', 'chat-next', '-n', LAB]);
  await eventually('every gateway to refuse the key', () => probes.allAnswer(401, key), 30);
  return performance.now() - began;
}

/** Milliseconds of so many changes of one repository, each from the beginning of `kubectl apply` until every gateway serves it. */
async function changed(count: number): Promise<number[]> {
  const { key } = await lab.key('after-the-leader-app');
  const milliseconds: number[] = [];
  for (let change = 0; change < count; change++) {
    const suspend = change % 2 === 0;
    const began = performance.now();
    await lab.apply(lab.repository('after-the-leader', ['app'], { suspend }));
    await eventually('the change to be served', () => probes.allAnswer(suspend ? 403 : 200, key), 30);
    milliseconds.push(performance.now() - began);
  }
  return milliseconds;
}

async function timed(scenario: string, action: () => Promise<string>): Promise<void> {
  const began = performance.now();
  const measured = await action();
  figures.add({ scenario, requests: undefined, failures: undefined, seconds: (performance.now() - began) / 1000, figures: measured });
}

beforeAll(async () => {
  cluster = await startCluster();
  const { kubectl, kubeconfig } = cluster;
  release = new Release({ kubectl, kubeconfig, helm: await findTool('helm') });
  probes = new Probes(kubectl, release);
  lab = new Lab(kubectl);
  await provideImage(cluster, IMAGE);
});

afterAll(async () => {
  console.log(`\n${figures.toString()}\n`);
  await cluster?.stop();
});

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  // For whoever reads the log of a run that failed.
  console.log(await cluster.kubectl(['get', 'pods', '-n', NAMESPACE, '-o', 'wide']).catch(String));
  console.log(await cluster.kubectl(['get', 'llm,airepo', '-n', LAB, '-o', 'yaml', '--field-selector', 'metadata.name!=chat']).then((text) => text.slice(0, 6000), String));
  for (const component of ['operator', 'gateway']) {
    console.log(await cluster.kubectl(['logs', '-n', NAMESPACE, '-l', `app.kubernetes.io/component=${component}`, '--prefix', '--tail=120']).catch(String));
  }
});

describe('the chart on a real cluster', () => {
  it('installs, gets the samples Ready, passes helm test and answers', async () => {
    await timed('install as in README, to the first answer', async () => {
      expect(await release.installAsInReadme()).toContain(README_ANSWER);
      await lab.open(IMAGE, [FIRST_KEY]);
      await lab.setCredential(FIRST_KEY);
      // Longer than a node may take to bring a Secret into a pod.
      const rotation = { every: '4m', overlap: '3m' };
      await lab.apply(lab.connection('provider'), lab.repository('chat', ['app']), lab.repository('turning', [], { apiKeys: [{ name: 'app', rotation }] }));
      await lab.ready('llm/provider', 'airepo/chat', 'airepo/turning');
      traffic = await Traffic.start(cluster.kubectl, { namespace: LAB, name: 'load', image: IMAGE, keySecret: 'chat-app' });
      return '';
    });
    expect(await release.helm('test', RELEASE)).toContain('Succeeded');
    firstTurning = (await lab.key('turning-app')).key;
    turning = await Traffic.start(cluster.kubectl, { namespace: LAB, name: 'turning', image: IMAGE, keySecret: 'turning-app', workers: 1 });
    await traffic.more(50);
    expect(await traffic.failures()).toEqual([]);
  });

  it('restarts its gateways one by one without a failed request', async () => {
    await underLoad('rolling restart of the gateways', async () => {
      await cluster.kubectl(['rollout', 'restart', `deployment/${RELEASE}-gateway`, '-n', NAMESPACE]);
      await release.rolledOut('gateway');
      await eventually('the old pods to be gone', async () => (await probes.gatewayPods()) === 2 || undefined, 60);
    });
  });

  it('is upgraded to another image without a failed request', async () => {
    if (cluster.node !== undefined) {
      await run('docker', ['build', '--quiet', '--tag', CHANGED_IMAGE, '--label', 'changed=yes', '--file', '-', '.'], { input: `FROM ${IMAGE}\n`, env: { ...process.env, DOCKER_BUILDKIT: '0' } });
      await loadImage(cluster, CHANGED_IMAGE);
    }
    await underLoad('helm upgrade with a changed image', async () => {
      await release.deploy(CHANGED_IMAGE);
      await eventually('the old pods to be gone', async () => (await probes.gatewayPods()) === 2 || undefined, 60);
    });
    const images = await cluster.kubectl(['get', 'pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/component=gateway', '-o', 'jsonpath={.items[*].spec.containers[0].image}']);
    expect(images).toBe(`${CHANGED_IMAGE} ${CHANGED_IMAGE}`);
  });

  it('goes on when the operator that leads is killed, and the next one takes changes', async () => {
    await underLoad('operator leader killed', async () => {
      const leader = await release.holder();
      // No signal that it could handle, so that it cannot give its lease back: the next one has to wait until it has run out.
      if (cluster.node !== undefined) await cluster.node.killContainer(await release.containerOf(leader.pod));
      else await cluster.kubectl(['delete', 'pod', leader.pod, '-n', NAMESPACE, '--force', '--grace-period=0']);
      const began = performance.now();
      await lab.apply(lab.repository('after-the-leader', ['app']));
      await lab.ready('airepo/after-the-leader');
      expect((await release.holder()).process).not.toBe(leader.process);
      return `a change was Ready after ${((performance.now() - began) / 1000).toFixed(1)} s`;
    });
  });

  it('serves from a gateway that starts while there is no operator', async () => {
    await underLoad('no operator, a gateway pod replaced', async () => {
      await cluster.kubectl(['scale', `deployment/${RELEASE}-operator`, '-n', NAMESPACE, '--replicas=0']);
      await eventually('the operators to be gone', async () => (await release.pods('operator')).length === 0 || undefined, 60);
      const [first, second] = await release.pods('gateway');
      await cluster.kubectl(['delete', 'pod', first!.name, '-n', NAMESPACE, '--wait=false']);
      await eventually('a new gateway pod that is ready', async () => (await release.pods('gateway')).some(({ name, ready }) => ready && name !== first!.name && name !== second!.name) || undefined, 90);
      await cluster.kubectl(['delete', 'pod', second!.name, '-n', NAMESPACE, '--wait=false']);
      await eventually('two new gateway pods', async () => (await release.pods('gateway')).filter(({ name, ready }) => ready && name !== second!.name).length === 2 || undefined, 90);
      await traffic.more(50);
      await cluster.kubectl(['scale', `deployment/${RELEASE}-operator`, '-n', NAMESPACE, '--replicas=2']);
      await release.rolledOut('operator');
    });
  });

  it('serves while the API server is away for a minute', async () => {
    const { node } = cluster;
    // A cluster of somebody else is not ours to stop.
    if (node === undefined) return;
    await underLoad('API server away for 60 s', async () => {
      await node.apiServer.interrupt();
      await away(60);
      await node.apiServer.resume();
      await lab.apply(lab.repository('after-the-api-server', ['app']));
      await lab.ready('airepo/after-the-api-server');
    });
  });

  it('changes to a new provider key without a failed request, once it is proven', async () => {
    await underLoad('provider key rotated', async () => {
      await lab.accept([FIRST_KEY, SECOND_KEY]);
      await eventually('the provider to take the new key', async () => (await probes.providerTakes(SECOND_KEY)) || undefined, 120);
      await lab.setCredential(SECOND_KEY);
      await lab.ready('llm/provider');
      await eventually('requests with the new key', async () => (await probes.providerHasSeen(SECOND_KEY)) || undefined, 60);
      await lab.accept([SECOND_KEY]);
      await eventually('the provider to refuse the old key', async () => !(await probes.providerTakes(FIRST_KEY)) || undefined, 120);
    });
  });

  it('rotates a repository key with an overlap, and revokes one within a second', async () => {
    await underLoad('repository key rotated, then revoked', async () => {
      await lab.apply(lab.repository('chat', ['app', 'next']));
      await lab.key('chat-next');
      await lab.ready('airepo/chat');
      const other = await Traffic.start(cluster.kubectl, { namespace: LAB, name: 'next', image: IMAGE, keySecret: 'chat-next', workers: 2 });
      await other.more(20);
      expect(await other.failures()).toEqual([]);
      await other.stop();
      const { measured, attempts } = await promised(REVOKED_MS, revoked);
      return `refused by every gateway ${measured} ms after kubectl delete began${inAttempts(attempts)}`;
    });
  });

  it('takes new certificates of the push channel in flight', async () => {
    await underLoad('push certificates and their authority replaced', async () => {
      const secrets = ['flashback-push-ca', 'flashback-gateway-tls'];
      const uids = (): Promise<string> => cluster.kubectl(['get', 'secret', ...secrets, '-n', NAMESPACE, '-o', 'jsonpath={.items[*].metadata.uid}']);
      const before = await uids();
      await cluster.kubectl(['delete', 'secret', ...secrets, '-n', NAMESPACE]);
      // An operator looks after them when it begins to lead, and once an hour.
      await cluster.kubectl(['rollout', 'restart', `deployment/${RELEASE}-operator`, '-n', NAMESPACE]);
      await eventually('new certificates', async () => (await uids()) !== before || undefined, 180);
      await lab.apply(lab.repository('after-the-certificates', ['app']));
      const began = performance.now();
      await lab.ready('airepo/after-the-certificates');
      return `a change was Ready ${((performance.now() - began) / 1000).toFixed(1)} s after it was applied`;
    });
  });

  it('serves changes within a second', async () => {
    await underLoad('100 changes, from kubectl apply to every gateway', async () => {
      let milliseconds: number[] = [];
      const { attempts } = await promised(CHANGED_P99_MS, async () => {
        milliseconds = await changed(100);
        return quantile(milliseconds, 0.99);
      });
      const [half, most] = [0.5, 0.99].map((share) => Math.round(quantile(milliseconds, share)));
      return `p50 ${half} ms, p99 ${most} ms${inAttempts(attempts)}`;
    });
  });

  it('keeps what is broken to itself', async () => {
    await underLoad('two broken objects of each kind', async () => {
      const spec = { scope: 'Repository', repositoryRef: { name: 'chat' }, riskType: 'High' };
      await lab.apply(
        { ...lab.connection('broken'), spec: { type: 'Other', endpoint: 'http://nowhere.invalid:1/v1', endpointSecurity: 'AllowPlaintext', credentials: { secretRef: { name: 'absent' } } } },
        lab.repository('broken', ['app'], { llms: [{ name: 'absent' }] }),
        { apiVersion: 'ai.flashback.tech/v1alpha1', kind: 'AIPolicy', metadata: { name: 'broken', namespace: LAB }, spec: { ...spec, content: 'Be reasonable in every way.', action: 'Alert', judge: { llmRef: { name: 'absent' }, model: 'none' } } },
      );
      // Things that no schema can refuse: a value that no header may hold, an expression that does not compile, and what hangs on them.
      await lab.apply(
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'poisoned-credential', namespace: LAB }, stringData: { apiKey: 'up\u0000stream' } },
        { ...lab.connection('poisoned'), spec: { type: 'Other', endpoint: `http://provider.${LAB}.svc:8080/v1`, endpointSecurity: 'AllowPlaintext', credentials: { secretRef: { name: 'poisoned-credential' } } } },
        lab.repository('poisoned', ['app'], { llms: [{ name: 'poisoned' }] }),
        { apiVersion: 'ai.flashback.tech/v1alpha1', kind: 'AIPolicy', metadata: { name: 'poisoned', namespace: LAB }, spec: { ...spec, content: 'No project names.', action: 'Log', patterns: [{ name: 'open', pattern: '(' }] } },
      );
      const objects = ['broken', 'poisoned'].flatMap((name) => ['llm', 'airepo', 'aip'].map((kind) => `${kind}/${name}`));
      for (const object of objects) await cluster.kubectl(['wait', '--for=condition=Ready=False', object, '-n', LAB, '--timeout=60s']);
      await lab.ready('llm/provider', 'airepo/chat');
      await cluster.kubectl(['delete', ...objects, '-n', LAB]);
    });
  });

  it('keeps a gateway when its node is drained', async () => {
    const nodes = (await cluster.kubectl(['get', 'nodes', '-o', 'name'])).trim().split('\n');
    await underLoad('node drained', async () => {
      const [node] = nodes;
      const drained = cluster.kubectl(['drain', node!.replace('node/', ''), '--ignore-daemonsets', '--delete-emptydir-data', '--pod-selector', `app.kubernetes.io/instance=${RELEASE}`, '--timeout=30s']);
      // Where there is no other node the budget keeps the last gateway, and the drain gives up.
      if (nodes.length === 1) await expect(drained).rejects.toThrow(/disruption budget|timed out|timeout/i);
      else await drained;
      expect((await release.pods('gateway')).filter(({ ready }) => ready).length).toBeGreaterThanOrEqual(1);
      await traffic.more(50);
      await cluster.kubectl(['uncordon', node!.replace('node/', '')]);
      await release.rolledOut('gateway');
      await release.rolledOut('operator');
    });
  });

  it('takes thousands of repositories', async () => {
    await underLoad(`${REPOSITORIES} repositories with 2 keys each`, async () => {
      const began = performance.now();
      const names = Array.from({ length: REPOSITORIES }, (_, index) => `many-${index}`);
      for (let start = 0; start < names.length; start += 250) {
        await cluster.kubectl(['create', '-f', '-'], listOf(names.slice(start, start + 250).map((name) => lab.repository(name, ['one', 'two']))));
      }
      const created = performance.now();
      await eventually('all to be Programmed', async () => (await probes.programmed('many-')) >= REPOSITORIES || undefined, 600);
      const ready = performance.now();
      const memory = await release.operatorMetric('process_resident_memory_bytes');
      const snapshot = await release.snapshotBytes();
      const seconds = (ms: number): string => (ms / 1000).toFixed(1);
      return `created in ${seconds(created - began)} s, all Programmed ${seconds(ready - created)} s later; operator ${Math.round(memory / 1e6)} MB; sealed snapshot ${Math.round(snapshot / 1000)} kB`;
    });
  });

  it('has replaced a key by its schedule meanwhile, and refused the first one after its overlap, without a failed request of its application', async () => {
    await underLoad('repository key replaced every 4 minutes, since the beginning', async () => {
      await eventually('another key', async () => (await lab.key('turning-app')).key !== firstTurning || undefined, 300);
      await eventually('the first one to be refused', () => probes.allAnswer(401, firstTurning), 300);
      await turning.more(10);
      expect(await turning.failures()).toEqual([]);
      return `${await turning.succeeded()} requests of its application, none failed`;
    });
  });

  it('leaves nothing but the kinds when it is uninstalled, and says so', async () => {
    await traffic.stop();
    await turning.stop();
    await timed('uninstall', async () => {
      const said = await release.helm('uninstall', RELEASE, '--wait');
      expect(said).toContain('[CustomResourceDefinition] repositories.ai.flashback.tech');
      const left = await eventually('everything to be gone', async () => {
        const found = await probes.leftovers();
        return found.length === 0 ? found : undefined;
      }, 90).catch(() => probes.leftovers());
      expect(left).toEqual([]);
      expect(await cluster.kubectl(['get', 'crds', '-o', 'name'])).toContain('repositories.ai.flashback.tech');
      return '';
    });
  });
});
