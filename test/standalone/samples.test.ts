// Every directory of config/samples with manifests of the three kinds is a complete set: `flashback up -f` takes it as it is.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AILLMConfig, Kind, Repository } from '../../src/api/resources.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { describeClosedKeys } from '../../src/reconcile/key-surfaces.ts';
import { EMPTY_SET, resourcesOf, secretsOf, updateManifests, type ManifestSet } from '../../src/standalone/manifest-set.ts';
import { loadSchemas, validateResource, type Schemas } from '../../src/standalone/schema.ts';
import { readSources } from '../../src/standalone/source-files.ts';

const ROOT = 'config/samples';
/** With other kinds of objects: those for deployment tools, and for admission; test/cluster/{gitops,policies}.test.ts are about them. */
const OTHER_KINDS = ['gitops', 'admission'];
const DIRECTORIES = readdirSync(ROOT).filter((name) => !OTHER_KINDS.includes(name));
/** Whatever variable a sample asks for is set. */
const VARIABLES = new Proxy({}, { get: (_, name) => `value of ${String(name)}` });

let schemas: Schemas;
beforeAll(async () => {
  schemas = await loadSchemas(new URL('../../crds/', import.meta.url));
});

async function load(directory: string): Promise<ManifestSet> {
  const options = { variables: VARIABLES, validate: (object: unknown, previous?: object) => validateResource(schemas, object, previous) };
  return updateManifests(EMPTY_SET, await readSources([join(ROOT, directory)]), options);
}

function ofKind<T>(set: ManifestSet, wanted: Kind): T[] {
  return resourcesOf(set).filter(({ kind }) => kind === wanted) as object[] as T[];
}
const configsOf = (set: ManifestSet): AILLMConfig[] => ofKind(set, 'AILLMConfig');
const repositoriesOf = (set: ManifestSet): Repository[] => ofKind(set, 'Repository');

describe.each(DIRECTORIES)('config/samples/%s', (directory) => {
  it('loads without a problem or a warning, and has a repository with keys', async () => {
    const set = await load(directory);
    expect([...set.problems, ...set.warnings]).toEqual([]);
    expect(repositoriesOf(set).flatMap(({ spec }) => spec.apiKeys ?? []).length).toBeGreaterThan(0);
  });

  it('has every Secret that its connections name, with the key', async () => {
    const set = await load(directory);
    const held = secretsOf(set).flatMap(({ key, data }) => Object.keys(data).map((name) => `${key.namespace}/${key.name} ${name}`));
    const named = configsOf(set).flatMap(({ metadata, spec: { credentials, tls } }) =>
      [credentials?.secretRef, credentials?.accessKeySecretRef, tls?.caSecretRef].flatMap((ref) =>
        ref === undefined ? [] : `${metadata.namespace}/${ref.name} ${ref.key ?? ''}`,
      ),
    );
    expect(named.filter((ref) => !held.includes(ref))).toEqual([]);
  });

  it('has every connection that its repositories name, and no key that opens nothing', async () => {
    const set = await load(directory);
    const held = configsOf(set).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    const repositories = repositoriesOf(set);
    const named = repositories.flatMap(({ metadata, spec }) => spec.llms.map(({ name }) => `${metadata.namespace}/${name}`));
    expect(named.filter((ref) => !held.includes(ref))).toEqual([]);
    expect(repositories.flatMap(({ spec }) => describeClosedKeys(spec))).toEqual([]);
  });
});

it('there is a sample of every type of provider', async () => {
  const sets = await Promise.all(DIRECTORIES.map(load));
  const types = new Set(sets.flatMap(configsOf).map(({ spec }) => spec.type));
  expect([...types].toSorted()).toEqual(Object.keys(PROVIDERS).toSorted());
});
