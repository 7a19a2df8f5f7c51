import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { ALL_KINDS, API_GROUP, KINDS } from '../../src/api/resources.ts';

interface Schema {
  type?: string;
  description?: string;
  format?: string;
  enum?: string[];
  maxLength?: number;
  maxItems?: number;
  default?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  [extension: `x-kubernetes-${string}`]: unknown;
}

interface Crd {
  metadata: { name: string };
  spec: {
    group: string;
    scope: string;
    names: { kind: string; plural: string; singular: string; listKind: string; shortNames: string[]; categories: string[] };
    versions: {
      name: string;
      subresources?: object;
      additionalPrinterColumns: { name: string; jsonPath: string; priority?: number }[];
      schema: { openAPIV3Schema: Schema };
    }[];
  };
}

const CRDS = new URL('../../crds/', import.meta.url);
const crds = readdirSync(CRDS).map((file) => load(readFileSync(new URL(file, CRDS), 'utf8')) as Crd);
const SHORT_NAMES: Record<string, string> = { AILLMConfig: 'llm', Repository: 'airepo', AIPolicy: 'aip', AIReferenceGrant: 'aigrant' };
/** Lists of objects with a name that several may share, or whose order decides, so that one owner has the whole list. */
const UNKEYED: Record<string, string[]> = { Repository: ['spec.llms', 'status.policies'], AIReferenceGrant: ['spec.to'] };

it('there is one CRD for every kind', () => {
  expect(Object.fromEntries(crds.map(({ spec }) => [spec.names.kind, spec.names.plural]))).toEqual(ALL_KINDS);
});

describe.each(crds.map((crd) => [crd.spec.names.kind, crd] as const))('the CRD of %s', (kind, crd) => {
  const { names, group, scope, versions } = crd.spec;
  const version = versions[0]!;
  const root = version.schema.openAPIV3Schema;
  const nodes = walk(root, '');
  const pathsWhere = (test: (node: Schema) => boolean) => nodes.filter(({ node }) => test(node)).map(({ path }) => path);

  it('has the names that users type', () => {
    expect(crd.metadata.name).toBe(`${names.plural}.${API_GROUP}`);
    expect([group, scope]).toEqual([API_GROUP, 'Namespaced']);
    expect(names).toMatchObject({ listKind: `${kind}List`, singular: kind.toLowerCase(), categories: ['ai'] });
    expect(names.shortNames).toEqual([SHORT_NAMES[kind]]);
  });

  it('shows readiness, reason and age, and the message only with -o wide; a grant shows what it says', () => {
    const columns = version.additionalPrinterColumns;
    if (!Object.hasOwn(KINDS, kind)) return expect(columns.map(({ name }) => name)).toEqual(['From', 'To', 'Age']);
    expect(columns.slice(0, 2).map(({ name }) => name)).toEqual(['Ready', 'Reason']);
    expect(columns.slice(-2)).toMatchObject([{ name: 'Age' }, { name: 'Message', priority: 1 }]);
  });

  it('has a status of its own that says when nobody has looked yet, unless it is only looked up', () => {
    if (!Object.hasOwn(KINDS, kind)) return expect([version.subresources, root.properties?.['status']]).toEqual([undefined, undefined]);
    expect(version.subresources).toEqual({ status: {} });
    expect(root.properties?.['status']?.default).toEqual({ observedGeneration: -1 });
    expect(root.properties?.['status']?.properties).toHaveProperty('conditions');
  });

  it('describes every field, as `kubectl explain` shows', () => {
    const isField = ({ path, node }: { path: string; node: Schema }) => !path.endsWith('[]') || node.type === 'object';
    const undescribed = nodes.filter((entry) => isField(entry) && !/^[A-Z].+\.$/s.test(entry.node.description ?? ''));
    // The API server describes metadata itself.
    expect(undescribed.map(({ path }) => path)).toEqual(['metadata']);
  });

  it('bounds every string', () => {
    const isBounded = ({ maxLength, enum: values }: Schema) => maxLength !== undefined || values !== undefined;
    expect(pathsWhere((node) => node.type === 'string' && !isBounded(node))).toEqual([]);
  });

  it('bounds every list and says how it is merged', () => {
    const listType = 'x-kubernetes-list-type';
    expect(pathsWhere((node) => node.type === 'array' && (node.maxItems === undefined || node[listType] === undefined))).toEqual([]);
    const isUnkeyed = (node: Schema) => node.items?.properties?.['name'] !== undefined && node[listType] !== 'map';
    expect(pathsWhere(isUnkeyed)).toEqual(UNKEYED[kind] ?? []);
  });

  it('has no maps, no floats and no open objects', () => {
    expect(pathsWhere((node) => 'additionalProperties' in node || 'x-kubernetes-preserve-unknown-fields' in node)).toEqual([]);
    expect(pathsWhere(({ type }) => type === 'number')).toEqual([]);
    const open = pathsWhere(({ type, properties }) => type === 'object' && properties === undefined);
    expect(open).toEqual(kind === 'Repository' ? [] : ['metadata']);
  });

  it('gives every rule a message that tells what to do', () => {
    for (const { node } of nodes) {
      for (const { message, reason } of (node['x-kubernetes-validations'] ?? []) as { message?: string; reason?: string }[]) {
        // The API server prints "Duplicate value" in place of the message.
        expect(reason).not.toBe('FieldValueDuplicate');
        expect(message).toMatch(/;|must be|without/);
        expect(message?.length).toBeGreaterThan(30);
      }
    }
  });
});

function walk(node: Schema, path: string): { path: string; node: Schema }[] {
  const children = Object.entries(node.properties ?? {}).flatMap(([name, child]) => walk(child, path === '' ? name : `${path}.${name}`));
  return [...(path === '' ? [] : [{ path, node }]), ...children, ...(node.items === undefined ? [] : walk(node.items, `${path}[]`))];
}
