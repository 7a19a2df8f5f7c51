// Reads a file that may be anything: opening a FIFO would wait for ever for somebody who writes to it.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** No key is larger. */
const MAX_BYTES = 1024 * 1024;
/** Open fails with these for sockets, devices without a driver and links that lead in a circle. */
const NO_FILE: readonly unknown[] = ['ENXIO', 'ENODEV', 'ELOOP', 'EISDIR'];

/** The text of a file; undefined: there is nothing; null: something is there that is no file, or one too large for a key. */
export async function readRegularFile(path: string): Promise<string | undefined | null> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    if (NO_FILE.includes(code)) return null;
    throw error;
  }
  try {
    const info = await handle.stat();
    return info.isFile() && info.size <= MAX_BYTES ? await handle.readFile('utf8') : null;
  } finally {
    await handle.close();
  }
}
