// The real image against a real API server: operator and gateway as containers that may write nowhere and are nobody.
import { chmod, copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import type { StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findKubectl } from '../cluster/harness/assets.ts';
import { run } from '../cluster/harness/command.ts';
import { freePorts } from '../cluster/harness/ports.ts';
import { eventually, RELEASE, Stack } from '../cluster/stack/stack.ts';
import { bytesOf, loadRecordings, type Recording } from '../conformance/recordings.ts';
import { startProvider, type FakeProvider } from '../fake/provider.ts';
import { ANY_USER, endContainer, imageUnderTest, startContainer } from './engine.ts';

const NAMESPACE = 'shop';

let image: string;
let stack: Stack;
let provider: FakeProvider;
let files: string;
let ports: { gateway: number; push: number; gatewayMetrics: number; operatorMetrics: number };
let operator: StartedTestContainer;
let gateway: StartedTestContainer;
const started: StartedTestContainer[] = [];

function recorded(): Recording {
  const found = loadRecordings().find(({ api, stream, response }) => {
    const message = (response.body as { choices?: { message?: { content?: unknown } }[] } | undefined)?.choices?.[0]?.message?.content;
    return api === 'openai.chat' && !stream && response.status === 200 && typeof message === 'string' && message !== '';
  });
  if (found === undefined) throw new Error('there is no recorded answer of a chat');
  return found;
}

/** What a volume of the kubelet is: files that the group of the pod may read. */
async function readable(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}

async function statusOf(port: number, path: string): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).status;
}

async function startGateway(): Promise<StartedTestContainer> {
  await stack.project();
  await readable(stack.directory);
  const made = await startContainer(
    image,
    [
      'gateway',
      '--host=127.0.0.1',
      `--port=${ports.gateway}`,
      `--push-port=${ports.push}`,
      `--metrics-port=${ports.gatewayMetrics}`,
      '--allow-loopback-endpoints',
      '--shutdown-delay=0s',
    ],
    [
      { source: join(stack.directory, 'flashback-gateway-tls'), target: '/etc/flashback/tls' },
      { source: join(stack.directory, 'snapshot'), target: '/etc/flashback/snapshot' },
    ],
  );
  started.push(made);
  return made;
}

beforeAll(async () => {
  image = await imageUnderTest();
  stack = await Stack.start(await findKubectl(), 1);
  provider = await startProvider();
  files = await mkdtemp(join(tmpdir(), 'flashback-image-'));
  const [gatewayPort, push, gatewayMetrics, operatorMetrics] = await freePorts(4) as [number, number, number, number];
  ports = { gateway: gatewayPort, push, gatewayMetrics, operatorMetrics };
  await copyFile(stack.apiServer.kubeconfig, join(files, 'kubeconfig'));
  await readable(files);
  operator = await startContainer(
    image,
    [
      'operator',
      '--kubeconfig=/etc/cluster/kubeconfig',
      `--namespace=${RELEASE}`,
      `--gateway=127.0.0.1:${ports.push}`,
      `--public-base-url=http://127.0.0.1:${ports.gateway}/v1`,
      `--metrics-port=${ports.operatorMetrics}`,
      '--allow-loopback-endpoints',
    ],
    [{ source: files, target: '/etc/cluster' }],
  );
  started.push(operator);
  await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
  await run('mkdir', ['-p', join(stack.directory, 'snapshot')]);
  gateway = await startGateway();
});
afterAll(async () => {
  await Promise.all(started.map((container) => container.stop({ timeout: 0 }).catch(() => undefined)));
  await provider?.close();
  await stack?.stop();
  if (files !== undefined) await rm(files, { recursive: true, force: true });
});

describe('the image', () => {
  test('runs as a user that it does not know, without a right, and cannot write to its own files', async () => {
    for (const container of started) {
      const how = await run('docker', ['inspect', '--format', '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}', container.getId()]);
      expect(how.trim()).toBe(`${ANY_USER} true`);
      const script = "try { require('fs').writeFileSync('/app/dist/x', '') } catch (e) { console.log(process.getuid(), e.code) }";
      const { output } = await container.exec(['node', '-e', script]);
      expect(output.trim()).toBe('1000770000 EROFS');
    }
  });

  test('names a user by number, so that a cluster can see that it is not root', async () => {
    expect((await run('docker', ['image', 'inspect', '--format', '{{.Config.User}}', image])).trim()).toMatch(/^[1-9]\d*(:\d+)?$/);
  });

  test('answers a request from what was applied to the API server', async () => {
    const recording = recorded();
    const model = String(recording.request.body!['model']);
    const listed = { id: model, object: 'model', created: 1, owned_by: 'x' };
    provider.answer((response, { url }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(url.endsWith('/models') ? JSON.stringify({ object: 'list', data: [listed] }) : bytesOf(recording));
    });
    await stack.kubectl(['create', 'namespace', NAMESPACE]);
    await stack.apply(`
apiVersion: v1
kind: Secret
metadata: {name: lab, namespace: ${NAMESPACE}}
stringData: {apiKey: upstream-key}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: AILLMConfig
metadata: {name: lab, namespace: ${NAMESPACE}}
spec: {type: Other, endpoint: "${provider.url}", endpointSecurity: AllowPlaintext, credentials: {secretRef: {name: lab}}}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata: {name: chat, namespace: ${NAMESPACE}}
spec: {llms: [{name: lab}], apiKeys: [{name: app}]}
`);
    await stack.kubectl(['wait', '--for=condition=Ready', 'llm/lab', 'airepo/chat', '-n', NAMESPACE, '--timeout=60s']);
    const secret = await stack.secret(NAMESPACE, 'chat-app');
    const client = new OpenAI({ apiKey: secret!['OPENAI_API_KEY']!, baseURL: secret!['OPENAI_BASE_URL']!, maxRetries: 0 });
    const answer = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'ping' }] });
    const said = (recording.response.body as { choices: { message: { content: string } }[] }).choices[0]!.message.content;
    expect(answer.choices[0]?.message.content).toBe(said);
    expect([await statusOf(ports.gatewayMetrics, '/readyz'), await statusOf(ports.operatorMetrics, '/readyz')]).toEqual([200, 200]);
  });

  test('ends at SIGTERM by itself, as process 1, and a gateway comes back with the boot snapshot while the operator is away', async () => {
    expect(await endContainer(operator, 60)).toEqual({ exitCode: 0 });
    expect(await endContainer(gateway, 60)).toEqual({ exitCode: 0 });
    gateway = await startGateway();
    await eventually('a ready gateway', async () => ((await statusOf(ports.gatewayMetrics, '/readyz')) === 200 ? true : undefined), 60);
  });
});
