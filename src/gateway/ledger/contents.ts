// What a part of the spool holds: use, added up by minute and dimensions, and violations one by one. Pure data, without a file or a clock.
import type { EntryDimensions, LedgerEntry, UsageAmounts, UsageEntry, ViolationEntry } from '../../ledger/entries.ts';

export const AMOUNTS = ['requests', 'tokensIn', 'tokensOut', 'policyTokensIn', 'policyTokensOut', 'latency'] as const satisfies (keyof UsageAmounts)[];
export const DIMENSION_NAMES = ['repository', 'key', 'llm', 'provider', 'model', 'host', 'user', 'conversation'] as const satisfies (keyof EntryDimensions)[];

/** What the amounts of an entry take in JSON, at most. */
const AMOUNT_BYTES = 200;

/** One combination of dimensions. */
export interface Row {
  /** From 0, in the order of their first entries. */
  index: number;
  dimensions: EntryDimensions;
  /** By minute since the epoch. */
  minutes: Map<number, UsageAmounts>;
  /** Bytes of the dimensions in JSON. */
  bytes: number;
  /** Whether the file of this part says it already; whoever writes the file keeps it. */
  written: boolean;
}

/** One text for each combination: names hold no line break, and what callers say stands at the end with its length. */
export function rowKey({ repository, key, llm, provider, model, host, user, conversation }: EntryDimensions): string {
  return `${repository}\n${key}\n${llm}\n${provider}\n${model}\n${host}\n${user.length}\n${user}${conversation}`;
}

function picked({ repository, key, llm, provider, model, host, user, conversation }: EntryDimensions): EntryDimensions {
  return { repository, key, llm, provider, model, host, user, conversation };
}

export class Contents {
  readonly #rows = new Map<string, Row>();
  readonly violations: ViolationEntry[] = [];
  /** Entries that were given up before these. */
  dropped = 0;
  #usage = 0;
  #bytes = 0;
  #oldest = Infinity;

  /** How many entries of use it comes to. */
  get usageEntries(): number {
    return this.#usage;
  }

  get entryCount(): number {
    return this.#usage + this.violations.length;
  }

  get isEmpty(): boolean {
    return this.entryCount === 0 && this.dropped === 0;
  }

  /** Bytes of its entries in JSON, hardly less. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of its oldest entry, milliseconds since the epoch; Infinity without any. */
  get oldest(): number {
    return this.#oldest;
  }

  rows(): Iterable<Row> {
    return this.#rows.values();
  }

  rowOf(given: EntryDimensions): Row {
    const key = rowKey(given);
    let row = this.#rows.get(key);
    if (row === undefined) {
      const dimensions = picked(given);
      row = { index: this.#rows.size, dimensions, minutes: new Map(), bytes: Buffer.byteLength(JSON.stringify(dimensions)), written: false };
      this.#rows.set(key, row);
    }
    return row;
  }

  addUsage(row: Row, minute: number, amounts: UsageAmounts): void {
    const known = row.minutes.get(minute);
    if (known !== undefined) {
      for (const name of AMOUNTS) known[name] += amounts[name];
      return;
    }
    const { requests, tokensIn, tokensOut, policyTokensIn, policyTokensOut, latency } = amounts;
    row.minutes.set(minute, { requests, tokensIn, tokensOut, policyTokensIn, policyTokensOut, latency });
    this.#usage++;
    this.#bytes += row.bytes + AMOUNT_BYTES;
    this.#oldest = Math.min(this.#oldest, minute * 60_000);
  }

  addViolation(violation: ViolationEntry): void {
    this.violations.push(violation);
    this.#bytes += Buffer.byteLength(JSON.stringify(violation));
    this.#oldest = Math.min(this.#oldest, violation.at);
  }

  /** Adds all that the other one holds. */
  addAll(other: Contents): void {
    for (const { dimensions, minutes } of other.rows()) {
      const row = this.rowOf(dimensions);
      for (const [minute, amounts] of minutes) this.addUsage(row, minute, amounts);
    }
    for (const violation of other.violations) this.addViolation(violation);
    this.dropped += other.dropped;
  }

  /** Always in the same order for what was added in the same order. */
  entries(): LedgerEntry[] {
    const usage: UsageEntry[] = [];
    for (const { dimensions, minutes } of this.#rows.values()) {
      for (const [minute, amounts] of minutes) usage.push({ type: 'usage', minute, ...dimensions, ...amounts });
    }
    return [...usage, ...this.violations];
  }
}
