// SecretFiles in memory. Buffers are copied both ways, as a network would.
import type { SecretFiles } from '../../src/push/secret-files.ts';

export class MemorySecretFiles implements SecretFiles {
  readonly bundles = new Map<string, Record<string, Buffer>>();
  /** Names in the order of writes and deletes, for assertions: `write x`, `delete y`. */
  readonly journal: string[] = [];
  /** Runs before each write: tests use it to fail, or to let somebody else be faster. */
  beforeWrite: (name: string) => void = () => {};

  async read(name: string): Promise<Record<string, Buffer> | undefined> {
    const data = this.bundles.get(name);
    return data === undefined ? undefined : copy(data);
  }

  async write(name: string, data: Record<string, Buffer>): Promise<void> {
    this.beforeWrite(name);
    this.journal.push(`write ${name}`);
    this.bundles.set(name, copy(data));
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.bundles.keys()].filter((name) => name.startsWith(prefix));
  }

  async delete(name: string): Promise<void> {
    this.journal.push(`delete ${name}`);
    this.bundles.delete(name);
  }
}

function copy(data: Record<string, Buffer>): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(data).map(([name, bytes]) => [name, Buffer.from(bytes)]));
}
