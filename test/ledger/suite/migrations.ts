// What a ledger of an earlier schema holds is there after an update.
import { expect, it } from 'vitest';
import { migrate } from '../../../src/ledger/migrate.ts';
import { RETENTION } from '../../../src/ledger/retention.ts';
import { MIGRATIONS } from '../../../src/ledger/schema.ts';
import { SqlLedger } from '../../../src/ledger/sql-ledger.ts';
import { aQuestion, aUse, told } from '../said.ts';
import type { Place } from '../stores.ts';

const EARLIER = MIGRATIONS.slice(0, -1).map(({ version }) => version);

export function migrationsSuite(fresh: () => Promise<Place>): void {
  it.each(EARLIER)('brings a ledger of schema version %i up to date, with all that is in it', async (version) => {
    const place = await fresh();
    const database = await place.connect();
    await migrate(
      database,
      MIGRATIONS.filter((migration) => migration.version <= version),
    );
    const before = new SqlLedger(database, RETENTION);
    await told(before, [aUse({ user: 'ann', conversation: 'c-1' }), aUse({ user: 'bob', conversation: 'c-2' })]);
    await before.close();

    const ledger = await place.open();
    await told(ledger, [aUse({ user: 'ann', conversation: 'c-1' })]);
    for (const bucket of [60_000, 3_600_000, 86_400_000]) {
      const rows = await ledger.usage(aQuestion({ bucket, groupBy: ['user', 'conversation'], filter: { user: ['ann'] } }));
      expect(rows.map(({ dimensions, amounts }) => [dimensions, amounts.requests])).toEqual([[{ user: 'ann', conversation: 'c-1' }, 2]]);
    }
    await ledger.close();
    expect(await versionsIn(place)).toEqual(MIGRATIONS.map((migration) => migration.version));
  });
}

async function versionsIn(place: Place): Promise<number[]> {
  const database = await place.connect();
  const rows = await database.all<{ version: number }>('SELECT version FROM schema_version ORDER BY version');
  await database.close();
  return rows.map(({ version }) => version);
}
