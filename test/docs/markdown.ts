// Reads pages the way their readers do: code blocks in order.
import { readFileSync } from 'node:fs';

/** Contents of the fenced blocks of one language, in order. `page` is relative to the project. */
export function codeBlocks(page: string, language: string): string[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms');
  return [...text.matchAll(fence)].map((match) => match[1]!.trimEnd());
}
