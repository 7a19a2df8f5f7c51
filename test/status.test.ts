import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CONDITION_TYPES, REASONS } from '../src/api/conditions.ts';

const page = readFileSync('docs/status.md', 'utf8');
const rows = page.split('\n').flatMap((line) => /^\| `(\w+)` \| (.+) \|$/.exec(line)?.slice(1, 3).map((cell) => [cell]) ?? []);
const names = rows.filter((_, index) => index % 2 === 0).flat();

it('docs/status.md has a row for every condition and every reason, and no other', () => {
  expect(names.toSorted()).toEqual([...CONDITION_TYPES, ...Object.keys(REASONS)].toSorted());
});

it.each(Object.entries(REASONS))('docs/status.md says what %s means', (reason, meaning) => {
  expect(page).toContain(`| \`${reason}\` | ${meaning} |`);
});
