// The port through which certificates and boot snapshots are kept: named bundles of small files. In a cluster each one is a
// Secret in the namespace of the release.

export interface SecretFiles {
  /** Files of the bundle by name, read live; undefined: there is no such bundle. */
  read(name: string): Promise<Record<string, Buffer> | undefined>;
  /** Creates the bundle, or replaces all its files. */
  write(name: string, data: Record<string, Buffer>): Promise<void>;
  /** Names of all bundles that begin with the prefix. */
  list(prefix: string): Promise<string[]>;
  /** Does nothing when there is no such bundle. */
  delete(name: string): Promise<void>;
}
