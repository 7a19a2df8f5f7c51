// Every directory of config/samples with manifests of the project's kinds is a complete set: `flashback up -f` takes it as it is.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyOf, referredKey, type AILLMConfig, type AIPolicy, type AIReferenceGrant, type Kind, type Repository } from '../../src/api/resources.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { isPermitted } from '../../src/reconcile/grants.ts';
import { describeClosedKeys } from '../../src/reconcile/key-surfaces.ts';
import { EMPTY_SET, grantsOf, resourcesOf, secretsOf, updateManifests, type ManifestSet } from '../../src/standalone/manifest-set.ts';
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

  it('has every connection that its repositories and judges name, with a grant where it is elsewhere, and no key that opens nothing', async () => {
    const set = await load(directory);
    const held = configsOf(set).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    const repositories = repositoriesOf(set);
    const grants = grantsOf(set) as AIReferenceGrant[];
    const named = [
      ...repositories.flatMap(({ kind, metadata: { namespace }, spec }) => spec.llms.map((llm) => ({ from: { kind, namespace }, to: referredKey(namespace, llm) }))),
      ...ofKind<AIPolicy>(set, 'AIPolicy').flatMap(({ kind, metadata: { namespace }, spec: { judge } }) =>
        judge === undefined ? [] : [{ from: { kind, namespace }, to: referredKey(namespace, judge.llmRef) }],
      ),
    ];
    expect(named.filter(({ from, to }) => !held.includes(keyOf(to)) || !isPermitted(grants, from, to))).toEqual([]);
    expect(repositories.flatMap(({ spec }) => describeClosedKeys(spec))).toEqual([]);
  });
});

it('there is a sample of every type of provider', async () => {
  const sets = await Promise.all(DIRECTORIES.map(load));
  const types = new Set(sets.flatMap(configsOf).map(({ spec }) => spec.type));
  expect([...types].toSorted()).toEqual(Object.keys(PROVIDERS).toSorted());
});
