// The ledger over a database. It has no state of its own but what it remembers of names.
import { addMessages, conversation, conversations, createConversation, deleteConversation, messages, openings } from './conversations.ts';
import type { Database } from './database.ts';
import type { LedgerBatch } from './entries.ts';
import { Gathering } from './gathering.ts';
import { ingest } from './ingest.ts';
import type {
  AlertRow,
  AuditEntry,
  AuditQuestion,
  Conversation,
  ConversationQuestion,
  FindUid,
  Ingested,
  Message,
  Page,
  Paged,
  SourceRow,
  StoredLedger,
  UsageQuestion,
  UsageRow,
  ViolationQuestion,
  ViolationRow,
  ViolationSum,
  ViolationSumsQuestion,
} from './ledger.ts';
import { migrate } from './migrate.ts';
import { Names, Remembered } from './names.ts';
import { alerts, audit, audited, violations } from './records.ts';
import { compact, type Retention } from './retention.ts';
import { countUsage, usage } from './usage.ts';
import { violationSums } from './violation-sums.ts';

interface Told {
  batches: readonly LedgerBatch[];
  findUid: FindUid;
}

export class SqlLedger implements StoredLedger {
  readonly #database: Database;
  readonly #retention: Retention;
  readonly #remembered = new Remembered();
  readonly #told = new Gathering<Told, Ingested[]>((all) => this.#ingest(all));

  /** Brings the schema up to date. Closes the database where that fails. */
  static async open(database: Database, retention: Retention): Promise<SqlLedger> {
    try {
      await migrate(database);
    } catch (error) {
      await database.close();
      throw error;
    }
    return new SqlLedger(database, retention);
  }

  /** Over a database whose schema is up to date. */
  constructor(database: Database, retention: Retention) {
    this.#database = database;
    this.#retention = retention;
  }

  ingest(batches: readonly LedgerBatch[], findUid: FindUid): Promise<Ingested[]> {
    return this.#told.add({ batches, findUid });
  }

  sources(): Promise<SourceRow[]> {
    return this.#database.all<SourceRow>('SELECT source, sequence, dropped, seen_at AS "seenAt" FROM sources ORDER BY source');
  }

  usage(question: UsageQuestion): Promise<UsageRow[]> {
    return usage(this.#database, question);
  }

  countUsage(question: UsageQuestion): Promise<number> {
    return countUsage(this.#database, question);
  }

  violations(question: ViolationQuestion): Promise<Paged<ViolationRow>> {
    return violations(this.#database, question);
  }

  violationSums(question: ViolationSumsQuestion): Promise<ViolationSum[]> {
    return violationSums(this.#database, question);
  }

  alerts(question: ViolationQuestion): Promise<Paged<AlertRow>> {
    return alerts(this.#database, question);
  }

  audit(entries: readonly AuditEntry[]): Promise<void> {
    return this.#database.write((transaction) => audit(transaction, entries));
  }

  audited(question: AuditQuestion): Promise<Paged<AuditEntry>> {
    return audited(this.#database, question);
  }

  createConversation(created: Conversation): Promise<void> {
    return this.#database.write((transaction) => createConversation(transaction, created));
  }

  conversation(id: string): Promise<Conversation | undefined> {
    return conversation(this.#database, id);
  }

  conversations(question: ConversationQuestion): Promise<Paged<Conversation>> {
    return conversations(this.#database, question);
  }

  addMessages(id: string, added: readonly Message[], tokens: { in: number; out: number }): Promise<void> {
    return this.#database.write((transaction) => addMessages(transaction, id, added, tokens));
  }

  messages(id: string, question: Page): Promise<Paged<Message>> {
    return messages(this.#database, id, question);
  }

  openings(ids: readonly string[], bytes: number): Promise<Message[]> {
    return openings(this.#database, ids, bytes);
  }

  deleteConversation(id: string, options: { hard: boolean; at: number }): Promise<void> {
    return this.#database.write((transaction) => deleteConversation(transaction, id, options));
  }

  compact(now: number): Promise<void> {
    // What came meanwhile goes first.
    return compact(this.#database, this.#retention, now, () => new Promise((resolve) => setImmediate(resolve)));
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #ingest(all: readonly Told[]): Promise<Ingested[][]> {
    const findUid: FindUid = (kind, key) => {
      for (const told of all) {
        const uid = told.findUid(kind, key);
        if (uid !== undefined) return uid;
      }
      return undefined;
    };
    const batches = all.flatMap((told) => told.batches);
    const { results, found } = await this.#database.write(async (transaction) => {
      const names = new Names(transaction, findUid, this.#remembered);
      return { results: await ingest(transaction, names, batches, Date.now()), found: names.found };
    });
    this.#remembered.add(found);
    let next = 0;
    return all.map((told) => results.slice(next, (next += told.batches.length)));
  }
}
