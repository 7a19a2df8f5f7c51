// config/demo: the provider and the application of the quick start in a cluster, with any registry and any user that a platform gives.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { kubectlFor, type Kubectl } from '../cluster/stack/kubectl.ts';
import { CHAT_ANSWER, json, startProvider } from '../fake/provider.ts';
import { containersOf, type Manifest, type PodSpec } from './render.ts';

const run = promisify(execFile);
const DEMO = 'config/demo';
const RESTRICTED = 'pod-security.kubernetes.io/enforce=restricted';

let kubectl: Kubectl;
beforeAll(() => {
  kubectl = kubectlFor(inject('kubectl'), inject('kubeconfig'));
});

async function manifestsOf(directory: string): Promise<Manifest[]> {
  return loadAll(await kubectl(['kustomize', directory])) as Manifest[];
}

function podSpecs(manifests: readonly Manifest[]): PodSpec[] {
  return manifests.flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template.spec as PodSpec]));
}

const imagesOf = (manifests: readonly Manifest[]) => podSpecs(manifests).flatMap((spec) => containersOf(spec).map(({ image }) => image));

describe('the demo', () => {
  test('is all of its files, with the image of this version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(new Set(imagesOf(await manifestsOf(DEMO)))).toEqual(new Set([`flashback-ai-gateway:${version}`]));
    expect((await manifestsOf(DEMO)).map(({ kind }) => kind).toSorted()).toEqual(['Deployment', 'Job', 'Namespace', 'Service']);
  });

  test('comes from another registry where a kustomization of a few lines says so, as docs/install.md has it', async () => {
    const [text = ''] = /^resources: \[\.\.\/config\/demo\]\n(?:.+\n)+(?=```)/m.exec(await readFile('docs/install.md', 'utf8')) ?? [];
    const directory = await mkdtemp(join(tmpdir(), 'flashback-demo-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, 'kustomization.yaml'), text.replace('../config/demo', relative(directory, DEMO)));
    expect(new Set(imagesOf(await manifestsOf(directory)))).toEqual(new Set(['registry.example.com/flashback-ai-gateway:0.1.0']));
  });

  test('runs as whatever user the platform gives, where the restricted pod security standard is enforced', async () => {
    await kubectl(['create', 'namespace', 'demo-users']);
    await kubectl(['label', 'namespace', 'demo-users', RESTRICTED]);
    const specs = podSpecs(await manifestsOf(DEMO));
    for (const [index, spec] of specs.entries()) {
      expect(JSON.stringify(spec)).not.toMatch(/runAs(User|Group)|fsGroup/);
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${index}`, namespace: 'demo-users' }, spec };
      await kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], JSON.stringify(pod));
    }
    expect(specs).toHaveLength(2);
    // The image says a number, so that the kubelet can tell that it is not root.
    expect(await readFile('Dockerfile', 'utf8')).toMatch(/^USER [1-9]\d*:\d+$/m);
  });
});

describe('the application', () => {
  async function ask(...answers: (readonly [number, unknown])[]): Promise<string> {
    const gateway = await startProvider();
    onTestFinished(() => gateway.close());
    let turn = 0;
    gateway.answer((response, call) => {
      const [status, body] = answers[Math.min(turn++, answers.length - 1)]!;
      json(status, body)(response, call);
    });
    const [, , , script = ''] = podSpecs(await manifestsOf(DEMO)).flatMap(({ containers }) => containers[0]!.command ?? []);
    const env = { PATH: process.env['PATH'], OPENAI_BASE_URL: gateway.url, OPENAI_API_KEY: 'sk-test' };
    return (await run(process.execPath, ['--input-type=module', '--eval', script], { env })).stdout;
  }

  test('prints the answer, and asks again while the gateway has yet to hear of its key', async () => {
    const unknown = [401, { error: { code: 'key_unknown' } }] as const;
    expect(await ask(unknown, [200, CHAT_ANSWER])).toBe(`${CHAT_ANSWER.choices[0]!.message.content}\n`);
  });
});
