// The files that secure the push channel of a gateway: read from a directory, watched for renewal. Polled and compared rather
// than watched, because the kubelet replaces mounted Secrets by swapping symbolic links.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { SNAPSHOT_KEY_BYTES } from '../snapshot/digest.ts';
import type { Logger } from '../telemetry/log.ts';

const RETRY = 1_000;
const POLL = 10_000;

export interface AdminFileSet {
  ca: Buffer;
  cert: Buffer;
  key: Buffer;
  /** Root snapshot key, 32 bytes. */
  snapshotKey: Buffer;
}

export interface AdminFilesOptions {
  /** Holds ca.crt, tls.crt, tls.key and snapshot.key. */
  directory: string;
  clock: Clock;
  logger: Logger;
}

/** Throws an Error that names what is missing or does not fit together. */
async function readFiles(directory: string): Promise<AdminFileSet> {
  const read = (name: string) => readFile(join(directory, name));
  // One after the other: of several that are missing, the same one is always named.
  const ca = await read('ca.crt');
  const cert = await read('tls.crt');
  const key = await read('tls.key');
  const snapshotKey = await read('snapshot.key');
  if (snapshotKey.length !== SNAPSHOT_KEY_BYTES) {
    throw new Error(`snapshot.key has ${snapshotKey.length} bytes instead of ${SNAPSHOT_KEY_BYTES}`);
  }
  // Files are replaced one by one where nobody swaps links: half a renewal must not be served.
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Error('tls.key does not belong to tls.crt');
  if (!new X509Certificate(ca).ca) throw new Error('ca.crt is not the certificate of an authority');
  return { ca, cert, key, snapshotKey };
}

function same(a: AdminFileSet, b: AdminFileSet): boolean {
  return a.ca.equals(b.ca) && a.cert.equals(b.cert) && a.key.equals(b.key) && a.snapshotKey.equals(b.snapshotKey);
}

export class AdminFiles {
  readonly #options: AdminFilesOptions;
  readonly #listeners = new Set<(files: AdminFileSet) => void>();
  #current: AdminFileSet;
  #timer: { clear(): void } | undefined;
  #closed = false;

  private constructor(options: AdminFilesOptions, current: AdminFileSet) {
    this.#options = options;
    this.#current = current;
    this.#schedule();
  }

  /** Waits until all files are there and fit together; says once what it waits for. Rejects only when `signal` aborts. */
  static async open(options: AdminFilesOptions, signal?: AbortSignal): Promise<AdminFiles> {
    let said = '';
    for (;;) {
      signal?.throwIfAborted();
      try {
        return new AdminFiles(options, await readFiles(options.directory));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== said) {
          options.logger.warn({ reason }, `waiting for the files of the push channel in ${options.directory}; --tls-dir names another directory`);
        }
        said = reason;
      }
      await new Promise<void>((resolve) => options.clock.setTimeout(resolve, RETRY));
    }
  }

  get current(): AdminFileSet {
    return this.#current;
  }

  /** Runs whenever any of the files has changed. Listeners must not throw. */
  onChange(listener: (files: AdminFileSet) => void): void {
    this.#listeners.add(listener);
  }

  /** Reads the files now. While they are incomplete or do not fit together, those in force stay. */
  async reload(): Promise<void> {
    try {
      const read = await readFiles(this.#options.directory);
      if (this.#closed || same(read, this.#current)) return;
      this.#current = read;
      this.#options.logger.info({}, 'the files of the push channel have changed');
      for (const listener of this.#listeners) listener(read);
    } catch (error) {
      const { directory, logger } = this.#options;
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn({ directory, reason }, 'the files of the push channel cannot be read; the last good ones stay');
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer?.clear();
  }

  #schedule(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      void this.reload().finally(() => {
        if (!this.#closed) this.#schedule();
      });
    }, POLL);
  }
}
