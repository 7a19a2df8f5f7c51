// The Secrets of delivered keys, as files that only their owner can read. Deleting a file is deleting the Secret.
import { hash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { keyOf, LABELS, type ObjectKey } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import { SecretConflictError, type OwnedSecret, type SecretValue } from '../reconcile/store.ts';
import { formatKeyFile, keyFileName, parseKeyFile, type StoredSecret } from './key-file.ts';
import type { KeyChange } from './key-news.ts';
import { readRegularFile } from './regular-file.ts';

const DEBOUNCE_MS = 20;
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_DIRECTORY = 0o700;

interface KeyFile {
  /** Name of the file. */
  name: string;
  secret: StoredSecret;
  /** Of the whole text. */
  version: string;
}

export interface KeyFilesOptions {
  /** Directory of the files; made when it is missing. */
  directory: string;
  clock: Clock;
  /** A file appeared, changed or went. */
  onSecret: (key: ObjectKey) => void;
  /** What that was, with the file as it was seen before. */
  onChange?: (change: KeyChange) => void;
  /** For people: watching failed, or a file stands in the way of a key. */
  onProblem: (message: string) => void;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function fileNameOf(secret: StoredSecret): string | undefined {
  try {
    return keyFileName(secret);
  } catch {
    return undefined;
  }
}

function toValue({ secret, version }: KeyFile): SecretValue {
  const { uid, data, labels, annotations, owner } = secret;
  return { uid, resourceVersion: version, data, labels, annotations, ownerUid: owner.uid };
}

export class KeyFiles {
  readonly #options: KeyFilesOptions;
  #known = new Map<string, KeyFile>();
  /** Files of somebody else, by name: their text (null: no file at all), and the key that they stand in the way of. */
  readonly #blocked = new Map<string, { text: string | null; key: ObjectKey }>();
  #watcher: FSWatcher | undefined;
  #timer: { clear(): void } | undefined;
  #scanning: Promise<void> = Promise.resolve();

  constructor(options: KeyFilesOptions) {
    this.#options = options;
  }

  /** Makes the directory and watches it. What is there already is not announced. */
  async start(): Promise<void> {
    await this.#prepare();
    const watcher = watch(this.#options.directory, { ignoreInitial: true, depth: 0 });
    this.#watcher = watcher;
    watcher.on('all', () => this.#schedule());
    watcher.on('error', (error) => this.#options.onProblem(error instanceof Error ? error.message : String(error)));
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    this.#known = new Map((await this.#readAll()).map((file) => [file.name, file]));
  }

  async stop(): Promise<void> {
    await this.#watcher?.close();
    this.#timer?.clear();
    await this.#scanning;
  }

  /** Every key that there is, with the path of its file. */
  async list(): Promise<{ secret: StoredSecret; path: string }[]> {
    return (await this.#readAll()).map(({ name, secret }) => ({ secret, path: join(this.#options.directory, name) }));
  }

  /** Live. */
  async get(key: ObjectKey): Promise<SecretValue | undefined> {
    const file = (await this.#readAll()).find(({ secret }) => keyOf(secret.key) === keyOf(key));
    return file === undefined ? undefined : toValue(file);
  }

  /** Live. */
  async listOf(repository: ObjectKey): Promise<{ key: ObjectKey; value: SecretValue }[]> {
    const files = await this.#readAll();
    return files
      .filter(({ secret }) => secret.key.namespace === repository.namespace && secret.labels[LABELS.repository] === repository.name)
      .map((file) => ({ key: file.secret.key, value: toValue(file) }));
  }

  /** Writes the file, whole or not at all. Throws SecretConflictError rather than replace a file of somebody else. */
  async apply(secret: OwnedSecret): Promise<void> {
    const name = keyFileName(secret);
    const path = join(this.#options.directory, name);
    const text = await readRegularFile(path);
    const existing = typeof text === 'string' ? parseKeyFile(text) : undefined;
    if (text !== undefined && existing?.owner.uid !== secret.owner.uid) throw this.#block(name, text, secret.key);
    const uid = existing !== undefined && keyOf(existing.key) === keyOf(secret.key) ? existing.uid : randomUUID();
    const next = formatKeyFile({ ...secret, uid });
    if (next === text) return;
    await this.#prepare();
    const temporary = join(this.#options.directory, `.${name}.${randomUUID()}`);
    try {
      await writeFile(temporary, next, { mode: OWNER_ONLY_FILE, flag: 'wx', flush: true });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Deletes the file of a Secret if its uid still is the given one. */
  async delete(key: ObjectKey, uid: string): Promise<void> {
    const file = (await this.#readAll()).find(({ secret }) => keyOf(secret.key) === keyOf(key) && secret.uid === uid);
    if (file !== undefined) await rm(join(this.#options.directory, file.name), { force: true });
  }

  #block(name: string, text: string | null, key: ObjectKey): SecretConflictError {
    const message = `${join(this.#options.directory, name)} was not written by flashback for this key; move it away`;
    if (this.#blocked.get(name)?.text !== text) this.#options.onProblem(message);
    this.#blocked.set(name, { text, key });
    return new SecretConflictError(message);
  }

  /** Keys whose way has become free, or is blocked by something else now. */
  async #unblocked(): Promise<ObjectKey[]> {
    const keys: ObjectKey[] = [];
    for (const [name, { text, key }] of this.#blocked) {
      const now = await readRegularFile(join(this.#options.directory, name)).catch(() => undefined);
      if (now === text) continue;
      this.#blocked.delete(name);
      keys.push(key);
    }
    return keys;
  }

  async #prepare(): Promise<void> {
    const { directory } = this.#options;
    await mkdir(directory, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
    await chmod(directory, OWNER_ONLY_DIRECTORY);
    // Keys must not end in somebody's repository because of a careless `git add .`.
    await writeFile(join(directory, '.gitignore'), '*\n', { mode: OWNER_ONLY_FILE });
  }

  async #readAll(): Promise<KeyFile[]> {
    const { directory } = this.#options;
    const names = await readdir(directory).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const files: KeyFile[] = [];
    for (const name of names.filter((entry) => entry.endsWith('.env') && !entry.startsWith('.')).toSorted()) {
      const text = await readRegularFile(join(directory, name)).catch(() => undefined);
      const secret = typeof text === 'string' ? parseKeyFile(text) : undefined;
      // A copy under another name is somebody's backup.
      if (typeof text !== 'string' || secret === undefined || fileNameOf(secret) !== name) continue;
      files.push({ name, secret, version: hash('sha256', text, 'hex').slice(0, 16) });
    }
    return files;
  }

  #schedule(): void {
    this.#timer?.clear();
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#scanning = this.#scanning.then(() => this.#scan());
    }, DEBOUNCE_MS);
  }

  async #scan(): Promise<void> {
    let found: Map<string, KeyFile>;
    try {
      found = new Map((await this.#readAll()).map((file) => [file.name, file]));
    } catch (error) {
      return this.#options.onProblem(error instanceof Error ? error.message : String(error));
    }
    const { directory, onChange, onSecret } = this.#options;
    const changed = new Map((await this.#unblocked()).map((key) => [keyOf(key), key]));
    for (const name of new Set([...found.keys(), ...this.#known.keys()])) {
      const [before, after] = [this.#known.get(name), found.get(name)];
      if (before?.version === after?.version) continue;
      for (const file of [before, after]) if (file !== undefined) changed.set(keyOf(file.secret.key), file.secret.key);
      onChange?.({ before: before?.secret, after: after?.secret, path: join(directory, name) });
    }
    this.#known = found;
    for (const key of changed.values()) onSecret(key);
  }
}
