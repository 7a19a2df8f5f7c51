// A ledger that only remembers what it was asked.
import type { Ledger } from '../../src/ledger/ledger.ts';

const NOTHING = { rows: [], total: 0 };

/** `names`: every method of the port. */
export function recordingLedger(): { ledger: Ledger; calls: string[]; names: string[] } {
  const calls: string[] = [];
  const answer = <T>(name: string, value: T) => async (): Promise<T> => {
    calls.push(name);
    return value;
  };
  const ledger: Ledger = {
    ingest: async (batches) => {
      calls.push('ingest');
      return (batches ?? []).map(() => 'stored');
    },
    usage: answer('usage', []),
    countUsage: answer('countUsage', 0),
    violations: answer('violations', NOTHING),
    violationSums: answer('violationSums', []),
    alerts: answer('alerts', NOTHING),
    audit: answer('audit', undefined),
    audited: answer('audited', NOTHING),
    createConversation: answer('createConversation', undefined),
    conversation: answer('conversation', undefined),
    conversations: answer('conversations', NOTHING),
    addMessages: answer('addMessages', undefined),
    messages: answer('messages', NOTHING),
    openings: answer('openings', []),
    deleteConversation: answer('deleteConversation', undefined),
    compact: answer('compact', undefined),
    close: answer('close', undefined),
  };
  return { ledger, calls, names: Object.keys(ledger) };
}
