// The main job on a real API server, with every process a process: manifests are applied with kubectl, an unmodified OpenAI SDK
// asks, and whatever can go away goes away once. The steps build on each other, in this order.
import { readdir, readFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startDemoProvider, type DemoProvider } from '../../src/demo/provider.ts';
import { brokenManifests } from './stack/broken-manifests.ts';
import { startLoad } from './stack/load.ts';
import { startKeyedProvider, type KeyedProvider } from './stack/provider.ts';
import { KEY_SECRET, providerSecret, shopManifests } from './stack/shop.ts';
import { eventually, RELEASE, Stack, type GatewayProcess, type OperatorProcess } from './stack/stack.ts';

const NAMESPACE = 'shop';
const FIRST_KEY = 'upstream-canary-one-4f1c9a';
const SECOND_KEY = 'upstream-canary-two-77b0de';
const THIRD_KEY = 'upstream-canary-three-c3319f';

let stack: Stack;
let provider: KeyedProvider;
let demo: DemoProvider;
let operator: OperatorProcess;
let gateway: GatewayProcess;
let appKey: string;
/** Every key that was ever delivered, to look for afterwards. */
const deliveredKeys = new Set<string>();

function sdk(baseURL: string, apiKey: string): OpenAI {
  return new OpenAI({ baseURL, apiKey, maxRetries: 0 });
}

async function readMetrics(url: string): Promise<string> {
  return (await fetch(url)).text();
}

async function deliveredKey(): Promise<string> {
  return eventually('the key Secret', async () => (await stack.secret(NAMESPACE, KEY_SECRET))?.['OPENAI_API_KEY']);
}

async function chatStatus(key: string, baseUrl = stack.baseUrl(0)): Promise<{ status: number; code: string | undefined }> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content: 'ping' }] }),
  });
  const body = (await response.json()) as { error?: { code?: string } };
  return { status: response.status, code: body.error?.code };
}

beforeAll(async () => {
  stack = await Stack.start(inject('kubectl'));
  provider = await startKeyedProvider([FIRST_KEY]);
  demo = await startDemoProvider({ port: 0, host: '127.0.0.1' });
  operator = await stack.startOperator();
  await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
  gateway = await stack.startGateway(0);
});

afterAll(async () => {
  await stack?.stop();
  await provider?.close();
  await demo?.close();
});

describe('the main job on a real API server', () => {
  test('the quickstart samples get Ready', async () => {
    const directory = new URL('../../config/samples/quickstart/', import.meta.url);
    const files = (await readdir(directory)).toSorted();
    const text = (await Promise.all(files.map((file) => readFile(new URL(file, directory), 'utf8')))).join('\n---\n');
    // The Service of the sample would answer inside a cluster; here the same demo provider listens on loopback.
    await stack.apply(text.replace('http://demo-provider.flashback.svc:8080/v1', `${demo.url}/v1\n  endpointSecurity: AllowPlaintext`));
    await stack.kubectl(['wait', '--for=condition=Ready', 'llm/demo', 'airepo/assistant', 'aip/no-card-numbers', '-n', 'quickstart', '--timeout=30s']);
    expect(await stack.condition('aip', 'quickstart', 'no-card-numbers', 'Programmed')).toBe('True Succeeded');
    const secret = await stack.secret('quickstart', 'assistant-app');
    expect(secret?.['OPENAI_BASE_URL']).toBe(stack.baseUrl(0));
    const answer = await sdk(secret!['OPENAI_BASE_URL']!, secret!['OPENAI_API_KEY']!).chat.completions.create({
      model: 'demo-chat',
      messages: [{ role: 'user', content: 'Hello' }],
    });
    expect(answer.choices[0]?.message.content).not.toBe('');
    deliveredKeys.add(secret!['OPENAI_API_KEY']!);
  });

  test('a Secret, an AILLMConfig and a Repository become an answered request with counted tokens', async () => {
    await stack.kubectl(['create', 'namespace', NAMESPACE]);
    await stack.apply(providerSecret(NAMESPACE, 'lab', FIRST_KEY));
    await stack.apply(shopManifests({ namespace: NAMESPACE, endpoint: provider.url, secret: 'lab' }));
    await stack.kubectl(['wait', '--for=condition=Ready', 'llm/lab', 'airepo/chat', '-n', NAMESPACE, '--timeout=30s']);
    appKey = await deliveredKey();
    deliveredKeys.add(appKey);
    const client = sdk(gateway.baseUrl, appKey);
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['small-1']);
    const answer = await client.chat.completions.create({ model: 'small-1', messages: [{ role: 'user', content: 'ping' }] });
    expect(answer.choices[0]?.message.content).toBe('pong');
    const metrics = await readMetrics(gateway.metricsUrl);
    expect(metrics).toMatch(/flashback_tokens_total\{namespace="shop",repository="chat",llm="lab",provider="Other",model="small-1",key_id="[^"]+",direction="input"\} 5\n/);
    expect(metrics).toMatch(/flashback_tokens_total\{[^}]*repository="chat"[^}]*direction="output"\} 3\n/);
  });

  test('rotating the provider Secret under load fails no request', async () => {
    provider.accepted.add(SECOND_KEY);
    const load = startLoad([gateway.baseUrl], () => appKey);
    await load.more(50);
    await stack.apply(providerSecret(NAMESPACE, 'lab', SECOND_KEY));
    await eventually('traffic with the new credential', async () => (provider.used.get(SECOND_KEY) ?? 0) > 0 || undefined);
    await load.more(50);
    await load.stop();
    expect(load.failures).toEqual([]);
    provider.accepted.delete(FIRST_KEY);
  });

  test('a rotation to a credential that the provider refuses keeps the working one and says so', async () => {
    await stack.apply(providerSecret(NAMESPACE, 'lab', 'upstream-canary-wrong-000000'));
    await eventually('CredentialsInvalid', async () => (await stack.condition('llm', NAMESPACE, 'lab', 'Ready')) === 'False CredentialsInvalid' || undefined);
    expect(await chatStatus(appKey)).toEqual({ status: 200, code: undefined });
    await stack.apply(providerSecret(NAMESPACE, 'lab', SECOND_KEY));
    await stack.kubectl(['wait', '--for=condition=Ready', 'llm/lab', '-n', NAMESPACE, '--timeout=30s']);
  });

  test('deleting the key Secret revokes the key within a second and delivers a new one', async () => {
    const revoked = appKey;
    await stack.kubectl(['delete', 'secret', KEY_SECRET, '-n', NAMESPACE]);
    const deletedAt = performance.now();
    await eventually('401 for the old key', async () => ((await chatStatus(revoked)).status === 401 ? true : undefined), 5);
    // The bound is part of the promise, not a measurement: far above what it takes.
    expect(performance.now() - deletedAt).toBeLessThan(1_000);
    expect(await chatStatus(revoked)).toEqual({ status: 401, code: 'key_revoked' });
    appKey = await deliveredKey();
    deliveredKeys.add(appKey);
    expect(appKey).not.toBe(revoked);
    await eventually('an answer to the new key', async () => ((await chatStatus(appKey)).status === 200 ? true : undefined));
  });

  test('traffic goes on when the operator is killed', async () => {
    await operator.stop('SIGKILL');
    expect(await chatStatus(appKey)).toEqual({ status: 200, code: undefined });
  });

  test('a gateway that restarts while operator and API server are down serves from the sealed boot snapshot', async () => {
    await stack.project();
    await stack.apiServer.interrupt();
    expect(await gateway.stop()).toBe(0);
    gateway = await stack.startGateway(0);
    await gateway.log('boot snapshot', ({ msg }) => msg === 'serving from the boot snapshot');
    expect(await chatStatus(appKey)).toEqual({ status: 200, code: undefined });
  });

  test('when both are back, a change reaches the gateway again', async () => {
    await stack.apiServer.resume();
    operator = await stack.startOperator();
    await operator.log('leading', ({ msg }) => msg === 'leading');
    await stack.kubectl(['patch', 'airepo', 'chat', '-n', NAMESPACE, '--type=merge', '-p', '{"spec":{"suspend":true}}']);
    await eventually('403 for a suspended repository', async () => ((await chatStatus(appKey)).code === 'repository_suspended' ? true : undefined));
    await stack.kubectl(['patch', 'airepo', 'chat', '-n', NAMESPACE, '--type=merge', '-p', '{"spec":{"suspend":false}}']);
    await stack.kubectl(['wait', '--for=condition=Ready', 'airepo/chat', '-n', NAMESPACE, '--timeout=30s']);
    await eventually('an answer', async () => ((await chatStatus(appKey)).status === 200 ? true : undefined));
  });

  test('a credential that the provider revokes turns Ready to False at the first refused request', async () => {
    provider.accepted.delete(SECOND_KEY);
    expect(await chatStatus(appKey)).toEqual({ status: 502, code: 'provider_credentials_rejected' });
    await eventually('CredentialsInvalid', async () => (await stack.condition('llm', NAMESPACE, 'lab', 'Ready')) === 'False CredentialsInvalid' || undefined);
    expect(await stack.condition('llm', NAMESPACE, 'lab', 'CredentialsValid')).toBe('False CredentialsInvalid');
    provider.accepted.add(THIRD_KEY);
    await stack.apply(providerSecret(NAMESPACE, 'lab', THIRD_KEY));
    await stack.kubectl(['wait', '--for=condition=Ready', 'llm/lab', 'airepo/chat', '-n', NAMESPACE, '--timeout=30s']);
    await eventually('an answer', async () => ((await chatStatus(appKey)).status === 200 ? true : undefined));
  });

  test('of twenty broken manifests each is refused or reported on itself, and nothing else changes', async () => {
    const good = async (): Promise<string> =>
      stack.kubectl(['get', 'llm,airepo', '-A', '-l', '!broken', '-o', 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.status.conditions}{"\\n"}{end}']);
    const before = await good();
    const load = startLoad([gateway.baseUrl], () => appKey, 2);
    await load.more(20);
    const broken = brokenManifests(NAMESPACE);
    expect(broken).toHaveLength(20);
    for (const { what, manifest, refused, condition } of broken) {
      if (refused !== undefined) {
        await expect(stack.apply(JSON.stringify(manifest)), what).rejects.toThrow(refused);
        continue;
      }
      await stack.apply(JSON.stringify(manifest));
      const [kind, name, type, expected] = condition!;
      await eventually(`${what}: ${expected}`, async () => (await stack.condition(kind, NAMESPACE, name, type)) === expected || undefined);
    }
    await load.more(20);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(await good()).toBe(before);
    await stack.kubectl(['delete', 'llm,airepo,aip,secret', '-l', 'broken', '-n', NAMESPACE]);
  });

  test('of two operators one leads; killing it moves leadership without a dropped request and without two writers', async () => {
    const standby = await stack.startOperator();
    const second = await stack.startGateway(1);
    await eventually('the second gateway to have the snapshot', async () => ((await chatStatus(appKey, second.baseUrl)).status === 200 ? true : undefined));
    const leads = async (url: string): Promise<boolean> => (await readMetrics(url)).includes('leader_election_master_status{name="flashback-operator"} 1');
    expect([await leads(operator.metricsUrl), await leads(standby.metricsUrl)]).toEqual([true, false]);
    const epochBefore = Number(await stack.kubectl(['get', 'lease', 'flashback-operator', '-n', RELEASE, '-o', 'jsonpath={.spec.leaseTransitions}']));

    const load = startLoad([gateway.baseUrl, second.baseUrl], () => appKey);
    await load.more(20);
    await operator.stop('SIGKILL');
    await standby.log('leading', ({ msg }) => msg === 'leading');
    await stack.kubectl(['patch', 'airepo', 'chat', '-n', NAMESPACE, '--type=merge', '-p', '{"spec":{"apiKeys":[{"name":"app","secretName":"chat-key"},{"name":"late","secretName":"late-key"}]}}']);
    const lateKey = await eventually('the late key', async () => (await stack.secret(NAMESPACE, 'late-key'))?.['OPENAI_API_KEY']);
    deliveredKeys.add(lateKey);
    for (const baseUrl of [gateway.baseUrl, second.baseUrl]) {
      await eventually('an answer to the late key', async () => ((await chatStatus(lateKey, baseUrl)).status === 200 ? true : undefined));
    }
    await load.more(20);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(await deliveredKey()).toBe(appKey);
    const epochAfter = Number(await stack.kubectl(['get', 'lease', 'flashback-operator', '-n', RELEASE, '-o', 'jsonpath={.spec.leaseTransitions}']));
    expect(epochAfter).toBe(epochBefore + 1);
    operator = standby;
  });

  test('no planted credential and no delivered key shows in logs, metrics, objects or events', async () => {
    const secrets = [FIRST_KEY, SECOND_KEY, THIRD_KEY, 'upstream-canary-wrong-000000', ...deliveredKeys];
    const places: Record<string, string> = {
      logs: stack.processes.flatMap(({ output }) => output).join('\n'),
      'gateway metrics': await readMetrics(gateway.metricsUrl),
      'operator metrics': await readMetrics(operator.metricsUrl),
      objects: await stack.kubectl(['get', 'llm,airepo,aip', '-A', '-o', 'json']),
      events: await stack.kubectl(['get', 'events.events.k8s.io', '-A', '-o', 'json']),
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(100);
      for (const secret of secrets) expect(text.includes(secret), `${secret.slice(0, 20)}… in ${place}`).toBe(false);
    }
  });

  test('a stream under way is finished after SIGTERM, and the process ends with 0', async () => {
    const secret = await stack.secret('quickstart', 'assistant-app');
    const stream = await sdk(gateway.baseUrl, secret!['OPENAI_API_KEY']!).chat.completions.create({
      model: 'demo-chat',
      stream: true,
      messages: [{ role: 'user', content: 'Tell me something.' }],
    });
    let finish: string | null | undefined;
    let exited: Promise<number | null> | undefined;
    for await (const chunk of stream) {
      exited ??= gateway.stop('SIGTERM');
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    expect(finish).toBe('stop');
    expect(await exited).toBe(0);
  });
});
