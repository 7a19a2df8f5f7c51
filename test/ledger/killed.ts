// A process that tells a ledger batch after batch, and its parent what was confirmed, until it is killed.
import { openLedger } from '../../src/ledger/open.ts';
import { aBatch, aUse, everyUid } from './said.ts';

const ledger = await openLedger({ url: process.argv[2]! });
for (let sequence = 1; ; sequence += 1) {
  const entries = Array.from({ length: 50 }, (_, index) => aUse({ user: `u${sequence}`, conversation: `c${index}` }));
  await ledger.ingest([aBatch(entries, { sequence })], everyUid);
  process.send!(sequence);
}
