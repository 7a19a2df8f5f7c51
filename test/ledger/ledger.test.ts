// One suite over every store of the ledger: whoever uses it cannot tell which it is.
import { afterAll, beforeAll, describe } from 'vitest';
import { STORES, type Place, type Store } from './stores.ts';
import { conversationsSuite } from './suite/conversations.ts';
import { crashesSuite } from './suite/crashes.ts';
import { ingestSuite } from './suite/ingest.ts';
import { migrationsSuite } from './suite/migrations.ts';
import { recordsSuite } from './suite/records.ts';
import { retentionSuite } from './suite/retention.ts';
import { usageSuite } from './suite/usage.ts';
import { violationSumsSuite } from './suite/violation-sums.ts';

const SUITES = {
  ingest: ingestSuite,
  usage: usageSuite,
  records: recordsSuite,
  'sums of violations': violationSumsSuite,
  conversations: conversationsSuite,
  migrations: migrationsSuite,
  retention: retentionSuite,
  crashes: crashesSuite,
};

describe.each(Object.entries(STORES))('the ledger in %s', (_, start) => {
  let store: Store;
  beforeAll(async () => {
    store = await start();
  }, 60_000);
  afterAll(() => store?.stop());
  const fresh = (): Promise<Place> => store.fresh();

  describe.each(Object.entries(SUITES))('%s', (_name, suite) => suite(fresh));
});
