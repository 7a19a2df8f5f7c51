// Writes the reference into docs/platform-api.md, below its mark. Usage: node hack/platform-docs.ts
import { readFile, writeFile } from 'node:fs/promises';
import { openApiDocument } from '../src/platform/openapi.ts';
import { OPERATIONS } from '../src/platform/operations.ts';
import { platformReference, type Document } from './platform/reference.ts';

export const PAGE = new URL('../docs/platform-api.md', import.meta.url);
const MARK = '<!-- Below here `npm run generate` writes what the operations say of themselves. -->';

/** The page as it should be. @throws Error where the mark is missing. */
export async function platformPage(): Promise<string> {
  const page = await readFile(PAGE, 'utf8');
  const at = page.indexOf(MARK);
  if (at === -1) throw new Error(`docs/platform-api.md has lost its mark: ${MARK}`);
  const document = openApiDocument(OPERATIONS, '0') as Document;
  return `${page.slice(0, at + MARK.length)}\n\n${platformReference(document)}`;
}

if (import.meta.main) await writeFile(PAGE, await platformPage());
