// What gateways tell the ledger: amounts of use per minute, and violations one by one. Plain JSON, in batches that are numbered by
// where they come from, so that a batch which arrives twice counts once.
import type { ProviderType } from '../api/resources.ts';
import type { PolicyPhase, SnapshotPolicy } from '../snapshot/snapshot.ts';

/** Who asked what of whom. Objects go by `namespace/name`, which is what snapshots know; the ledger finds their UIDs. */
export interface EntryDimensions {
  /** `namespace/name`. */
  repository: string;
  /** Id of the key. */
  key: string;
  /** `namespace/name` of the connection; empty where the request went to none. */
  llm: string;
  provider: ProviderType | '';
  /** As the application asked for it, where the repository lists it; otherwise empty, so that callers cannot invent rows. */
  model: string;
  /** Name of the gateway pod. */
  host: string;
  /** Of the `metadata` of the request, where it had such a member: at most 128 characters, otherwise empty. */
  user: string;
  conversation: string;
}

/** Amounts that add up. Tokens of judges are counted apart: nobody asked for those. */
export interface UsageAmounts {
  requests: number;
  /** Of the model that was asked. */
  tokensIn: number;
  tokensOut: number;
  /** Of the judges of policies. */
  policyTokensIn: number;
  policyTokensOut: number;
  /** Milliseconds from the request to the end of its answer, summed over the requests. */
  latency: number;
}

export interface UsageEntry extends EntryDimensions, UsageAmounts {
  type: 'usage';
  /** Minutes since the epoch. */
  minute: number;
}

/** A policy matched. The text that matched never leaves the gateway. */
export interface ViolationEntry extends EntryDimensions {
  type: 'violation';
  /** Unique; survives repetitions. */
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** `namespace/name`. */
  policy: string;
  phase: PolicyPhase;
  /** What it led to. Alert and Block also write an alert. */
  action: SnapshotPolicy['action'];
  /** Severity of what was found, where somebody judged it; otherwise absent. */
  severity?: SnapshotPolicy['riskType'];
  /** In words, without what was found. */
  explanation: string;
  requestId: string;
}

export type LedgerEntry = UsageEntry | ViolationEntry;

/** What one source tells at a time. */
export interface LedgerBatch {
  /** Unique for a spool, that is for a process and what it took over from the one before it. */
  source: string;
  /** From 1, without a gap. A batch is sent until it is confirmed, always with the same content. */
  sequence: number;
  /** Entries that were given up before this batch, because the spool was full. Counted, never silent. */
  dropped: number;
  entries: LedgerEntry[];
}

/** Which batches of a source are in the ledger for good: all up to this sequence. */
export interface LedgerConfirmation {
  source: string;
  sequence: number;
}

/** What the operator posts to LEDGER_PATH on the push port of a gateway, over and over. */
export interface LedgerAsk {
  /** What is in the ledger for good: the gateway forgets it. */
  confirmed: LedgerConfirmation[];
}

/**
 * The gateway's answer: as soon as it has something to tell, at the latest after REPORT_HOLD, then without a batch. Batches that
 * were told and not confirmed come again, and before any others.
 */
export interface LedgerTold {
  /** Those of one source in the order of their sequences. */
  batches: LedgerBatch[];
}
