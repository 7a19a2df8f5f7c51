// The image of a pod's first process, as an OCI archive made here: neither a registry nor a container engine is needed.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../command.ts';

const DIGEST = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const TYPE = (name: string): string => `application/vnd.oci.image.${name}`;
/** As OCI names what process.arch says. */
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/** Writes the archive of an image that only holds `binary`, and starts it, to the file `to`. */
export async function writePauseImage(binary: string, name: string, to: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'flashback-image-'));
  const layout = join(directory, 'layout');
  const blobs = join(layout, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const keep = async (mediaType: string, content: Buffer | object): Promise<{ mediaType: string; digest: string; size: number }> => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const digest = DIGEST(bytes);
    await writeFile(join(blobs, digest), bytes);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  try {
    await copyFile(binary, join(directory, 'pause'));
    await run('tar', ['-C', directory, '-cf', join(directory, 'layer.tar'), 'pause']);
    const layer = await keep(TYPE('layer.v1.tar'), await readFile(join(directory, 'layer.tar')));
    const rootfs = { type: 'layers', diff_ids: [layer.digest] };
    const config = await keep(TYPE('config.v1+json'), { architecture: ARCHITECTURE, os: 'linux', config: { Entrypoint: ['/pause'] }, rootfs });
    const manifest = await keep(TYPE('manifest.v1+json'), { schemaVersion: 2, mediaType: TYPE('manifest.v1+json'), config, layers: [layer] });
    const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1) };
    await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }));
    await run('tar', ['-C', layout, '-cf', to, '.']);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
