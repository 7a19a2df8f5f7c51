// The port of the ledger: what is written to it and what can be asked. SQLite and PostgreSQL fill it; whoever uses it cannot tell which.
import type { Kind } from '../api/resources.ts';
import type { LedgerBatch, UsageAmounts } from './entries.ts';

/** Columns that use can be broken down by, and filtered by. Objects go by their UIDs. */
export const DIMENSIONS = ['workspace', 'repository', 'llm', 'key', 'provider', 'model', 'host', 'user', 'conversation'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Amounts extends UsageAmounts {
  violations: number;
  alerts: number;
  blocks: number;
  severityLow: number;
  severityMedium: number;
  severityHigh: number;
}

/** Whose rows count: those of these namespaces, or of all. A question is never answered without it. */
export type Visible = readonly string[] | 'all';

/** What somebody has made or done themselves counts in these namespaces, too. */
export interface Own {
  visible: Visible;
  /** Name of the user, as in the rows. */
  name: string;
}

export interface UsageQuestion {
  visible: Visible;
  /** Milliseconds since the epoch: from inclusive, to exclusive. */
  from: number;
  to: number;
  /**
   * Milliseconds of one bucket, a multiple of 60000; undefined: everything in one. Where minutes are no longer kept, amounts are in the
   * bucket in which their hour begins, and where hours are not, in that of their day.
   */
  bucket?: number;
  groupBy: readonly Dimension[];
  /** All have to hold; within one, any of its values. */
  filter?: Partial<Record<Dimension, readonly string[]>>;
  /** At least one of these has to hold, where any is given. */
  anyOf?: Partial<Record<Dimension, readonly string[]>>;
  /** Ids of keys whose use does not count. */
  withoutKeys?: readonly string[];
  /** By the greatest of this amount first; otherwise by bucket and dimensions: objects, users and conversations as they were first seen. */
  orderBy?: keyof Amounts;
  limit?: number;
  offset?: number;
  /** False: conversations are not counted, which takes as long as everything else, and are 0 in every row. */
  conversations?: boolean;
  /** Of the operator itself, for its statuses: it waits for no question of a caller. */
  forOperator?: boolean;
}

export interface UsageRow {
  /** Start of the bucket, in milliseconds since the epoch; 0 without buckets. */
  at: number;
  /** Of what was grouped by. */
  dimensions: Partial<Record<Dimension, string>>;
  amounts: Amounts;
  /** Different conversations in the row. */
  conversations: number;
}

export interface Page {
  /** From 0. */
  skip: number;
  take: number;
}

export interface ViolationQuestion extends Page {
  visible: Visible;
  from?: number;
  to?: number;
  /** UIDs. */
  repository?: string;
  policy?: string;
  provider?: readonly string[];
  model?: readonly string[];
  host?: readonly string[];
  /** As it was judged: a violation that nobody judged has none of them. */
  severity?: readonly ('Low' | 'Medium' | 'High')[];
  block?: boolean;
}

export interface ViolationRow {
  id: string;
  at: number;
  policy: { uid: string; name: string };
  workspace: string;
  repository: { uid: string; name: string };
  key: string;
  llm: string;
  provider: string;
  model: string;
  host: string;
  user: string;
  conversation: string;
  phase: 'Request' | 'Response';
  action: 'Log' | 'Alert' | 'Block' | 'DryRun';
  severity?: 'Low' | 'Medium' | 'High';
  explanation: string;
  requestId: string;
}

/** What sums of violations are told apart by. Policies go by their UIDs, empty where nobody has known it. */
export const VIOLATION_GROUPS = ['policy', 'user'] as const;
export type ViolationGroup = (typeof VIOLATION_GROUPS)[number];

export interface ViolationSumsQuestion {
  visible: Visible;
  /** Milliseconds since the epoch: from inclusive, to exclusive. */
  from: number;
  to: number;
  /** Milliseconds of one bucket, a whole number; undefined: everything in one. */
  bucket?: number;
  groupBy: readonly ViolationGroup[];
  /** All have to hold; within one, any of its values. Objects go by their UIDs. */
  filter?: Partial<Record<ViolationGroup | 'repository' | 'llm' | 'key' | 'model', readonly string[]>>;
}

export interface ViolationSum {
  /** Start of the bucket, in milliseconds since the epoch; 0 without buckets. */
  at: number;
  /** Of what was grouped by. */
  dimensions: Partial<Record<ViolationGroup, string>>;
  /** Severities as they were judged, so together they may be fewer than the violations. */
  amounts: Omit<Amounts, keyof UsageAmounts>;
}

/** An alert is a violation that told somebody. */
export interface AlertRow extends Omit<ViolationRow, 'severity' | 'explanation'> {
  message: string;
}

/** Somebody changed something through the Platform API, or the operator saw that an object came, changed or went. */
export interface AuditEntry {
  id: string;
  at: number;
  /** Name of the user, as the API server knows it. Of a change that was only seen: `manager:` and the field manager, which the writer chose. */
  actor: string;
  event: 'created' | 'updated' | 'deleted';
  kind: Kind | 'Key' | 'Conversation';
  uid: string;
  workspace: string;
  name: string;
}

export interface AuditQuestion extends Page {
  visible: Visible;
  own?: Own;
  from?: number;
  to?: number;
  kind?: AuditEntry['kind'];
  event?: AuditEntry['event'];
  actor?: string;
}

export interface Conversation {
  id: string;
  workspace: string;
  /** UID. */
  repository: string;
  createdBy: string;
  createdAt: number;
  updatedAt: number;
  deletedAt?: number;
  tokensIn: number;
  tokensOut: number;
  /** Sealed, as messages are. */
  title?: Uint8Array;
}

export interface Message {
  id: string;
  conversation: string;
  role: 'user' | 'assistant' | 'system';
  /** Sealed by whoever writes it: the ledger holds no text. */
  content: Uint8Array;
  model?: string;
  tokens?: number;
  createdAt: number;
}

export interface ConversationQuestion extends Page {
  visible: Visible;
  own?: Own;
  from?: number;
  to?: number;
  createdBy?: string;
  repository?: string;
  showDeleted?: boolean;
}

export interface MessageQuestion extends Page {
  /** The latest before the others; otherwise the oldest. */
  latestFirst?: boolean;
  /** Of all contents together, as they are kept. The page ends before they are more, though never before its first row. */
  bytes?: number;
}

export interface Paged<Row> {
  rows: Row[];
  total: number;
}

/** Finds the UID of an object by kind and `namespace/name`; undefined: it is gone, and the last one known by that name counts. */
export type FindUid = (kind: Kind, key: string) => string | undefined;

/**
 * What a batch led to. `known`: it had been stored before. `gap`: one between it and the one that was told before it is missing; nothing was stored.
 * `resumed`: stored, although some before it are not here. A gateway tells the oldest first that nobody has confirmed, so another ledger has
 * those: that of an operator that led meanwhile, or this one before it was restored from a backup.
 */
export type Ingested = 'stored' | 'known' | 'gap' | 'resumed';

/** Who has told something, how far it is in the ledger, and how much it had to give up. */
export interface SourceRow {
  source: string;
  sequence: number;
  /** Entries, over all batches. */
  dropped: number;
  /** When the last batch was stored, in milliseconds since the epoch. */
  seenAt: number;
}

export interface Ledger {
  /**
   * In one transaction with the sequences of the sources: all of it or nothing. Batches of a source are all those of one answer, in their order;
   * the first of them may have any sequence.
   */
  ingest(batches: readonly LedgerBatch[], findUid: FindUid): Promise<Ingested[]>;
  usage(question: UsageQuestion): Promise<UsageRow[]>;
  /** How many rows the question has without its limit. */
  countUsage(question: UsageQuestion): Promise<number>;
  violations(question: ViolationQuestion): Promise<Paged<ViolationRow>>;
  /** As many as there are, in no order: a row for each bucket and group that has a violation. */
  violationSums(question: ViolationSumsQuestion): Promise<ViolationSum[]>;
  alerts(question: ViolationQuestion): Promise<Paged<AlertRow>>;
  audit(entries: readonly AuditEntry[]): Promise<void>;
  audited(question: AuditQuestion): Promise<Paged<AuditEntry>>;
  createConversation(conversation: Conversation): Promise<void>;
  conversation(id: string): Promise<Conversation | undefined>;
  conversations(question: ConversationQuestion): Promise<Paged<Conversation>>;
  /** Appends, and adds the tokens to its conversation, in one transaction. */
  addMessages(conversation: string, messages: readonly Message[], tokens: { in: number; out: number }): Promise<void>;
  messages(conversation: string, question: MessageQuestion): Promise<Paged<Message>>;
  /** The first message of each of these conversations that has one, in no order; without those that are longer than `bytes`, sealed. */
  openings(conversations: readonly string[], bytes: number): Promise<Message[]>;
  /** Soft: hidden from lists; hard: gone with its messages. */
  deleteConversation(id: string, options: { hard: boolean; at: number }): Promise<void>;
  /** Removes what is older than its retention, and folds minutes that are old into longer buckets. */
  compact(now: number): Promise<void>;
  close(): Promise<void>;
}

/** A ledger that can also say who fills it. */
export interface StoredLedger extends Ledger {
  sources(): Promise<SourceRow[]>;
}
