// Arguments of `flashback explain`: what excludes what, and who judges for files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainCommand, explainFiles, EXPLAIN_HELP } from '../src/explain-command.ts';
import { SettingsError } from '../src/settings.ts';

const MANIFESTS = `
apiVersion: ai.flashback.tech/v1alpha1
kind: AIPolicy
metadata: {name: no-legal-advice, namespace: shop}
spec: {scope: Workspace, content: Never give legal advice., riskType: High, action: Block, enforcement: Always}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: AILLMConfig
metadata: {name: demo, namespace: shop}
spec: {type: Other, endpoint: 'http://demo-provider.flashback.svc/v1', endpointSecurity: AllowPlaintext}
---
apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata: {name: chat, namespace: shop}
spec: {llms: [{name: demo}]}
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'explain-command-'));
  writeFileSync(join(directory, 'all.yaml'), MANIFESTS);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('wrong arguments', () => {
  const JUDGE = ['--default-judge-llm', 'shop/demo', '--default-judge-model', 'demo-chat'];
  it.each<[string[], Record<string, string>, string]>([
    [['-f', 'x', '--kubeconfig', 'y'], {}, '--kubeconfig names an API server and -f files'],
    [JUDGE, {}, 'belong to -f'],
    [['-f', 'x', ...JUDGE.slice(0, 2)], {}, 'belong together'],
    [['-f', 'x'], { FLASHBACK_DEFAULT_JUDGE_MODEL: 'demo-chat' }, 'belong together'],
  ])('%j are told in a sentence', async (args, env, message) => {
    const failure = await explainCommand(['repository', 'chat', ...args], env).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SettingsError);
    expect((failure as Error).message).toContain(message);
  });
  it('are explained by the help', () => {
    expect(EXPLAIN_HELP).toContain('--default-judge-model');
  });
});

describe('files', () => {
  const explained = (defaultJudge?: { llm: string; model: string }) =>
    explainFiles({ namespace: 'shop', name: 'chat' }, [directory], {}, () => {}, defaultJudge);
  it('are explained with the judge for all policies, as up has it', async () => {
    expect(await explained()).toContain('the rule needs a judge, and none is configured');
    expect(await explained({ llm: 'shop/demo', model: 'demo-chat' })).not.toContain('none is configured');
  });
});
