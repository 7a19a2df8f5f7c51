import { beforeAll, describe, expect, it } from 'vitest';
import {
  EMPTY_SET,
  resourcesOf,
  secretsOf,
  updateManifests,
  type ManifestSet,
  type SourceFile,
} from '../../src/standalone/manifest-set.ts';
import { loadSchemas, validateResource, type Schemas } from '../../src/standalone/schema.ts';

let schemas: Schemas;
beforeAll(async () => {
  schemas = await loadSchemas(new URL('../../crds/', import.meta.url));
});

function update(before: ManifestSet, files: Record<string, string | { failure: string }>): ManifestSet {
  const sources = Object.entries(files).map(([path, text]): SourceFile => (typeof text === 'string' ? { path, text } : { path, ...text }));
  return updateManifests(before, sources, { variables: {}, validate: (object, previous) => validateResource(schemas, object, previous) });
}

function repository(name: string, llm = 'demo'): string {
  return `---\napiVersion: ai.flashback.tech/v1alpha1\nkind: Repository\nmetadata: {name: ${name}}\nspec: {llms: [{name: ${llm}}]}\n`;
}

function names(set: ManifestSet): string[] {
  return resourcesOf(set).map(({ metadata }) => metadata.name);
}

const BROKEN = 'kind: [';

describe('a broken file', () => {
  it('keeps its last good objects in force, and others as they are', () => {
    const good = update(EMPTY_SET, { 'a.yaml': repository('a'), 'b.yaml': repository('b') });
    const after = update(good, { 'a.yaml': BROKEN, 'b.yaml': repository('b2') });
    expect(names(after)).toEqual(['a', 'b2']);
    expect(after.problems).toMatchObject([{ file: 'a.yaml', line: 1 }]);
  });

  it('is one with a misspelled kind of ours: the object, and its keys, stay', () => {
    const good = update(EMPTY_SET, { 'a.yaml': repository('a') });
    expect(names(update(good, { 'a.yaml': repository('a').replace('Repository', 'Repositroy') }))).toEqual(['a']);
  });

  it('yields nothing when it was never in order', () => {
    const set = update(EMPTY_SET, { 'a.yaml': repository('a') + BROKEN, 'b.yaml': repository('b') });
    expect(names(set)).toEqual(['b']);
  });

  it('takes effect again once it is mended', () => {
    const broken = update(update(EMPTY_SET, { 'a.yaml': repository('a') }), { 'a.yaml': BROKEN });
    const mended = update(broken, { 'a.yaml': repository('a2') });
    expect(names(mended)).toEqual(['a2']);
    expect(mended.problems).toEqual([]);
  });

  it('is one that cannot be read, too', () => {
    const set = update(update(EMPTY_SET, { 'a.yaml': repository('a') }), { 'a.yaml': { failure: 'cannot be read' } });
    expect(names(set)).toEqual(['a']);
    expect(set.problems).toEqual([{ file: 'a.yaml', line: 1, message: 'cannot be read' }]);
  });

  it('is one that breaks a rule about changes, which compares with what is in force', () => {
    const policy = (scope: string): string =>
      `apiVersion: ai.flashback.tech/v1alpha1\nkind: AIPolicy\nmetadata: {name: p}\n` +
      `spec: {scope: ${scope}, content: no secrets, riskType: Low, action: Log}\n`;
    const after = update(update(EMPTY_SET, { 'p.yaml': policy('Workspace') }), { 'p.yaml': policy('Organization') });
    expect(after.problems[0]?.message).toContain('spec.scope');
    expect(resourcesOf(after)[0]?.spec).toMatchObject({ scope: 'Workspace' });
  });
});

describe('the same object in two files', () => {
  it('is reported with both files, and the first has it', () => {
    const set = update(EMPTY_SET, { 'b.yaml': repository('x', 'two'), 'a.yaml': repository('x', 'one') });
    expect(resourcesOf(set).map(({ spec }) => spec)).toMatchObject([{ llms: [{ name: 'one' }] }]);
    expect(set.problems).toEqual([{ file: 'b.yaml', line: 2, message: 'Repository default/x is also in a.yaml:2; keep one of the two' }]);
  });

  it('stays with the file that had it', () => {
    const before = update(EMPTY_SET, { 'b.yaml': repository('x', 'old') });
    const set = update(before, { 'a.yaml': repository('x', 'new'), 'b.yaml': repository('x', 'old') });
    expect(resourcesOf(set).map(({ spec }) => spec)).toMatchObject([{ llms: [{ name: 'old' }] }]);
    expect(set.problems).toMatchObject([{ file: 'a.yaml' }]);
  });

  it('is no problem when it moved', () => {
    const before = update(EMPTY_SET, { 'b.yaml': repository('x'), 'c.yaml': repository('y') });
    const set = update(before, { 'a.yaml': repository('x') + repository('y'), 'c.yaml': repository('z') });
    expect(set.problems).toEqual([]);
    expect(names(set)).toEqual(['x', 'y', 'z']);
  });

  it('never gives one object to two files, even while a file that lost it is broken', () => {
    const before = update(EMPTY_SET, { 'a.yaml': repository('x'), 'b.yaml': repository('y') });
    const set = update(before, { 'a.yaml': BROKEN, 'b.yaml': repository('x') + repository('y') });
    expect(names(set)).toEqual(['x', 'y']);
    expect(set.problems.map(({ file }) => file)).toEqual(['a.yaml', 'b.yaml']);
  });

  it('concerns Secrets as well', () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: v}\n';
    const set = update(EMPTY_SET, { 'a.yaml': secret, 'b.yaml': secret });
    expect(secretsOf(set)).toHaveLength(1);
    expect(set.problems[0]?.message).toContain('Secret default/s is also in a.yaml:1');
  });
});

it('forgets a file that is gone', () => {
  expect(names(update(update(EMPTY_SET, { 'a.yaml': repository('a') }), {}))).toEqual([]);
});
