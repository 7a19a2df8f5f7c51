// Every link from one page of the project to another, and every path in code font that looks like one of its files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const PAGES = ['README.md', 'CHANGELOG.md', ...readdirSync('docs').map((name) => join('docs', name))];
const FOLDERS = /`((?:src|test|crds|config|docs|bench|hack|helm)\/[\w./-]*\w)`/g;

it.each(PAGES)('%s links to nothing that is not there', (page) => {
  const text = readFileSync(page, 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => join(dirname(page), match[1]!));
  const paths = [...text.matchAll(FOLDERS)].map((match) => match[1]!);
  expect([...links, ...paths].filter((path) => !existsSync(path))).toEqual([]);
});
