// docs/compatibility.md is what a run of the gateway gives.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { COLUMNS, makePage, ROWS } from './compatibility/run.ts';

const written = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
let page: string;
beforeAll(async () => {
  page = await makePage();
});

it('the page is up to date; if not, run: node hack/generate-compatibility.ts', () => {
  expect(written).toBe(page);
});

describe('every hole', () => {
  it('has a note that says what becomes of it', () => {
    for (const section of page.split('\n## ').slice(1)) {
      const numbers = [...section.matchAll(/<sup>(\d+)<\/sup>/g)].map(([, number]) => Number(number));
      for (const number of numbers) expect(section).toMatch(new RegExp(`^${number}\\. .*\\.$`, 'm'));
      expect(section.match(/\| (?:no|partly) \|/)).toBeNull();
    }
  });

  it('of a request is named by x-flashback-dropped', () => {
    expect(page).toContain('names `n`');
    expect(page).toContain('`generationConfig.candidateCount`');
    expect(page).not.toContain('refused with');
  });
});

it('the page has a row for each feature and a column for each type of connection', () => {
  for (const row of ROWS) expect(page.split(`\n| ${row} |`)).toHaveLength(5);
  expect(page).toContain(`| feature | ${COLUMNS.map(({ type }) => type).join(' | ')} |`);
});

it('text, tools, usage, errors and streams work everywhere', () => {
  for (const row of ['text', 'system', 'usage', 'errors', 'streams']) {
    for (const line of page.split('\n').filter((one) => one.startsWith(`| ${row} |`))) expect(line).not.toMatch(/\bno\b|partly/);
  }
});
