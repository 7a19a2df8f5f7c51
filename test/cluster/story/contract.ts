// The last step of the story: nothing was left out, and every answer was what the OpenAPI document says.
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import type { World } from './world.ts';

interface Described {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
interface Document {
  paths: Record<string, Record<string, Described>>;
}

/** `/policy/{policyId}` stands for any one name in that place; what is written out wins. */
function operationFor(document: Document, method: string, path: string): Described | undefined {
  const matches = Object.keys(document.paths)
    .filter((template) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
    .toSorted((a, b) => a.split('{').length - b.split('{').length);
  return matches.map((template) => document.paths[template]?.[method.toLowerCase()]).find((described) => described !== undefined);
}

export function contract(world: () => World): void {
  test('every operation was called, and answered as the OpenAPI document says', async () => {
    const { platform } = world();
    const { body } = await platform.call('nobody', 'GET', '/openapi.json');
    const document = body as unknown as Document & { $id?: string };
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(ajv);
    ajv.addSchema(document, 'document');
    const succeeded = new Set<string>();
    for (const { method, path, status, body: answer } of platform.exchanges) {
      const described = operationFor(document, method, path);
      if (described === undefined) continue;
      if (status === 200) succeeded.add(described.operationId);
      const schema = described.responses[status]?.content?.['application/json']?.schema;
      expect([method, path, status, schema === undefined ? 'not documented' : 'documented']).toEqual([method, path, status, 'documented']);
      const isValid = ajv.validate(rebased(schema!), answer);
      expect([method, path, status, isValid ? [] : ajv.errors]).toEqual([method, path, status, []]);
    }
    const all = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId));
    expect([...succeeded].toSorted()).toEqual(all.toSorted());
  });
}

/** References within the document, as seen from outside of it. */
function rebased(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/')) as object;
}
