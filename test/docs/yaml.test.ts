// Every manifest that a page of the documentation shows is one that `up` and the API server take.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { PROVIDERS } from '../../src/providers/index.ts';
import { parseManifests } from '../../src/standalone/manifests.ts';
import { loadSchemas, validateResource, type Schemas } from '../../src/standalone/schema.ts';
import { codeBlocks } from './markdown.ts';

const PAGES = ['README.md', ...readdirSync('docs').map((name) => join('docs', name))];
/** Whatever variable a manifest asks for is set. */
const VARIABLES = new Proxy({}, { get: (_, name) => `value of ${String(name)}` });

let schemas: Schemas;
beforeAll(async () => {
  schemas = await loadSchemas(new URL('../../crds/', import.meta.url));
});

/** Those in blocks of YAML, and those that a shell hands to kubectl. */
function manifestsOf(page: string): string[] {
  const typed = codeBlocks(page, 'bash').flatMap((script) => [...script.matchAll(/<<'YAML'\n(.*?)^YAML$/gms)].map((match) => match[1]!));
  return [...codeBlocks(page, 'yaml'), ...typed];
}

const shown = PAGES.flatMap((page) => manifestsOf(page).map((text, index) => ({ page, index, text })));

it.each(shown)('$page, manifest $index', ({ page, text }) => {
  const validate = (object: unknown, previous?: object): ReturnType<typeof validateResource> => validateResource(schemas, object, previous);
  const result = parseManifests({ path: page, text }, { variables: VARIABLES, validate, previous: () => undefined });
  expect(result.ok ? result.parsed.warnings : result.problems).toEqual([]);
  expect(result.ok && result.parsed.resources.length > 0).toBe(true);
});

it('docs/providers.md shows a connection of every type', () => {
  const types = manifestsOf('docs/providers.md').flatMap((text) => [...text.matchAll(/^ {2}type: (\w+)$/gm)].map((match) => match[1]!));
  expect([...new Set(types)].toSorted()).toEqual(Object.keys(PROVIDERS).toSorted());
});
