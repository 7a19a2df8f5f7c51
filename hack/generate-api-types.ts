// Writes src/api/generated/*.ts from crds/*.yaml, which are the source of truth. A test fails when the two differ.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

interface CustomResourceDefinition {
  spec: { names: { kind: string }; versions: { schema: { openAPIV3Schema: JSONSchema } }[] };
}

const root = new URL('..', import.meta.url);

/** Drops the annotations that only Kubernetes reads and marks objects closed, as structural schemas are. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node)
    .filter(([name]) => !name.startsWith('x-kubernetes-') && name !== 'maxItems' && name !== 'minItems')
    .map(([name, value]) => [name, toJsonSchema(value)] as const);
  const schema: Record<string, unknown> = Object.fromEntries(entries);
  if (schema['type'] === 'object' && schema['properties'] !== undefined) schema['additionalProperties'] = false;
  return schema;
}

/** Returns file name -> TypeScript source for every CRD. */
export async function generateApiTypes(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const file of (await readdir(new URL('crds/', root))).filter((name) => name.endsWith('.yaml')).toSorted()) {
    const crd = load(await readFile(new URL(`crds/${file}`, root), 'utf8')) as CustomResourceDefinition;
    const schema = crd.spec.versions[0]!.schema.openAPIV3Schema;
    const { spec, status } = schema.properties ?? {};
    const kind = crd.spec.names.kind;
    const parts = [];
    for (const [suffix, part] of [['Spec', spec], ['Status', status]] as const) {
      // A grant has nothing to say of itself.
      if (part === undefined) continue;
      parts.push(
        await compile(toJsonSchema(part) as JSONSchema, kind + suffix, {
          bannerComment: '',
          format: true,
          style: { singleQuote: true, printWidth: 120 },
        }),
      );
    }
    const banner = `// Generated from crds/${file} by \`npm run generate\`. Do not edit.\n`;
    files.set(file.replace('.yaml', '.ts'), [banner, ...parts].join('\n'));
  }
  return files;
}

if (import.meta.main) {
  for (const [name, source] of await generateApiTypes()) {
    await writeFile(new URL(`src/api/generated/${name}`, root), source);
  }
}
