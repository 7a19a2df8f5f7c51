// The part that is added to. What is added is appended to its file first, so that it is there whatever happens next.
import type { EntryDimensions, UsageAmounts, ViolationEntry } from '../../ledger/entries.ts';
import { Contents, type Row } from './contents.ts';
import { encode, rowLine, usageLine, violationLine } from './journal.ts';
import { MAX_PART_BYTES, MAX_PART_ENTRIES, partName, summaryOf, type Part } from './parts.ts';
import type { Appender, SpoolStore } from './stores.ts';

/** A file that has grown longer than this, and longer than what it comes to, is written anew. */
const MAX_FILE_BYTES = 1024 * 1024;

export class ActivePart {
  readonly contents: Contents;
  readonly #store: SpoolStore;
  readonly id: number;
  /** Absent before the first line. */
  #appender: Appender | undefined;
  #fileBytes = 0;

  /** With `contents` that are in no file of the store yet. Throws what the system says. */
  constructor(store: SpoolStore, id: number, contents = new Contents()) {
    this.#store = store;
    this.id = id;
    this.contents = contents;
    if (!contents.isEmpty) this.rewrite();
  }

  get isFull(): boolean {
    return this.contents.entryCount >= MAX_PART_ENTRIES || this.contents.bytes >= MAX_PART_BYTES;
  }

  /** Its file says in many lines what a few could say. */
  get isVerbose(): boolean {
    return this.#store.isDurable && this.#fileBytes >= MAX_FILE_BYTES && this.#fileBytes > 2 * this.contents.bytes;
  }

  /** Throws what the system says, and then nothing was added. */
  use(dimensions: EntryDimensions, minute: number, amounts: UsageAmounts): void {
    const row = this.contents.rowOf(dimensions);
    this.#append(row, usageLine(row, minute, amounts));
    this.contents.addUsage(row, minute, amounts);
  }

  /** Throws what the system says, and then nothing was added. */
  violated(violation: ViolationEntry): void {
    const row = this.contents.rowOf(violation);
    this.#append(row, violationLine(row, violation));
    this.contents.addViolation(violation);
  }

  /** Throws what the system says; the file then is as it was. */
  rewrite(): void {
    const text = encode(this.contents);
    this.#store.write(this.#name, text);
    for (const row of this.contents.rows()) row.written = true;
    this.#appender?.close();
    // Whatever is in the way of this, nothing is appended to the file that was replaced.
    this.#appender = undefined;
    this.#fileBytes = text.length;
  }

  /** Ends it; undefined: there was nothing in it. Never throws: a file that cannot be shortened stays long. */
  close(): Part | undefined {
    try {
      this.#appender?.close();
      // What is in memory was kept nowhere but here.
      const isLong = !this.#store.isDurable || this.#fileBytes > this.contents.bytes;
      if (isLong && !this.contents.isEmpty) this.#store.write(this.#name, encode(this.contents));
    } catch {
      // It says the same.
    }
    this.#appender = undefined;
    if (this.contents.isEmpty) return undefined;
    return { store: this.#store, first: this.id, last: this.id, level: 'minutes', ...summaryOf(this.contents) };
  }

  get #name(): string {
    return partName({ first: this.id, last: this.id });
  }

  #append(row: Row, text: string): void {
    this.#appender ??= this.#store.open(this.#name);
    const lines = row.written ? text : rowLine(row) + text;
    this.#appender.append(lines);
    row.written = true;
    this.#fileBytes += lines.length;
  }
}
