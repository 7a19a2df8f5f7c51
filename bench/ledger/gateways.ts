// Two gateways as far as the ledger sees them: spools on disk that are kept full, told over the push port. A process of its own, started by
// channel.ts; says over IPC where they are and whom they trust, and, when it is asked, how much CPU time it has taken.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { LedgerFeed } from '../../src/gateway/ledger/feed.ts';
import { Spool } from '../../src/gateway/ledger/spool.ts';
import { DirectoryStore } from '../../src/gateway/ledger/stores.ts';
import { ensurePushSecrets, type PushSecrets } from '../../src/push/certificates.ts';
import { silentLogger, startAdmin } from '../../test/fake/admin-gateway.ts';
import { MemorySecretFiles } from '../../test/fake/secret-files.ts';
import { entryOf } from './events.ts';

const GATEWAYS = 2;
/** Entries that wait in each spool, so that there is always a whole answer of them. */
const WAITING = 15_000;
const AT_ONCE = 500;

export interface Ready {
  ports: number[];
  secrets: Pick<PushSecrets, 'ca' | 'operator'>;
}

const base = mkdtempSync(join(tmpdir(), 'flashback-ledger-bench-spools-'));
process.once('exit', () => rmSync(base, { recursive: true, force: true }));
process.once('disconnect', () => process.exit());

const files = new MemorySecretFiles();
const secrets = await ensurePushSecrets(files, { clock: systemClock, namespace: 'flashback-system' });
const spools = Array.from({ length: GATEWAYS }, (_, index) => {
  const openDirectory = (): DirectoryStore => new DirectoryStore(join(base, `${index}`));
  const shared = { limitBytes: Infinity, clock: systemClock, logger: silentLogger, newSource: randomUUID, onDropped: () => undefined };
  return new Spool({ ...shared, openDirectory });
});
const servers = await Promise.all(spools.map((spool) => startAdmin(files, { ledger: new LedgerFeed(spool, systemClock) })));

// Others than those of the round before.
let number = (Date.now() % 1e9) * 100;
function produce(): void {
  const hungry = spools.filter((spool) => spool.status.entries < WAITING);
  for (const spool of hungry) {
    for (let count = 0; count < AT_ONCE; count += 1) {
      const entry = entryOf((number += 1), Date.now());
      if (entry.type === 'usage') spool.use(entry, entry);
      else spool.violated(entry);
    }
  }
  setTimeout(produce, hungry.length > 0 ? 0 : 5);
}
produce();

process.on('message', () => process.send?.(process.cpuUsage()));
const ready: Ready = { ports: servers.map(({ port }) => port), secrets: { ca: secrets.ca, operator: secrets.operator } };
process.send?.(ready);
