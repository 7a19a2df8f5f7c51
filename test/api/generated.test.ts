import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generateApiTypes } from '../../hack/generate-api-types.ts';

const GENERATED = new URL('../../src/api/generated/', import.meta.url);

it('src/api/generated is what `npm run generate` makes of crds/ now', async () => {
  const expected = await generateApiTypes();
  expect((await readdir(GENERATED)).toSorted()).toEqual([...expected.keys()].toSorted());
  for (const [name, source] of expected) expect(await readFile(new URL(name, GENERATED), 'utf8')).toBe(source);
});
