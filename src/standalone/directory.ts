// Watches manifests on disk. Events only say "look again": every look reads all files, so nothing depends on how an
// editor saves, or on which events a platform delivers.
import { realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import type { Clock } from '../clock.ts';
import { EMPTY_SET, updateManifests, type ManifestSet, type SourceFile } from './manifest-set.ts';
import type { ParseOptions } from './manifests.ts';
import { isForeign, MissingPathError, readSources } from './source-files.ts';

/** Pause after the last event before a look, so that a save with several steps is seen as one. */
const DEBOUNCE_MS = 50;
/** A file that vanished or became empty may be in the middle of a save; believing it at once would revoke keys. */
const VANISHED_GRACE_MS = 250;

export interface DirectoryOptions extends Pick<ParseOptions, 'variables' | 'validate'> {
  /** Directories and files. */
  roots: readonly string[];
  clock: Clock;
  /** Called with every set that differs from the one before, one call at a time. */
  onChange: (set: ManifestSet, before: ManifestSet) => Promise<void> | void;
  /** Watching failed, for example because the system has no watches left. Looks go on where they can. */
  onWatchError: (message: string) => void;
}

function isPresent(file: SourceFile): boolean {
  return 'failure' in file || file.text.trim() !== '';
}

function realDirectoryOf(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function sameFiles(a: readonly SourceFile[], b: readonly SourceFile[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export class ManifestDirectory {
  readonly #options: DirectoryOptions;
  /** Real path of a directory -> the path by which it is watched. */
  readonly #watched = new Map<string, string>();
  readonly #vanished = new Map<string, number>();
  #files: readonly SourceFile[] = [];
  #set = EMPTY_SET;
  #watcher: FSWatcher | undefined;
  #timer: { clear(): void } | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  get set(): ManifestSet {
    return this.#set;
  }

  /** Starts to watch, then reads everything once, so that no change falls between. Throws MissingPathError, or what onChange throws. */
  async start(): Promise<ManifestSet> {
    await readSources(this.#options.roots);
    const watcher = watch([...this.#options.roots], {
      ignoreInitial: true,
      followSymlinks: true,
      ignored: (path, info) => isForeign(basename(path)) || (info?.isFile() === false && this.#isWatched(path)),
    });
    this.#watcher = watcher;
    // Raw events, too: the swap of a link behind a mounted ConfigMap is not always more than that.
    watcher.on('all', () => this.#schedule(DEBOUNCE_MS));
    watcher.on('raw', () => this.#schedule(DEBOUNCE_MS));
    watcher.on('error', (error) => this.#options.onWatchError(error instanceof Error ? error.message : String(error)));
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    await this.#look();
    return this.#set;
  }

  /** Looks at once. `gone`: a file that was removed on purpose, and is not waited for. */
  refresh(gone?: string): Promise<void> {
    if (gone !== undefined) this.#vanished.set(gone, -Infinity);
    return this.#look();
  }

  /** Resolves when nothing is called any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.clear();
    await this.#watcher?.close();
    await this.#looking;
  }

  /** Whether a directory is watched by another path: links that fan out would take for ever. */
  #isWatched(path: string): boolean {
    const real = realDirectoryOf(path);
    if (real === undefined) return false;
    const first = this.#watched.get(real);
    // The link by which it was found first may lead elsewhere by now.
    if (first !== undefined && first !== path && realDirectoryOf(first) === real) return true;
    this.#watched.set(real, path);
    return false;
  }

  #schedule(ms: number): void {
    if (this.#stopped) return;
    this.#timer?.clear();
    this.#timer = this.#options.clock.setTimeout(() => {
      void this.#look().catch((error: unknown) => this.#options.onWatchError(error instanceof Error ? error.message : String(error)));
    }, ms);
  }

  #look(): Promise<void> {
    const look = this.#looking.then(() => this.#readAndAnnounce());
    this.#looking = look.catch(() => undefined);
    return look;
  }

  async #readAndAnnounce(): Promise<void> {
    const files = this.#bridgeGaps(await this.#read());
    if (this.#stopped || sameFiles(files, this.#files)) return;
    const before = this.#set;
    this.#files = files;
    this.#set = updateManifests(before, files, this.#options);
    await this.#options.onChange(this.#set, before);
  }

  async #read(): Promise<readonly SourceFile[]> {
    try {
      return await readSources(this.#options.roots);
    } catch (error) {
      // While the directory is away, what it held stays in force; a look follows when it is back.
      const reason = error instanceof MissingPathError ? error.message : 'the directory cannot be read';
      this.#schedule(VANISHED_GRACE_MS);
      return this.#files.map(({ path }) => ({ path, failure: reason }));
    }
  }

  /** Takes files that have just vanished from the look before, for a moment. */
  #bridgeGaps(found: readonly SourceFile[]): readonly SourceFile[] {
    const now = this.#options.clock.monotonic();
    const present = new Set(found.filter(isPresent).map(({ path }) => path));
    for (const path of present) this.#vanished.delete(path);
    const bridged = this.#files.filter((file) => {
      if (present.has(file.path) || !isPresent(file)) return false;
      const since = this.#vanished.get(file.path) ?? now;
      this.#vanished.set(file.path, since);
      return now - since < VANISHED_GRACE_MS;
    });
    if (bridged.length > 0) this.#schedule(VANISHED_GRACE_MS);
    const paths = new Set(bridged.map(({ path }) => path));
    return [...found.filter(({ path }) => !paths.has(path)), ...bridged].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }
}
