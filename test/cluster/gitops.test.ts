// What deployment tools see: health scripts for Argo CD, expressions for Flux, kstatus of objects as a real operator leaves them,
// and that the operator changes nothing that stands in Git.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Environment } from '@marcbachmann/cel-js';
import { load, loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startDemoProvider, type DemoProvider } from '../../src/demo/provider.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { findGitOps } from './harness/assets.ts';
import { run } from './harness/command.ts';
import { judgeStatuses, type Judged } from './stack/deployment-tools.ts';
import { eventually, Stack } from './stack/stack.ts';

const ROOT = 'config/argocd';
const FLUX = 'config/samples/gitops/flux/flux.yaml';
const KINDS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

interface HealthCase {
  healthStatus: { status: string; message: string };
  inputPath: string;
}

interface Resource {
  kind: string;
  metadata: { name: string; namespace: string; generation: number };
  spec: { suspend?: boolean };
  status: { observedGeneration: number; conditions?: { type: string; status: string; reason: string }[] };
}

interface HealthCheck {
  kind: string;
  inProgress: string;
  failed: string;
  current: string;
}

const scriptOf = (kind: string): string => readFileSync(join(ROOT, kind, 'health.lua'), 'utf8');
const casesOf = (kind: string): HealthCase[] => (load(readFileSync(join(ROOT, kind, 'health_test.yaml'), 'utf8')) as { tests: HealthCase[] }).tests;
const inputOf = (kind: string, { inputPath }: HealthCase): Resource => load(readFileSync(join(ROOT, kind, inputPath), 'utf8')) as Resource;

const checks = (loadAll(readFileSync(FLUX, 'utf8')) as { spec?: { healthCheckExprs?: HealthCheck[] } }[]).flatMap(({ spec }) => spec?.healthCheckExprs ?? []);

/** As Flux does: in progress goes before failed, and failed before current. */
function fluxStatus(resource: Resource): string {
  const check = checks.find(({ kind }) => kind === resource.kind)!;
  const environment = new Environment({ unlistedVariablesAreDyn: true });
  const holds = (expression: string): boolean => environment.evaluate(expression, { conditions: [], ...resource }) === true;
  if (holds(check.inProgress)) return 'InProgress';
  if (holds(check.failed)) return 'Failed';
  return holds(check.current) ? 'Current' : 'InProgress';
}

/** What the others say where Argo CD says this. */
const KSTATUS: Record<string, string> = { Healthy: 'Current', Degraded: 'Failed', Progressing: 'InProgress', Suspended: 'InProgress' };

let program: string;
beforeAll(async () => {
  program = await findGitOps();
});

describe.each(KINDS)('health of %s', (kind) => {
  it.each(casesOf(kind))('is $healthStatus.status for $inputPath', async (one) => {
    const object = inputOf(kind, one);
    const [argo, kstatus] = (await judgeStatuses(program, [{ object, lua: scriptOf(kind) }, { object }])) as [Judged, Judged];
    expect(argo).toEqual(one.healthStatus);
    expect(kstatus.error).toBeUndefined();
    expect(kstatus.status).toBe(one.inputPath.includes('deleted') ? 'Terminating' : KSTATUS[one.healthStatus.status]);
  });

  it.each(casesOf(kind).filter(({ inputPath }) => !inputPath.includes('deleted')))('is the same by the expressions for Flux: $inputPath', (one) => {
    const object = inputOf(kind, one);
    object.status.conditions ??= [];
    const expected = one.healthStatus.status === 'Suspended' ? 'Current' : KSTATUS[one.healthStatus.status];
    expect(fluxStatus(object)).toBe(expected);
  });
});

it('every kind with a status has its script and its expressions', () => {
  const kinds = ['AILLMConfig', 'AIPolicy', 'Repository'];
  expect(KINDS.toSorted()).toEqual(kinds);
  expect(checks.map(({ kind }) => kind).toSorted()).toEqual(kinds);
});

it('the ConfigMap for Argo CD holds the scripts as they are tested', () => {
  const { data } = load(readFileSync(join(ROOT, 'argocd-cm.yaml'), 'utf8')) as { data: Record<string, string> };
  expect(data).toEqual(Object.fromEntries(KINDS.map((kind) => [`resource.customizations.health.ai.flashback.tech_${kind}`, scriptOf(kind)])));
});

describe('objects on a real API server', () => {
  const directory = 'config/samples/quickstart';
  let stack: Stack;
  let demo: DemoProvider;
  let manifests: string;

  beforeAll(async () => {
    stack = await Stack.start(inject('kubectl'));
    demo = await startDemoProvider({ port: 0, host: '127.0.0.1' });
    const text = readdirSync(directory)
      .toSorted()
      .map((file) => readFileSync(join(directory, file), 'utf8'))
      .join('\n---\n');
    manifests = text.replace('http://demo-provider.flashback.svc:8080/v1', `${demo.url}/v1\n  endpointSecurity: AllowPlaintext`);
    await stack.startOperator();
    await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
    await stack.startGateway(0);
  });

  afterAll(async () => {
    await stack?.stop();
    await demo?.close();
  });

  const objects = async (): Promise<Resource[]> =>
    (JSON.parse(await stack.kubectl(['get', 'llm,aip,airepo', '-n', 'quickstart', '-o', 'json'])) as { items: Resource[] }).items;

  const apply = (...extra: string[]): Promise<string> => stack.kubectl(['apply', '--server-side', '--field-manager=argocd-controller', ...extra, '-f', '-'], manifests);

  it('are Current for kstatus, Healthy for Argo CD and current for Flux once they are Ready', async () => {
    await apply();
    await stack.kubectl(['wait', '--for=condition=Ready', 'llm/demo', 'airepo/assistant', 'aip/no-card-numbers', '-n', 'quickstart', '--timeout=30s']);
    const found = await objects();
    expect(found.map(({ kind }) => kind).toSorted()).toEqual(['AILLMConfig', 'AIPolicy', 'Repository']);
    const kstatus = await judgeStatuses(program, found.map((object) => ({ object })));
    const argo = await judgeStatuses(program, found.map((object) => ({ object, lua: scriptOf(object.kind) })));
    expect(kstatus.map(({ status }) => status)).toEqual(['Current', 'Current', 'Current']);
    expect(argo.map(({ status }) => status)).toEqual(['Healthy', 'Healthy', 'Healthy']);
    expect(found.map(fluxStatus)).toEqual(['Current', 'Current', 'Current']);
  });

  it('that have no status are Current as soon as they are there, with no script', async () => {
    const spec = { from: [{ kind: 'Repository', namespace: 'team-a' }], to: [{ kind: 'AILLMConfig', name: 'demo' }] };
    const manifest = { apiVersion: 'ai.flashback.tech/v1alpha1', kind: 'AIReferenceGrant', metadata: { name: 'lend', namespace: 'quickstart' }, spec };
    await stack.apply(JSON.stringify(manifest));
    const object = JSON.parse(await stack.kubectl(['get', 'aigrant', 'lend', '-n', 'quickstart', '-o', 'json'])) as Resource;
    const [kstatus] = await judgeStatuses(program, [{ object }]);
    expect(kstatus?.status).toBe('Current');
  });

  it('do not drift: what is applied again changes nothing, and the operator owns nothing but status', async () => {
    const versions = async (): Promise<string[]> =>
      (JSON.parse(await stack.kubectl(['get', 'llm,aip,airepo', '-n', 'quickstart', '-o', 'json', '--show-managed-fields'])) as { items: { metadata: { resourceVersion: string } }[] }).items.map(
        ({ metadata }) => metadata.resourceVersion,
      );
    const before = await versions();
    await apply('--dry-run=server');
    // Exits with 1 where there is a difference.
    await stack.kubectl(['diff', '--server-side', '--field-manager=argocd-controller', '-f', '-'], manifests);
    await apply();
    expect(await versions()).toEqual(before);
    const { items } = JSON.parse(await stack.kubectl(['get', 'llm,aip,airepo', '-n', 'quickstart', '-o', 'json', '--show-managed-fields'])) as {
      items: { metadata: { managedFields: { manager: string; fieldsV1: object }[] } }[];
    };
    for (const { metadata } of items) {
      const operators = metadata.managedFields.filter(({ manager }) => manager !== 'argocd-controller');
      expect(operators.map(({ fieldsV1 }) => Object.keys(fieldsV1))).toEqual([['f:status']]);
    }
  });

  it('the command of docs/gitops.md brings the scripts into the ConfigMap of Argo CD', async () => {
    await stack.kubectl(['create', 'namespace', 'argocd']);
    await stack.kubectl(['create', 'configmap', 'argocd-cm', '-n', 'argocd', '--from-literal=kept=kept']);
    const path = `${dirname(inject('kubectl'))}:${process.env['PATH']}`;
    for (const command of codeBlocks('docs/gitops.md', 'bash')) {
      await run('bash', ['-euo', 'pipefail', '-c', command], { env: { ...process.env, PATH: path, KUBECONFIG: stack.apiServer.kubeconfig } });
    }
    const { data } = JSON.parse(await stack.kubectl(['get', 'configmap', 'argocd-cm', '-n', 'argocd', '-o', 'json'])) as { data: Record<string, string> };
    expect(data['resource.customizations.health.ai.flashback.tech_Repository']).toBe(scriptOf('Repository'));
    expect(data['kept']).toBe('kept');
  });

  it('are Failed, not in progress for ever, when only a person can help', async () => {
    // A policy of an organization, in a namespace that is not its home.
    const spec = { scope: 'Organization', content: 'Do not share payment card numbers.', riskType: 'High', action: 'Alert' };
    await stack.apply(JSON.stringify({ apiVersion: 'ai.flashback.tech/v1alpha1', kind: 'AIPolicy', metadata: { name: 'everybody', namespace: 'quickstart' }, spec }));
    const policy = await eventually('the policy to be refused', async () =>
      (await objects()).find(({ metadata, status }) => metadata.name === 'everybody' && status.conditions?.some(({ type }) => type === 'Stalled')),
    );
    const [kstatus, argo] = await judgeStatuses(program, [{ object: policy }, { object: policy, lua: scriptOf('AIPolicy') }]);
    expect([kstatus?.status, argo?.status, fluxStatus(policy)]).toEqual(['Failed', 'Degraded', 'Failed']);
  });
});
