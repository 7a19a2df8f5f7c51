// Ids of audit entries, made from what they tell. The Platform API and the operator see the same change, and leaders see it one after the
// other: the ledger keeps the first entry of an id, so it stands there once. Whoever knows the name of the user should therefore be first.
import type { AuditEntry } from './ledger.ts';

/** `generation`: what the object has after an update. */
export function auditId(event: AuditEntry['event'], uid: string, generation: number): string {
  return event === 'updated' ? `${uid}/${generation}` : `${uid}/${event}`;
}
