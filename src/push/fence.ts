// Keeps a process that no longer leads from writing: every write asks first. A process that was frozen does not know that
// somebody else leads by now, and would go on where it stopped.
import type { SecretFiles } from './secret-files.ts';
import type { ResourceStore } from '../reconcile/store.ts';

/** The write was not begun: this process does not lead, or not any more. */
export class NotLeaderError extends Error {
  override readonly name = 'NotLeaderError';

  constructor() {
    super('this operator does not lead');
  }
}

function guardOf(mayWrite: () => boolean): () => void {
  return () => {
    if (!mayWrite()) throw new NotLeaderError();
  };
}

/** The store, whose writes reject with NotLeaderError unless `mayWrite()`. Events are left out then. */
export function fenceStore(store: ResourceStore, mayWrite: () => boolean): ResourceStore {
  const guard = guardOf(mayWrite);
  return {
    get: (kind, key) => store.get(kind, key),
    list: (kind) => store.list(kind),
    grants: () => store.grants(),
    covers: (namespace) => store.covers(namespace),
    namespaceLabels: (namespace) => store.namespaceLabels(namespace),
    getSecret: (key) => store.getSecret(key),
    listKeySecrets: (repository) => store.listKeySecrets(repository),
    async applySecret(secret) {
      guard();
      await store.applySecret(secret, guard);
    },
    async deleteSecret(key, uid) {
      guard();
      await store.deleteSecret(key, uid);
    },
    async applyStatus(object, status) {
      guard();
      await store.applyStatus(object, status);
    },
    emit(event) {
      if (mayWrite()) store.emit(event);
    },
  };
}

/** The files, whose writes and deletes reject with NotLeaderError unless `mayWrite()`. */
export function fenceFiles(files: SecretFiles, mayWrite: () => boolean): SecretFiles {
  const guard = guardOf(mayWrite);
  return {
    read: (name) => files.read(name),
    list: (prefix) => files.list(prefix),
    async write(name, data) {
      guard();
      await files.write(name, data);
    },
    async delete(name) {
      guard();
      await files.delete(name);
    },
  };
}
