// The chart as Helm renders it.
import { spawn } from 'node:child_process';
import { dump, loadAll } from 'js-yaml';
import { CHART } from '../../hack/chart/generate.ts';
import { findTool } from '../../hack/tools.ts';
import { KUBERNETES_VERSION } from '../cluster/harness/sources.ts';

export const RELEASE = 'flashback';
export const NAMESPACE = 'flashback-system';

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  ports?: { name: string; containerPort: number }[];
  securityContext: Record<string, unknown>;
  resources: { requests?: object; limits?: object };
  livenessProbe?: { httpGet: { path: string; port: string } };
  readinessProbe?: { httpGet: { path: string; port: string } };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface PodSpec {
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext: Record<string, unknown>;
  containers: Container[];
  initContainers?: Container[];
  volumes?: ({ name: string } & Record<string, unknown>)[];
}

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  // Whatever the kind has; tests read what they assert on.
  spec: any;
  [field: string]: any;
}

/** Runs helm; resolves with its exit code and both outputs. */
export async function helm(args: readonly string[], input = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = await findTool('helm');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}

/** Every object that the values make; rejects with what helm said. */
export async function render(values: object, options: { release?: string; namespace?: string } = {}): Promise<Manifest[]> {
  const { release = RELEASE, namespace = NAMESPACE } = options;
  const args = ['template', release, CHART, '--namespace', namespace, '--kube-version', KUBERNETES_VERSION, '--values', '-'];
  const { code, stdout, stderr } = await helm(args, dump(values));
  if (code !== 0) throw new Error(stderr);
  return (loadAll(stdout) as (Manifest | null)[]).filter((manifest) => manifest !== null);
}

export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`the chart made no ${kind} ${name}`);
  return found;
}

/** Every pod that the objects make, by what makes it. */
export function podsOf(manifests: readonly Manifest[]): { of: string; labels: Record<string, string>; spec: PodSpec }[] {
  return manifests.flatMap(({ kind, metadata, spec }) => {
    if (kind === 'Pod') return [{ of: `${kind}/${metadata.name}`, labels: metadata.labels ?? {}, spec: spec as PodSpec }];
    if (kind !== 'Deployment') return [];
    const { template } = spec as { template: { metadata: { labels: Record<string, string> }; spec: PodSpec } };
    return [{ of: `${kind}/${metadata.name}`, labels: template.metadata.labels, spec: template.spec }];
  });
}

export function containersOf({ containers, initContainers = [] }: PodSpec): Container[] {
  return [...containers, ...initContainers];
}
