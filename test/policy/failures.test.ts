import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FAILURES } from '../../src/policy/types.ts';

it('docs/policies.md says of every failure what it means, but for callers that have gone', () => {
  const table = /\| `failure` \| meaning \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(readFileSync('docs/policies.md', 'utf8'))?.[1] ?? '';
  expect([...table.matchAll(/^\| `(\w+)` \| \S/gm)].map(([, name]) => name)).toEqual(FAILURES.filter((failure) => failure !== 'aborted'));
});
