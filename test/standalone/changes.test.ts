import { beforeAll, expect, it } from 'vitest';
import { describeChanges } from '../../src/standalone/changes.ts';
import { EMPTY_SET, updateManifests, type ManifestSet } from '../../src/standalone/manifest-set.ts';
import { loadSchemas, validateResource, type Schemas } from '../../src/standalone/schema.ts';

const CANARY = 'sk-canary-0123456789';
let schemas: Schemas;
beforeAll(async () => {
  schemas = await loadSchemas(new URL('../../crds/', import.meta.url));
});

function update(before: ManifestSet, files: Record<string, string>): ManifestSet {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return updateManifests(before, sources, { variables: {}, validate: (object, previous) => validateResource(schemas, object, previous) });
}

function repository(llm = 'demo'): string {
  return `---\napiVersion: ai.flashback.tech/v1alpha1\nkind: Repository\nmetadata: {name: a}\nspec: {llms: [{name: ${llm}}]}\n`;
}

function secret(value: string): string {
  return `---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: ${value}}\n`;
}

it('says in one line per file what was added, changed and removed', () => {
  const first = update(EMPTY_SET, { 'a.yaml': repository() + secret('one') });
  const second = update(first, { 'a.yaml': repository('other') + secret('two') });
  const third = update(second, {});
  expect(describeChanges(EMPTY_SET, first)).toEqual(['a.yaml: Repository default/a added, Secret default/s added']);
  expect(describeChanges(first, second)).toEqual(['a.yaml: Repository default/a changed, Secret default/s changed']);
  expect(describeChanges(second, third)).toEqual(['a.yaml: Repository default/a removed, Secret default/s removed']);
});

it('names a broken file with its line, and that the last good state stays in force', () => {
  const good = update(EMPTY_SET, { 'a.yaml': repository() });
  const broken = update(good, { 'a.yaml': `${repository()}  nope: 1\n` });
  expect(describeChanges(good, broken)).toEqual([expect.stringMatching(/^a\.yaml:\d+: .*; the last good state stays in force$/)]);
});

it('says that nothing of a file is in force that never was in order', () => {
  expect(describeChanges(EMPTY_SET, update(EMPTY_SET, { 'a.yaml': 'a: [' }))).toEqual([
    expect.stringMatching(/^a\.yaml:\d+: not valid YAML.*; nothing of this file is in force$/),
  ]);
});

it('says a problem or a warning once, and when a file is in order again', () => {
  const other = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n';
  const good = update(EMPTY_SET, { 'a.yaml': repository(), 'c.yaml': other });
  const broken = update(good, { 'a.yaml': 'a: [', 'c.yaml': other });
  const still = update(broken, { 'a.yaml': 'a: [', 'c.yaml': other, 'b.yaml': secret('x') });
  expect(describeChanges(EMPTY_SET, good)).toContainEqual(expect.stringMatching(/^c\.yaml:2: kind ConfigMap is ignored/));
  expect(describeChanges(good, broken)).toHaveLength(1);
  expect(describeChanges(broken, still)).toEqual(['b.yaml: Secret default/s added']);
  expect(describeChanges(still, update(still, { 'a.yaml': repository(), 'c.yaml': other, 'b.yaml': secret('x') }))).toEqual([
    'a.yaml: in order again, nothing changed',
  ]);
});

it('never holds a secret value', () => {
  const first = update(EMPTY_SET, { 'a.yaml': secret('one') });
  const lines = [
    ...describeChanges(first, update(first, { 'a.yaml': secret(CANARY) })),
    ...describeChanges(first, update(first, { 'a.yaml': secret(`[${CANARY}]`) })),
    ...describeChanges(first, update(first, { 'a.yaml': secret(`"${CANARY}`) })),
  ];
  expect(lines).toHaveLength(3);
  expect(lines.join('\n')).not.toContain(CANARY);
});
