// Where the parts of the spool are kept: files of one directory, or, where there is none that can be written to, memory.
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What is appended to while a part is open. */
export interface Appender {
  /**
   * Handed to the operating system when this returns, so that it survives this process. Throws what the system says, and then nothing was
   * appended.
   */
  append(text: string): void;
  close(): void;
}

/** All methods throw what the system says. */
export interface SpoolStore {
  /** Whether what is written survives this process. */
  readonly isDurable: boolean;
  list(): string[];
  read(name: string): Buffer;
  /** All at once, or not at all, in place of what has that name. */
  write(name: string, text: string): void;
  /** To append to what has that name, or to nothing. */
  open(name: string): Appender;
  rename(from: string, to: string): void;
  remove(name: string): void;
}

class FileAppender implements Appender {
  readonly #file: number;
  #length: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a', 0o600);
    this.#length = fstatSync(this.#file).size;
  }

  append(text: string): void {
    const expected = Buffer.byteLength(text);
    let written: number;
    try {
      written = writeSync(this.#file, text);
    } catch (error) {
      this.#forget();
      throw error;
    }
    if (written !== expected) {
      this.#forget();
      throw new Error('no space left for a whole line');
    }
    this.#length += written;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Half a line in the middle of a file would spoil the one that follows it. */
  #forget(): void {
    try {
      ftruncateSync(this.#file, this.#length);
    } catch {
      // It is the last one of its file: nobody appends to a file that has failed.
    }
  }
}

const DRAFT = '.tmp';

export class DirectoryStore implements SpoolStore {
  readonly isDurable = true;
  readonly #directory: string;

  /** Makes the directory, and removes what a process that was killed has left half done. */
  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(directory)) if (name.endsWith(DRAFT)) this.remove(name);
  }

  list(): string[] {
    return readdirSync(this.#directory);
  }

  read(name: string): Buffer {
    return readFileSync(join(this.#directory, name));
  }

  write(name: string, text: string): void {
    const draft = join(this.#directory, name + DRAFT);
    try {
      writeFileSync(draft, text, { mode: 0o600 });
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
    renameSync(draft, join(this.#directory, name));
  }

  open(name: string): Appender {
    return new FileAppender(join(this.#directory, name));
  }

  rename(from: string, to: string): void {
    renameSync(join(this.#directory, from), join(this.#directory, to));
  }

  remove(name: string): void {
    rmSync(join(this.#directory, name), { force: true });
  }
}

/** Ends with the process. What is open is held by whoever appends, so it is kept only once that is written as a whole. */
export class MemoryStore implements SpoolStore {
  readonly isDurable = false;
  readonly #parts = new Map<string, Buffer>();

  list(): string[] {
    return [...this.#parts.keys()];
  }

  read(name: string): Buffer {
    const bytes = this.#parts.get(name);
    if (bytes === undefined) throw new Error(`there is no part ${name}`);
    return bytes;
  }

  write(name: string, text: string): void {
    this.#parts.set(name, Buffer.from(text));
  }

  open(): Appender {
    return { append: () => undefined, close: () => undefined };
  }

  rename(from: string, to: string): void {
    this.#parts.set(to, this.read(from));
    this.#parts.delete(from);
  }

  remove(name: string): void {
    this.#parts.delete(name);
  }
}
