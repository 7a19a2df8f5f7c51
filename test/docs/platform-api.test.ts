// The OpenAPI document of the Platform API as a linter reads it, and the page that is made from it.
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { PAGE, platformPage } from '../../hack/platform-docs.ts';
import { openApiDocument } from '../../src/platform/openapi.ts';
import { OPERATIONS } from '../../src/platform/operations.ts';

interface Linter {
  createConfig(config: object): Promise<object>;
  lintFromString(options: { source: string; config: object }): Promise<{ ruleId: string; message: string; location: { pointer?: string }[] }[]>;
}

/** Not a literal, so that a checkout whose packages are older still passes the type check, and hears here what to do. */
const LINTER: string = '@redocly/openapi-core';

async function linter(): Promise<Linter> {
  try {
    return (await import(LINTER)) as Linter;
  } catch (cause) {
    throw new Error(`${LINTER} lints the OpenAPI document and is not installed; run npm ci`, { cause });
  }
}

async function problemsOf(document: object): Promise<string[]> {
  const { createConfig, lintFromString } = await linter();
  // Tags are named by what they are about, and the license is that of the program.
  const config = await createConfig({ extends: ['recommended-strict'], rules: { 'tag-description': 'off', 'info-license': 'off' } });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`);
}

it('a linter has nothing against the document', async () => {
  expect(await problemsOf(openApiDocument(OPERATIONS, '0.0.0'))).toEqual([]);
});

it('the linter would say if there were something', async () => {
  const twice = OPERATIONS.map((operation) => ({ ...operation, id: 'same' }));
  expect((await problemsOf(openApiDocument(twice, '0.0.0'))).join('\n')).toContain('operation-operationId-unique');
});

it('docs/platform-api.md is what `npm run generate` makes of it now', async () => {
  expect(await readFile(PAGE, 'utf8')).toBe(await platformPage());
});
