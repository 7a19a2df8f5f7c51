// Batches that the operator may know: numbered, and unchanged until it confirms them.
import { MAX_LEDGER_BYTES, MAX_LEDGER_ENTRIES } from '../../push/names.ts';
import type { LedgerBatch, LedgerConfirmation } from '../../ledger/entries.ts';
import { Contents } from './contents.ts';
import { decode } from './journal.ts';
import { batchName, partName, readPart, summaryOf, type BatchName, type Part, type Summary } from './parts.ts';
import type { SpoolStore } from './stores.ts';

interface Sealed extends BatchName, Summary {
  store: SpoolStore;
  /** Absent: it is read again when it is told. */
  batch?: LedgerBatch;
}

const batchOf = ({ source, sequence }: BatchName, contents: Contents): LedgerBatch => ({
  source,
  sequence,
  dropped: contents.dropped,
  entries: contents.entries(),
});

function readOr<T>(otherwise: T, read: () => T, onProblem: (error: unknown) => void): T {
  try {
    return read();
  } catch (error) {
    onProblem(error);
    return otherwise;
  }
}

const entriesIn = ({ usage, violations }: Summary): number => usage + violations;

export class Outbox {
  /** Batches that end with the process have a source of their own, so that they leave no gap in what does not. */
  readonly #sources: Record<'durable' | 'passing', { source: string; sequence: number }>;
  #sealed: Sealed[] = [];

  constructor(newSource: () => string) {
    this.#sources = { durable: { source: newSource(), sequence: 0 }, passing: { source: newSource(), sequence: 0 } };
  }

  get waiting(): readonly Readonly<Summary>[] {
    return this.#sealed;
  }

  /**
   * Batches that other processes have left. One that cannot be read, or is not there between two that are, is told without entries:
   * nothing that follows a gap would ever be taken.
   */
  adopt(store: SpoolStore, names: readonly BatchName[], onProblem: (name: string, error: unknown) => void): void {
    for (const [source, found] of Map.groupBy(names, (name) => name.source)) {
      const known = new Set(found.map(({ sequence }) => sequence));
      for (let sequence = Math.min(...known); sequence <= Math.max(...known); sequence++) {
        const name = { source, sequence };
        const read = (): Contents => decode(store.read(batchName(name))).contents;
        const contents = readOr(new Contents(), read, (error) => onProblem(batchName(name), error));
        const batch = contents.isEmpty ? { batch: batchOf(name, contents) } : {};
        this.#sealed.push({ store, ...name, ...summaryOf(contents), ...batch });
      }
    }
  }

  /**
   * Makes a part the next batch of its source. `contents`: what is in it, where that is known. Throws what the system says, and then it is
   * none.
   */
  seal(part: Part, contents: Contents = readPart(part)): void {
    const { store, usage, violations, bytes, oldest } = part;
    const from = this.#sources[store.isDurable ? 'durable' : 'passing'];
    const name = { source: from.source, sequence: from.sequence + 1 };
    store.rename(partName(part), batchName(name));
    from.sequence = name.sequence;
    this.#sealed.push({ store, ...name, usage, violations, bytes, oldest, batch: batchOf(name, contents) });
  }

  /** What fits into one answer, at least one batch where there is any. Throws what the system says. */
  told(): LedgerBatch[] {
    const batches: LedgerBatch[] = [];
    let [entries, bytes] = [0, 0];
    for (const sealed of this.#sealed) {
      entries += entriesIn(sealed);
      bytes += sealed.bytes;
      if (batches.length > 0 && (entries > MAX_LEDGER_ENTRIES || bytes > MAX_LEDGER_BYTES)) break;
      batches.push(sealed.batch ?? batchOf(sealed, decode(sealed.store.read(batchName(sealed))).contents));
    }
    return batches;
  }

  /**
   * Forgets what is in the ledger for good; tells whether anything was. `onProblem`: its file stays, and will be told again by the next
   * process, which changes nothing.
   */
  confirm(confirmed: readonly LedgerConfirmation[], onProblem: (error: unknown) => void): boolean {
    const isConfirmed = ({ source, sequence }: BatchName): boolean =>
      confirmed.some((through) => through.source === source && through.sequence >= sequence);
    const news = this.#sealed.filter(isConfirmed);
    for (const sealed of news) {
      try {
        sealed.store.remove(batchName(sealed));
      } catch (error) {
        onProblem(error);
      }
    }
    this.#sealed = this.#sealed.filter((sealed) => !isConfirmed(sealed));
    return news.length > 0;
  }
}
