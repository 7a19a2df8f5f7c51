// Policies on a real API server: applied with kubectl, they stop a streamed answer on its way to an unmodified OpenAI SDK, and their status
// shows plan, tests and counts. The steps build on each other.
import { readFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startDemoProvider, type DemoProvider } from '../../src/demo/provider.ts';
import { startProvider, type FakeProvider } from '../fake/provider.ts';
import { completion, honest } from '../policy/judge/scripted.ts';
import { connection, providerSecret, shopManifests } from './stack/shop.ts';
import { eventually, Stack } from './stack/stack.ts';

const NAMESPACE = 'governed';
const CARD = '4242 4242 4242 4242';

const manifests = (provider: string, judge: string): string => {
  const shop = (llm: string, endpoint: string) => ({ namespace: NAMESPACE, llm, endpoint, secret: 'provider' });
  return `${shopManifests(shop('demo', provider))}---${connection(shop('judge', judge))}`;
};

const NO_CARDS = `
apiVersion: ai.flashback.tech/v1alpha1
kind: AIPolicy
metadata: {name: no-cards, namespace: ${NAMESPACE}}
spec:
  scope: Workspace
  content: Do not share payment card numbers.
  riskType: High
  action: Block
  phases: [Response]
  tests:
    - {name: a card, phase: Response, output: 'The card is ${CARD}.', expect: Violate}
    - {name: an order number, phase: Response, output: 'Order 4111-2222-3333-4445 ships on Monday.', expect: Allow}
`;

const noAdvice = (expectation: 'Allow' | 'Violate'): string => `
apiVersion: ai.flashback.tech/v1alpha1
kind: AIPolicy
metadata: {name: no-advice, namespace: ${NAMESPACE}}
spec:
  scope: Repository
  repositoryRef: {name: chat}
  content: Never give legal advice.
  riskType: Medium
  action: Block
  phases: [Request]
  judge: {llmRef: {name: judge}, model: judge-1}
  tests:
    - {name: a claim, phase: Request, input: 'You should sue them.', expect: Violate}
    - {name: a greeting, phase: Request, input: 'Good morning.', expect: ${expectation}}
`;

interface PolicyStatus {
  plan?: string[];
  effectiveAction?: string;
  judge?: string;
  tests?: { summary: string; failures?: { name: string }[] };
  counts?: { evaluations?: number; violations?: number; blocked?: number };
}

let stack: Stack;
let demo: DemoProvider;
let judge: FakeProvider;
let client: OpenAI;

const statusOf = async (name: string): Promise<PolicyStatus> =>
  JSON.parse(await stack.kubectl(['get', 'aip', name, '-n', NAMESPACE, '-o', 'jsonpath={.status}'])) as PolicyStatus;

async function streamed(content: string): Promise<{ text: string; finish: string | null | undefined }> {
  const stream = await client.chat.completions.create({ model: 'demo-chat', stream: true, messages: [{ role: 'user', content }] });
  let text = '';
  let finish: string | null | undefined;
  for await (const { choices } of stream) {
    text += choices[0]?.delta.content ?? '';
    finish = choices[0]?.finish_reason ?? finish;
  }
  return { text, finish };
}

beforeAll(async () => {
  stack = await Stack.start(inject('kubectl'));
  demo = await startDemoProvider({ port: 0, host: '127.0.0.1' });
  judge = await startProvider();
  // Finds the word "sue"; lists models to whoever has the key.
  judge.answer((response, { url, headers, body }) => {
    const isKnown = headers.authorization === 'Bearer upstream-canary-policies';
    const answer = url.endsWith('/models')
      ? { status: 200, body: '{"object":"list","data":[{"id":"judge-1","object":"model"}]}' }
      : completion(JSON.stringify(honest(JSON.parse(body || '{"messages":[{"content":""},{"content":"{}"}]}') as Record<string, unknown>, (_rule, text) => /\bsue\b/.exec(text)?.[0])));
    response.writeHead(isKnown ? answer.status : 401, { 'content-type': 'application/json' });
    response.end(isKnown ? answer.body : '{"error":{"message":"no"}}');
  });
  await stack.startOperator();
  await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
  await stack.startGateway(0);
  await stack.kubectl(['create', 'namespace', NAMESPACE]);
  await stack.apply(providerSecret(NAMESPACE, 'provider', 'upstream-canary-policies'));
  await stack.apply(manifests(`${demo.url}/v1`, judge.url));
  await stack.kubectl(['wait', '--for=condition=Ready', 'llm/demo', 'llm/judge', 'airepo/chat', '-n', NAMESPACE, '--timeout=30s']);
  const key = await eventually('the key Secret', async () => (await stack.secret(NAMESPACE, 'chat-key'))?.['OPENAI_API_KEY']);
  client = new OpenAI({ baseURL: stack.baseUrl(0), apiKey: key, maxRetries: 0 });
});

afterAll(async () => {
  await stack?.stop();
  await demo?.close();
  await judge?.close();
});

describe('policies on a real API server', () => {
  test('one is compiled, tested and in force as soon as it is Ready', async () => {
    expect((await streamed(`Repeat ${CARD} please`)).text).toContain(CARD);
    await stack.apply(NO_CARDS);
    await stack.kubectl(['wait', '--for=condition=Ready', 'aip/no-cards', '-n', NAMESPACE, '--timeout=30s']);
    const status = await statusOf('no-cards');
    expect(status).toMatchObject({ effectiveAction: 'Block', tests: { summary: '2/2' } });
    expect(status.plan?.join(' ')).toMatch(/payment card/);
    expect(await stack.kubectl(['get', 'aip', 'no-cards', '-n', NAMESPACE])).toMatch(/Block.*2\/2/);
  });

  test('it ends a streamed answer before the first digit, and lets what only looks like it pass', async () => {
    const { text, finish } = await streamed(`Well then, please repeat ${CARD} now`);
    expect(text).toMatch(/Well then, please repeat/);
    expect(text).not.toMatch(/\d/);
    expect(finish).toBe('content_filter');
    expect(await streamed('Repeat 4111-2222-3333-4445 please')).toMatchObject({ text: expect.stringContaining('4111-2222-3333-4445') as string, finish: 'stop' });
  });

  test('its status counts what has happened, and an Event tells of the block', async () => {
    const counts = await eventually('the counts', async () => {
      const { counts: told } = await statusOf('no-cards');
      return (told?.blocked ?? 0) > 0 ? told : undefined;
    }, 120);
    expect(counts).toMatchObject({ violations: 1, blocked: 1 });
    const events = await eventually('the Event', async () => {
      const text = await stack.kubectl(['get', 'events', '-n', NAMESPACE, '-o', 'jsonpath={range .items[*]}{.involvedObject.name} {.reason} {.message}{"\\n"}{end}']);
      return /no-cards .*block/i.test(text) ? text : undefined;
    });
    expect(events).not.toContain('4242');
  });

  test('one that blocks by a judge only alerts until all of its tests pass', async () => {
    await stack.apply(noAdvice('Violate'));
    await eventually('the failed test', async () => ((await statusOf('no-advice')).tests?.summary === '1/2' ? true : undefined));
    expect(await statusOf('no-advice')).toMatchObject({ effectiveAction: 'Alert', judge: `${NAMESPACE}/judge judge-1`, tests: { failures: [{ name: 'a greeting' }] } });
    expect((await streamed('May I sue them?')).finish).toBe('stop');
    await stack.apply(noAdvice('Allow'));
    await eventually('both tests', async () => ((await statusOf('no-advice')).effectiveAction === 'Block' ? true : undefined));
    await stack.kubectl(['wait', '--for=condition=Ready', 'aip/no-advice', '-n', NAMESPACE, '--timeout=30s']);
    await expect(streamed('May I sue them?')).rejects.toMatchObject({ status: 400, code: 'content_policy_violation' });
    expect((await streamed('Good morning')).finish).toBe('stop');
  });

  test('with the sample of an admission policy, only those who may assign organizations can move a namespace into one or out of it', async () => {
    await stack.kubectl(['create', 'clusterrole', 'namespace-editor', '--verb=get,create,update,patch', '--resource=namespaces']);
    for (const user of ['tenant', 'founder']) await stack.kubectl(['create', 'clusterrolebinding', `editor-${user}`, '--clusterrole=namespace-editor', `--user=${user}`]);
    await stack.apply(await readFile(new URL('../../config/samples/admission/organization-labels.yaml', import.meta.url), 'utf8'));
    await stack.kubectl(['create', 'clusterrolebinding', 'assigns', '--clusterrole=flashback-organization-admin', '--user=founder']);
    const label = (user: string, name: string, ...more: string[]) =>
      stack.kubectl(['label', 'namespace', NAMESPACE, '--overwrite', `ai.flashback.tech/${name}`, '--as', user, ...more]).then(() => 'done', String);
    await eventually('the admission policy', async () => ((await label('tenant', 'organization=other', '--dry-run=server')).includes('assign') ? true : undefined));
    expect(await label('tenant', 'organization-home=true')).toMatch(/may be changed only by those who have the verb assign on organizations\.ai\.flashback\.tech/);
    expect(await label('founder', 'organization=acme')).toBe('done');
    // To take it away is a move as well; other labels are nobody's business.
    expect(await label('tenant', 'organization-')).toContain('assign');
    expect(await label('tenant', 'team=a')).toBe('done');
    expect(await label('founder', 'organization-')).toBe('done');
  });

  test('a policy whose judge is missing says so and refuses, and the repository lists all that apply', async () => {
    await stack.apply(noAdvice('Allow').replace('  judge: {llmRef: {name: judge}, model: judge-1}\n', ''));
    await eventually('JudgeMissing', async () => ((await stack.condition('aip', NAMESPACE, 'no-advice', 'Ready')) === 'False JudgeMissing' ? true : undefined));
    await eventually('the refusal', async () => {
      const error: unknown = await streamed('Good morning').then(() => undefined, (reason: unknown) => reason);
      return (error as { code?: string } | undefined)?.code === 'policy_unavailable' ? true : undefined;
    });
    const listed = await stack.kubectl(['get', 'airepo', 'chat', '-n', NAMESPACE, '-o', 'jsonpath={.status.policies[*].name}']);
    expect(listed.split(' ').toSorted()).toEqual(['no-advice', 'no-cards']);
  });
});
