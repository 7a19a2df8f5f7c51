// Checks of the cluster itself: the version of its API server, and whether its kinds are those of this version. Pure.
import { isDeepStrictEqual } from 'node:util';
import { judge, type Fact, type Finding } from './finding.ts';

/** Rules in CEL are final since then, and the CRDs have them. */
const OLDEST = { major: 1, minor: 29 };

/** `gitVersion` as /version says it: `v1.36.3`, `v1.31.2-eks-1234`. */
export function checkServer(gitVersion: Fact<string>): Finding {
  const check = 'api-server';
  // Without an answer nothing works: this one fails where the others do not know.
  if ('problem' in gitVersion)
    return { check, status: 'fail', message: gitVersion.message, fix: 'name a cluster that answers, with --kubeconfig or KUBECONFIG' };
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(gitVersion.value) ?? [];
  const needed = `${OLDEST.major}.${OLDEST.minor} or later is needed`;
  if (major === undefined) return { check, status: 'unknown', message: `the API server calls itself ${gitVersion.value}; ${needed}` };
  const isNewEnough = Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor);
  if (isNewEnough) return { check, status: 'ok', message: `the API server is ${gitVersion.value}; ${needed}` };
  return { check, status: 'fail', message: `the API server is ${gitVersion.value}; ${needed}`, fix: 'upgrade the cluster' };
}

interface CrdVersion {
  name?: string;
  schema?: unknown;
  [field: string]: unknown;
}

/** The part of a CustomResourceDefinition that matters here. */
export interface Crd {
  metadata: { name: string };
  spec: { versions: CrdVersion[]; [field: string]: unknown };
}

/** Whether everything in `wanted` is in `actual`: the API server adds defaults, and takes nothing away. */
function contains(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return Array.isArray(actual) && actual.length === wanted.length && wanted.every((item, index) => contains(actual[index], item));
  if (typeof wanted !== 'object' || wanted === null) return isDeepStrictEqual(actual, wanted);
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([name, value]) => contains((actual as Record<string, unknown>)[name], value));
}

/** Schemas are equal to the letter: a field more or less is another API. */
function sameCrd(actual: Crd, wanted: Crd): boolean {
  const schemas = ({ spec }: Crd): unknown[] => spec.versions.map(({ schema }) => schema);
  return contains(actual.spec, wanted.spec) && isDeepStrictEqual(schemas(actual), schemas(wanted));
}

/** `installed`: by name, as far as they are there. */
export function checkKinds(wanted: readonly Crd[], installed: Fact<ReadonlyMap<string, Crd>>): Finding {
  const upgrade = 'helm upgrade to the chart of this version, with crds.enabled=true';
  // Fields of a chart's release belong to the manager helm; without the flag the apply is a conflict.
  const apply = `${upgrade}; without Helm kubectl apply --server-side --force-conflicts -f crds/ of this version`;
  return judge('kinds', installed, (found) => {
    const missing = wanted.filter(({ metadata }) => !found.has(metadata.name)).map(({ metadata }) => metadata.name);
    if (missing.length > 0) return { status: 'fail', message: `not installed: ${missing.join(', ')}`, fix: apply };
    const differing = wanted.filter((crd) => !sameCrd(found.get(crd.metadata.name)!, crd)).map(({ metadata }) => metadata.name);
    if (differing.length > 0)
      return { status: 'fail', message: `installed in another form than this version brings: ${differing.join(', ')}`, fix: apply };
    return { status: 'ok', message: `${wanted.map(({ metadata }) => metadata.name).join(', ')} are installed as this version brings them` };
  });
}
