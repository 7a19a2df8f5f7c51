// Brings the schema of a ledger to the version of this program, step by step, in one transaction.
import type { Database, Transaction } from './database.ts';
import { MIGRATIONS, type Migration } from './schema.ts';

/** Throws where the ledger was written by a newer program: to go on could damage what that one keeps. */
export async function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  const newest = migrations.at(-1)?.version ?? 0;
  const step = async (transaction: Transaction): Promise<void> => {
    await transaction.run(`CREATE TABLE IF NOT EXISTS schema_version (version ${database.words.integer} NOT NULL)`);
    const [row] = await transaction.all<{ version: number | null }>('SELECT max(version) AS version FROM schema_version');
    const version = row?.version ?? 0;
    if (version > newest) {
      throw new Error(
        `the ledger has schema version ${version}, and this program knows versions up to ${newest}: ` +
          'run the newer program, or restore the backup from before the update',
      );
    }
    for (const migration of migrations) {
      if (migration.version <= version) continue;
      for (const statement of migration.statements(database.words)) await transaction.run(statement);
      await transaction.run('INSERT INTO schema_version (version) VALUES (?)', [migration.version]);
    }
  };
  await database.write(step, { isLong: true });
}
