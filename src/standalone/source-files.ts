// Finds and reads manifest files: those that were named, and all below the directories that were named.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFile } from './manifest-set.ts';

const MANIFEST = /\.(ya?ml|json)$/i;
/** No manifest is larger; a file that is has strayed here. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A path that was given on the command line and is not there. */
export class MissingPathError extends Error {
  override readonly name = 'MissingPathError';
}

/** Whether a name is that of a directory which may be huge and holds no manifests, as below `-f .`. */
export function isForeign(name: string): boolean {
  return name === 'node_modules' || name === '.git';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}

async function readSource(path: string, size: number): Promise<SourceFile | undefined> {
  if (size > MAX_BYTES) return { path, failure: `too large for a manifest: more than ${MAX_BYTES} bytes` };
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : { path, failure: `cannot be read (${codeOf(error)})` };
  }
}

/** `seen`: directories that have been read, by their real paths. */
async function readTree(directory: string, seen: Set<string>): Promise<SourceFile[]> {
  const real = await realpath(directory);
  // A symbolic link to a directory above would never end, and two on each level would soon be very many.
  if (seen.has(real)) return [];
  seen.add(real);
  const files: SourceFile[] = [];
  // Hidden names are skipped: editors' swap files, and the ..data directories behind mounted ConfigMaps.
  for (const name of (await readdir(directory)).filter((entry) => !entry.startsWith('.') && !isForeign(entry)).toSorted()) {
    const path = join(directory, name);
    const info = await stat(path).catch(() => undefined);
    if (info?.isDirectory() === true) files.push(...(await readTree(path, seen)));
    if (info?.isFile() !== true || !MANIFEST.test(name)) continue;
    const file = await readSource(path, info.size);
    if (file !== undefined) files.push(file);
  }
  return files;
}

/** Throws MissingPathError when one of the paths is not there. */
export async function requirePaths(roots: readonly string[]): Promise<void> {
  for (const root of roots) {
    if ((await stat(root).catch(() => undefined)) === undefined) throw new MissingPathError(`there is no file or directory ${root}`);
  }
}

/**
 * Reads everything below the given paths, symbolic links followed.
 * @throws MissingPathError when one of the paths is not there.
 */
export async function readSources(roots: readonly string[]): Promise<SourceFile[]> {
  await requirePaths(roots);
  const files = new Map<string, SourceFile>();
  const seen = new Set<string>();
  for (const root of roots) {
    const info = await stat(root);
    const found = info.isDirectory() ? await readTree(root, seen) : [await readSource(join(root), info.size)];
    for (const file of found) if (file !== undefined) files.set(file.path, file);
  }
  return [...files.values()];
}
