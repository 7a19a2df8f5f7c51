import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KEY_VARIABLES, type KeyType } from '../src/api/resources.ts';
import { baseUrlFor } from '../src/reconcile/key-variables.ts';
import { tableOf } from './fake/markdown.ts';

it('docs/keys.md says what every type of key delivers', () => {
  const rows = tableOf(readFileSync('docs/keys.md', 'utf8')).filter((row) => row.length === 4);
  const types = Object.keys(KEY_VARIABLES) as KeyType[];
  const names = types.map((type) => [type, KEY_VARIABLES[type].key, KEY_VARIABLES[type].baseUrl, baseUrlFor(type, 'http://gateway:8080/v1')]);
  expect(rows).toEqual(names.map((row) => row.map((cell) => `\`${cell}\``)));
});
