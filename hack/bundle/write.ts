// Builds all files of the bundle and writes them in the layout of the image: code in dist/, beside it what the code reads.
import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundledPackages, notices } from './packages.ts';
import { BUILDS, LAUNCHER } from './processes.ts';
import { sbom } from './sbom.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Of all files, in seconds since the epoch, unless SOURCE_DATE_EPOCH is set: layers of images hold times too. */
const TIME = 315_532_800;

export interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
}

export interface Bundle {
  /** Contents by path. */
  files: ReadonlyMap<string, string>;
  /** Script -> sources that it holds code of, from the root of the checkout. */
  inputs: ReadonlyMap<string, readonly string[]>;
}

export async function makeBundle(): Promise<Bundle> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const files = new Map<string, string>([['dist/flashback.js', LAUNCHER]]);
  const inputs = new Map<string, string[]>();
  for (const [name, options] of Object.entries(BUILDS)) {
    const { outputFiles, metafile } = await build(options);
    files.set(`dist/${name}.js`, outputFiles[0]!.text);
    const [output] = Object.values(metafile.outputs);
    inputs.set(`dist/${name}.js`, Object.entries(output!.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])));
  }
  const { name, version, dependencies } = manifest;
  files.set('package.json', `${JSON.stringify({ name, version, private: true, type: 'module' }, undefined, 2)}\n`);
  for (const file of await readdir(join(ROOT, 'crds'))) files.set(`crds/${file}`, await readFile(join(ROOT, 'crds', file), 'utf8'));
  const packages = bundledPackages([...inputs.values()].flat(), ROOT);
  files.set('sbom.cdx.json', sbom({ name, version, dependencies: Object.keys(dependencies) }, packages));
  files.set('THIRD-PARTY-NOTICES.txt', notices(packages, ROOT));
  return { files, inputs };
}

/** Writes the bundle into a directory of its own, which is emptied first; resolves with what it wrote, by path. */
export async function writeBundle(directory: string, { files }: Bundle): Promise<{ path: string; bytes: number }[]> {
  const time = Number(process.env['SOURCE_DATE_EPOCH'] ?? TIME);
  await rm(directory, { recursive: true, force: true });
  const written: { path: string; bytes: number }[] = [];
  for (const [path, content] of [...files].toSorted()) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    // Whatever the umask: in a cluster any user has to read them.
    await chmod(file, path === 'dist/flashback.js' ? 0o755 : 0o644);
    await utimes(file, time, time);
    written.push({ path, bytes: Buffer.byteLength(content) });
  }
  for (const inner of ['dist', 'crds', '.']) {
    await chmod(join(directory, inner), 0o755);
    await utimes(join(directory, inner), time, time);
  }
  return written;
}
