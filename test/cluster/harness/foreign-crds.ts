// The schemas of kinds that other operators bring, as those publish them: from Go modules at pinned versions and hashes, kept in Go's own
// cache. Nothing of them is in this repository.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';

interface Source {
  /** Path of a Go module; its archive has the whole repository. */
  module: string;
  version: string;
  /** As in go.sum. */
  sum: string;
  folder: string;
  files: readonly string[];
}

const FLUX = 'config/crd/bases';

/** Newest versions whose modules Go 1.26 takes. */
export const FOREIGN_CRDS: readonly Source[] = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    folder: 'example/prometheus-operator-crd',
    files: ['monitoring.coreos.com_servicemonitors.yaml', 'monitoring.coreos.com_prometheusrules.yaml'],
  },
  {
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.5.1',
    sum: 'h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=',
    folder: 'config/crd/standard',
    files: ['gateway.networking.k8s.io_httproutes.yaml'],
  },
  {
    module: 'github.com/cert-manager/cert-manager',
    version: 'v1.21.2',
    sum: 'h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=',
    folder: 'deploy/crds',
    files: ['cert-manager.io_certificates.yaml'],
  },
  {
    module: 'github.com/argoproj/argo-cd/v3',
    version: 'v3.5.7',
    sum: 'h1:Xm1BF+I5OgDKUG3SDK49vn2/Y5AMyaNVko+/JT08gj0=',
    folder: 'manifests/crds',
    files: ['application-crd.yaml'],
  },
  {
    module: 'github.com/fluxcd/source-controller',
    version: 'v1.8.5',
    sum: 'h1:3zKSTGc2FPoZcQ5BjnyOrwdHDWeYqst3uAoZ+c0DG3c=',
    folder: FLUX,
    files: ['source.toolkit.fluxcd.io_gitrepositories.yaml'],
  },
  {
    module: 'github.com/fluxcd/kustomize-controller',
    version: 'v1.7.3',
    sum: 'h1:SzNnGn/4ObAPEHHleM5U7y/AKxKXph3Vj6ZhteeXw8M=',
    folder: FLUX,
    files: ['kustomize.toolkit.fluxcd.io_kustomizations.yaml'],
  },
  {
    module: 'github.com/fluxcd/helm-controller',
    version: 'v1.4.0',
    sum: 'h1:rkm8rmB6Na7eNc4pJOnvtXEaJ19iKluRtayHKjBxcUM=',
    folder: FLUX,
    files: ['helm.toolkit.fluxcd.io_helmreleases.yaml'],
  },
  {
    module: 'github.com/external-secrets/external-secrets',
    version: 'v1.3.2',
    sum: 'h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=',
    folder: 'config/crds/bases',
    files: ['external-secrets.io_externalsecrets.yaml'],
  },
  {
    module: 'github.com/bitnami-labs/sealed-secrets',
    version: 'v0.40.0',
    sum: 'h1:rvCP35JL8ZV5LNA2SrwNR6iLyoM3ulrSFWN0lBtYEYI=',
    folder: 'helm/sealed-secrets/crds',
    files: ['bitnami.com_sealedsecrets.yaml'],
  },
];

async function fetched({ module, version, sum, folder, files }: Source): Promise<string[]> {
  // Outside of a module: what is asked for is one archive, and no graph of dependencies.
  const said = await run('go', ['mod', 'download', '-json', `${module}@${version}`], { cwd: tmpdir() }).catch((error: unknown) => {
    const remedy = 'install Go 1.26 or later (https://go.dev/dl), and let it reach a module proxy (GOPROXY)';
    throw new Error(`The tests of kinds of other operators need the module ${module}: ${remedy} (${String(error)}).`, { cause: error });
  });
  const { Dir: directory, Sum: found } = JSON.parse(said) as { Dir: string; Sum: string };
  if (found !== sum) throw new Error(`${module}@${version} is ${found}, not ${sum} as test/cluster/harness/foreign-crds.ts has it`);
  return files.map((file) => join(directory, folder, file));
}

/** Paths of all CRDs. Rejects with one sentence that says what is missing. */
export async function findForeignCrds(): Promise<string[]> {
  const found: string[] = [];
  // One after the other: each unpacks a whole repository the first time.
  for (const source of FOREIGN_CRDS) found.push(...(await fetched(source)));
  return found;
}
