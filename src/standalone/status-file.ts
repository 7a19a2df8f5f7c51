// What `kubectl get ai -A -o yaml` would show, for people who have no cluster: the status of every resource, in one file.
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { dump } from 'js-yaml';
import type { AnyResource } from '../api/resources.ts';
import type { Clock } from '../clock.ts';

/** Statuses follow from one another, and a reader needs the last. */
const QUIET_MS = 200;
const OWNER_ONLY = 0o600;
const HEAD = '# Written by `flashback up` whenever a status changes; what is written into it has no effect.\n';

/** One YAML document for each resource: what it is and its status, and no spec. Pure. */
export function describeStatuses(resources: readonly AnyResource[]): string {
  const documents = resources.map(({ kind, metadata: { namespace, name }, status = {} }) =>
    dump({ kind, metadata: { namespace, name }, status }, { lineWidth: -1, noRefs: true }),
  );
  return `${HEAD}${documents.join('---\n')}`;
}

export interface StatusFileOptions {
  path: string;
  clock: Clock;
  resources(): readonly AnyResource[];
  /** It could not be written; nothing else depends on it. */
  onProblem(message: string): void;
}

export class StatusFile {
  readonly #options: StatusFileOptions;
  #timer: { clear(): void } | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: StatusFileOptions) {
    this.#options = options;
  }

  /** Something may be different. */
  touch(): void {
    this.#timer ??= this.#options.clock.setTimeout(() => void this.#write(), QUIET_MS);
  }

  /** Resolves once the last status is in the file. */
  async stop(): Promise<void> {
    if (this.#timer !== undefined) void this.#write();
    await this.#writing;
  }

  #write(): Promise<void> {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#replace());
    return this.#writing;
  }

  /** Whole or not at all. */
  async #replace(): Promise<void> {
    const { path, resources, onProblem } = this.#options;
    const temporary = `${path}.${randomUUID()}`;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(temporary, describeStatuses(resources()), { mode: OWNER_ONLY, flag: 'wx' });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      onProblem(`${path} cannot be written: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}`);
    }
  }
}
