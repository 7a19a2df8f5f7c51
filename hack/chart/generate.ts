// Every file of the chart that is made from another one.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readmeOf } from './readme.ts';
import { schemaOf } from './schema.ts';
import { readValues } from './values.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const CHART = join(ROOT, 'helm', 'flashback-ai-gateway');

/** Path -> content. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const values = readValues(await readFile(join(CHART, 'values.yaml'), 'utf8'));
  const crds = (await readdir(join(ROOT, 'crds'))).toSorted();
  const files = new Map([
    [join(CHART, 'README.md'), readmeOf(values)],
    [join(CHART, 'values.schema.json'), `${JSON.stringify(schemaOf(values), undefined, 2)}\n`],
  ]);
  for (const file of crds) files.set(join(CHART, 'files', 'crds', file), await readFile(join(ROOT, 'crds', file), 'utf8'));
  return files;
}
