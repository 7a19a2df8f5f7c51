// A copy of the checkout as it is now, for running documented commands without touching this one.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Path of a new copy of every file that git knows or would add. `installed`: with this checkout's node_modules. */
export function copyCheckout({ installed }: { installed: boolean }): string {
  const directory = mkdtempSync(join(tmpdir(), 'flashback-checkout-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const file of files) if (file !== '') cpSync(join(ROOT, file), join(directory, file), { force: true });
  if (installed) symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

export function removeCheckout(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}
