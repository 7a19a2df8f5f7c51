// Stands where no ledger is kept: questions are refused in words, and the audit goes to the log.
import type { AuditEntry, Ledger } from '../ledger/ledger.ts';
import type { Logger } from '../telemetry/log.ts';
import { ApiError } from './operation.ts';

export function noLedger(logger: Logger): Ledger {
  const refuse = (): Promise<never> => Promise.reject(new ApiError(503, 'there is no ledger, so nothing is known about use; see the settings of the ledger'));
  return {
    ingest: refuse,
    usage: refuse,
    countUsage: refuse,
    violations: refuse,
    violationSums: refuse,
    alerts: refuse,
    async audit(entries: readonly AuditEntry[]) {
      for (const entry of entries) logger.info({ audit: entry }, 'audit');
    },
    audited: refuse,
    createConversation: refuse,
    conversation: refuse,
    conversations: refuse,
    addMessages: refuse,
    messages: refuse,
    openings: refuse,
    deleteConversation: refuse,
    compact: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
