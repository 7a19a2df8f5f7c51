// Stands in for the kubelet where no node runs: keeps Secrets of the release namespace as files, the way volumes do.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kubectl } from './kubectl.ts';

interface SecretList {
  items: { metadata: { name: string }; data?: Record<string, string> }[];
}

async function writeAtomically(path: string, data: Buffer): Promise<void> {
  await writeFile(`${path}.tmp`, data, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

/** Writes each Secret that `directoryOf` maps to a directory; skips those that it does not map. */
export async function projectSecrets(kubectl: Kubectl, namespace: string, directoryOf: (name: string) => string | undefined): Promise<string[]> {
  const { items } = JSON.parse(await kubectl(['get', 'secrets', '-n', namespace, '-o', 'json'])) as SecretList;
  const projected: string[] = [];
  for (const { metadata, data } of items) {
    const directory = directoryOf(metadata.name);
    if (directory === undefined || data === undefined) continue;
    await mkdir(directory, { recursive: true });
    for (const [key, value] of Object.entries(data)) await writeAtomically(join(directory, key), Buffer.from(value, 'base64'));
    projected.push(metadata.name);
  }
  return projected;
}
