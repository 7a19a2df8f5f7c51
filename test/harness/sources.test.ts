import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { firstThatWorks } from '../cluster/harness/assets.ts';
import {
  binarySources,
  cacheDirectory,
  clusterSources,
  ETCD_VERSION,
  KUBERNETES_VERSION,
  type Machine,
  type Source,
} from '../cluster/harness/sources.ts';

function aMachine(env: Machine['env'] = {}): Machine {
  return { env, home: '/home/dev', os: 'linux', arch: 'x64' };
}

const kinds = (sources: readonly Source[]) => sources.map((source) => (source.kind === 'directory' ? source.named : source.kind));

describe('the sources of an API server', () => {
  it('are the cache, a download and a build, where the environment says nothing', () => {
    expect(kinds(clusterSources(aMachine()))).toEqual(['the cache', 'download', 'build']);
  });

  it('begin with KUBEBUILDER_ASSETS where it is set', () => {
    expect(kinds(clusterSources(aMachine({ KUBEBUILDER_ASSETS: '/opt/assets' })))).toEqual([
      'KUBEBUILDER_ASSETS',
      'the cache',
      'download',
      'build',
    ]);
  });

  it('are only KUBECONFIG_TEST where it is set, whatever else there is', () => {
    const machine = aMachine({ KUBECONFIG_TEST: '/tmp/kubeconfig', KUBEBUILDER_ASSETS: '/opt/assets' });
    expect(clusterSources(machine)).toEqual([{ kind: 'cluster', kubeconfig: '/tmp/kubeconfig' }]);
  });

  it('leave KUBECONFIG_TEST out for suites that stop an API server', () => {
    expect(kinds(binarySources(aMachine({ KUBECONFIG_TEST: '/tmp/kubeconfig' })))).toEqual(['the cache', 'download', 'build']);
  });

  it('take an empty variable for one that is not set', () => {
    expect(kinds(clusterSources(aMachine({ KUBECONFIG_TEST: '', KUBEBUILDER_ASSETS: '', XDG_CACHE_HOME: '' })))).toEqual([
      'the cache',
      'download',
      'build',
    ]);
  });

  it('name the platform as the archives do', () => {
    const platformOf = (machine: Machine) => binarySources(machine).find(({ kind }) => kind === 'download');
    expect(platformOf(aMachine())).toMatchObject({ platform: 'linux-amd64' });
    expect(platformOf({ ...aMachine(), os: 'darwin', arch: 'arm64' })).toMatchObject({ platform: 'darwin-arm64' });
  });
});

describe('the cache', () => {
  it('is below XDG_CACHE_HOME, or below the home directory', () => {
    expect(cacheDirectory(aMachine({ XDG_CACHE_HOME: '/var/cache/dev' }))).toMatch(/^\/var\/cache\/dev\/flashback-ai-gateway\//);
    expect(cacheDirectory(aMachine())).toMatch(/^\/home\/dev\/\.cache\/flashback-ai-gateway\//);
  });

  it('keeps versions and platforms apart', () => {
    const names = [aMachine(), { ...aMachine(), arch: 'arm64' }, { ...aMachine(), os: 'darwin' }].map(cacheDirectory);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toContain(`kubernetes-${KUBERNETES_VERSION}-etcd-${ETCD_VERSION}`);
  });
});

describe('the Go modules', () => {
  it.each([
    ['kube', `k8s.io/kubernetes v${KUBERNETES_VERSION}`],
    ['etcd', `go.etcd.io/etcd/server/v3 v${ETCD_VERSION}`],
  ])('of %s pin the version that the cache is named after', (module, line) => {
    expect(readFileSync(new URL(`../cluster/harness/go/${module}/go.mod`, import.meta.url), 'utf8')).toContain(line);
  });
});

describe('the first source that works', () => {
  const sources = binarySources(aMachine());

  it('ends the search', async () => {
    const tried: string[] = [];
    const found = await firstThatWorks(sources, async (source) => {
      tried.push(source.kind);
      if (source.kind === 'directory') throw new Error('empty');
      return source.kind;
    });
    expect(found).toBe('download');
    expect(tried).toEqual(['directory', 'download']);
  });

  it('is missed with one sentence that says what to install and what was tried', async () => {
    const search = firstThatWorks(sources, async ({ kind }) => Promise.reject(new Error(`no ${kind}`)));
    await expect(search).rejects.toThrow(/^The cluster tests need .*install Go.*KUBEBUILDER_ASSETS.*KUBECONFIG_TEST.*no directory; no download; no build\)\.$/);
  });
});
