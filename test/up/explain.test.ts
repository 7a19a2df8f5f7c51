// `flashback explain`: what it says of statuses, and of manifests that nobody serves.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainFiles, explainRepository } from '../../src/explain-command.ts';
import type { Read } from '../../src/explain-files.ts';
import { Harness } from '../reconcile/harness.ts';

async function harness(): Promise<Harness> {
  const made = new Harness({ defaultJudge: { llm: 'team/main', model: 'model-a' } });
  made.connection('main');
  made.repository('repo');
  made.store.label('home', { 'ai.flashback.tech/organization-home': 'true' });
  made.policy('no-advice', { scope: 'Organization', content: 'Never give legal advice.' }, 'home');
  made.policy('no-cards', { tests: [{ name: 'a greeting', phase: 'Request', input: 'Hello.', expect: 'Violate' }] });
  await made.start();
  made.engine.onCounts('pod', {
    policies: { 'team/no-cards': { evaluations: 12, violations: 2, alerted: 0, blocked: 2, failures: 1 } },
    process: { id: 'one', uptime: 1 },
  });
  await made.run(2_000);
  return made;
}

describe('a repository is explained', () => {
  it('with every policy that applies, its origin, what it does now, and why', async () => {
    const { store } = await harness();
    const text = await explainRepository({ namespace: 'team', name: 'repo' }, async (kind, key) => store.get(kind, key));
    expect(text).toMatch(/^Repository team\/repo: Ready \(Succeeded\)\n {3}surfaces +OpenAI\n {3}models +model-a \(main\), model-b \(main\)\n {3}keys +app \(OpenAI\)\n/);
    expect(text).toContain('1. home/no-advice (Organization): Alert now, although its action is Block\n');
    expect(text).toMatch(/judge +team\/main model-a\n/);
    expect(text).toMatch(/ready +False \(TestsMissing\): the policy only alerts until its tests pass/);
    expect(text).toContain('2. team/no-cards (Workspace): Block\n');
    expect(text).toMatch(/plan +Detectors look for payment card numbers\.\n {3}judge +not needed\n/);
    expect(text).toMatch(/tests +0 of 1 tests pass; failing: a greeting/);
    expect(text).toMatch(/counts +12 evaluated, 2 violated it, 2 blocked, 1 not evaluated since 2026-/);
  });

  it('although a policy of another namespace may not be read', async () => {
    const { store } = await harness();
    const read: Read = async (kind, key) => (key.namespace === 'home' ? undefined : store.get(kind, key));
    const text = await explainRepository({ namespace: 'team', name: 'repo' }, read);
    expect(text).toMatch(/1\. home\/no-advice \(Organization\).*\n.*may not be read from here\n/);
  });

  it('only if it is there', async () => {
    await expect(explainRepository({ namespace: 'team', name: 'none' }, async () => undefined)).rejects.toThrow('There is no Repository team/none');
  });
});

describe('manifests are explained', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'flashback-explain-test-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('as `up` would decide about them, with what is wrong in them', async () => {
    const manifests = `
apiVersion: v1
kind: Namespace
metadata: {name: home, labels: {ai.flashback.tech/organization-home: "true"}}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: AIPolicy
metadata: {name: no-cards, namespace: home}
spec: {scope: Organization, content: No card numbers., riskType: High, action: Block}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata: {name: chat, namespace: shop}
spec: {llms: [{name: absent}]}
`;
    await writeFile(join(directory, 'good.yaml'), manifests);
    await writeFile(join(directory, 'bad.yaml'), 'kind: Repositry\n');
    const warnings: string[] = [];
    const text = await explainFiles({ namespace: 'shop', name: 'chat' }, [directory], {}, (line) => warnings.push(line));
    expect(text).toContain('Repository shop/chat: not Ready (LLMNotFound)');
    expect(text).toContain('1. home/no-cards (Organization): Block\n');
    expect(text).not.toContain('counts');
    expect(warnings).toEqual([expect.stringContaining('did you mean Repository?')]);
  });

  it('only if there are any', async () => {
    await expect(explainFiles({ namespace: 'a', name: 'b' }, [join(directory, 'none')], {}, () => {})).rejects.toThrow('-f: ');
  });
});
