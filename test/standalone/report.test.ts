import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { KEY_VARIABLES, type AnyResource, type Repository } from '../../src/api/resources.ts';
import { startDemoProvider } from '../../src/demo/provider.ts';
import { snippets } from '../../src/standalone/examples.ts';
import { describeStatus, startReport, type ReportInput } from '../../src/standalone/report.ts';

const run = promisify(execFile);

type Condition = NonNullable<NonNullable<Repository['status']>['conditions']>[number];

function ready(status: 'True' | 'False', reason: string, message: string): { conditions: Condition[] } {
  return { conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' }] };
}

function aRepository(overrides: Partial<Repository> = {}): Repository {
  return {
    apiVersion: 'ai.flashback.tech/v1alpha1',
    kind: 'Repository',
    metadata: { namespace: 'quickstart', name: 'assistant', uid: 'u', generation: 1 },
    spec: { llms: [{ name: 'demo' }], apiKeys: [{ name: 'app' }] },
    status: {
      ...ready('True', 'Succeeded', 'all is in force'),
      models: [
        { name: 'demo-embedding', llm: 'demo' },
        { name: 'demo-chat', llm: 'demo' },
      ],
    },
    ...overrides,
  };
}

const PATH = '.flashback/keys/quickstart.assistant.app.env';
const KEY = { repository: { namespace: 'quickstart', name: 'assistant' }, name: 'app', path: PATH };

function aReport(overrides: Partial<ReportInput> = {}): string {
  return startReport({
    resources: [aRepository()],
    baseUrl: 'http://127.0.0.1:8080/v1',
    metricsUrl: 'http://127.0.0.1:9090/metrics',
    keys: [KEY],
    ...overrides,
  });
}

/** The snippets: what stands between a `set -a` line and the next empty line. */
function snippetsOf(report: string): string[] {
  return report.match(/^set -a;[^]*?(?=\n\n)/gm) ?? [];
}

describe('the report', () => {
  it('aligns the resources in a table', () => {
    const llm: AnyResource = {
      apiVersion: 'ai.flashback.tech/v1alpha1',
      kind: 'AILLMConfig',
      metadata: { namespace: 'quickstart', name: 'demo', uid: 'u', generation: 1 },
      spec: { type: 'OpenAI' },
      status: ready('False', 'CredentialsInvalid', 'the provider refused\nthe credential'),
    };
    expect(aReport({ resources: [llm, aRepository()] }).split('\n').slice(0, 3)).toEqual([
      'KIND         NAMESPACE/NAME        READY  REASON              MESSAGE',
      'AILLMConfig  quickstart/demo       False  CredentialsInvalid  the provider refused the credential',
      'Repository   quickstart/assistant  True   Succeeded           all is in force',
    ]);
  });

  it('cuts messages to the width of the terminal, and only then', () => {
    const message = 'word '.repeat(100).trim();
    const resources = [aRepository({ status: ready('False', 'LLMNotReady', message) })];
    expect(aReport({ resources, columns: 120 }).split('\n')[1]).toHaveLength(120);
    expect(aReport({ resources })).toContain(message);
  });

  it('says where everything is', () => {
    const report = aReport({ demo: { url: 'http://127.0.0.1:4010', host: 'demo-provider.flashback.svc' } });
    expect(report).toContain('http://127.0.0.1:8080/v1\n');
    expect(report).toContain('http://127.0.0.1:9090/metrics\n');
    expect(report).toContain('demo provider on http://127.0.0.1:4010 stands in for demo-provider.flashback.svc');
    expect(report).toContain('.flashback/keys/quickstart.assistant.app.env\n');
    expect(aReport()).not.toContain('demo provider');
    const platform = { url: 'http://127.0.0.1:8090', token: 'made-up', tokenPath: '.flashback/platform-token' };
    expect(aReport({ platform })).toContain('http://127.0.0.1:8090; send the token made-up (kept in .flashback/platform-token)\n');
  });

  it('names a model that the repository offers, and a chat model where it can', () => {
    expect(aReport()).toContain('"model":"demo-chat"');
  });

  it.each([
    ['it is not ready', { status: ready('False', 'LLMNotReady', 'x') }],
    ['no model is known', { status: ready('True', 'Succeeded', 'x') }],
  ])('shows no example that could not work: %s', (_case, overrides) => {
    const report = aReport({ resources: [aRepository(overrides)] });
    expect(report).not.toContain('curl');
    expect(report).toContain('No Repository with a key is ready yet');
  });

  it('shows no example with a model whose connection is not in use yet', () => {
    const llm: AnyResource = {
      apiVersion: 'ai.flashback.tech/v1alpha1',
      kind: 'AILLMConfig',
      metadata: { namespace: 'quickstart', name: 'demo', uid: 'u', generation: 1 },
      spec: { type: 'OpenAI' },
      status: ready('False', 'PushPending', 'x'),
    };
    expect(aReport({ resources: [llm, aRepository()] })).not.toContain('curl');
    expect(aReport({ resources: [{ ...llm, status: ready('True', 'Succeeded', 'x') }, aRepository()] })).toContain('curl');
  });

  it.each([
    ['OpenAI', 'Bearer $OPENAI_API_KEY', 'new OpenAI()'],
    ['Anthropic', 'x-api-key: $ANTHROPIC_API_KEY', 'new Anthropic()'],
    ['Google', 'x-goog-api-key: $GEMINI_API_KEY', 'new GoogleGenAI({})'],
  ] as const)('shows a key of type %s as the clients of that vendor use it', (type, header, client) => {
    const report = aReport({ resources: [aRepository({ spec: { llms: [], surfaces: [type], apiKeys: [{ name: 'app', type }] } })] });
    expect(report).toContain(header);
    expect(report).toContain(client);
  });

  it('shows the first key that opens a surface of its Repository', () => {
    const apiKeys: Repository['spec']['apiKeys'] = [{ name: 'claude', type: 'Anthropic' }, { name: 'app' }];
    const resources = [aRepository({ spec: { llms: [], surfaces: ['OpenAI'], apiKeys } })];
    const claude = { ...KEY, name: 'claude', path: 'k/claude.env' };
    expect(aReport({ resources, keys: [claude] })).not.toContain('curl');
    expect(aReport({ resources, keys: [claude, KEY] })).toContain(`. ${PATH};`);
  });

  it('copes with nothing at all', () => {
    expect(aReport({ resources: [], keys: [] })).toContain('There are no resources yet.');
  });
});

/** Answers as every vendor would, with what was asked. */
const ANSWER = {
  choices: [{ message: { content: 'You said: Hello!' } }],
  content: [{ type: 'text', text: 'You said: Hello!' }],
  candidates: [{ content: { parts: [{ text: 'You said: Hello!' }] } }],
};

/** A model name that a shell must not look into. */
const HOSTILE = "org/it's-$(exit 3)`exit 3`";
const HELLO = [{ role: 'user', content: 'Hello!' }];

describe('the snippets of the report', () => {
  it('work as they are pasted', async () => {
    const demo = await startDemoProvider({ port: 0, host: '127.0.0.1', delayMs: 0 });
    const directory = await mkdtemp(join(tmpdir(), "flashback it's-"));
    const path = join(directory, 'key.env');
    await writeFile(path, `OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL=${demo.url}/v1\n`);
    const pasted = snippetsOf(aReport({ keys: [{ ...KEY, path }] }));
    expect(pasted).toHaveLength(2);
    const { NODE_OPTIONS: _, ...env } = process.env;
    for (const snippet of pasted) {
      const { stdout } = await run('bash', ['-c', snippet], { env });
      expect(stdout).toContain('You said: Hello!');
    }
    await demo.close();
    await rm(directory, { recursive: true });
  });

  it.each([
    { type: 'OpenAI', path: '/chat/completions', sent: { authorization: 'Bearer sk-x' }, body: { model: HOSTILE, messages: HELLO } },
    { type: 'Anthropic', path: '/v1/messages', sent: { 'x-api-key': 'sk-x', 'anthropic-version': '2023-06-01' }, body: { model: HOSTILE, max_tokens: 1024, messages: HELLO } },
    { type: 'Google', path: `/v1beta/models/org/${encodeURIComponent(HOSTILE.slice(4))}:generateContent`, sent: { 'x-goog-api-key': 'sk-x' }, body: { contents: [{ role: 'user', parts: [{ text: 'Hello!' }] }] } },
  ] as const)('of a key of type $type send it where the SDKs do, whatever the model is called', async ({ type, path, sent, body: wanted }) => {
    const requests: { url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        requests.push({ url: request.url, headers: request.headers, body });
        response.end(JSON.stringify(ANSWER));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const directory = await mkdtemp(join(tmpdir(), 'flashback-'));
    const file = join(directory, 'key.env');
    const { key, baseUrl } = KEY_VARIABLES[type];
    await writeFile(file, `${key}=sk-x\n${baseUrl}=http://127.0.0.1:${port}\n`);
    const [curl, script] = snippets({ type, path: file, model: HOSTILE }).join('\n').match(/^set -a;[^]*?(?=\n\n|$(?![^]))/gm) ?? [];
    const { stdout } = await run('bash', ['-c', curl!]);
    expect(stdout).toContain('You said: Hello!');
    expect(requests).toMatchObject([{ url: path, headers: { ...sent, 'content-type': 'application/json' } }]);
    expect(JSON.parse(requests[0]!.body)).toEqual(wanted);
    await run('bash', ['-n', '-c', script!]);
    server.close();
    await rm(directory, { recursive: true });
  });
});

describe('a line about a status', () => {
  it.each([
    [aRepository(), 'Repository quickstart/assistant: Ready (Succeeded)'],
    [aRepository({ status: ready('False', 'LLMNotFound', 'gone') }), 'Repository quickstart/assistant: not Ready (LLMNotFound): gone'],
    [aRepository({ status: {} }), 'Repository quickstart/assistant: not Ready (-): not looked at yet'],
    [
      { ...aRepository(), kind: 'AIPolicy', status: ready('True', 'Succeeded', 'violations are alerted') } as unknown as AnyResource,
      'AIPolicy quickstart/assistant: Ready (Succeeded): violations are alerted',
    ],
  ])('case %#', (resource, line) => {
    expect(describeStatus(resource)).toBe(line);
  });
});
