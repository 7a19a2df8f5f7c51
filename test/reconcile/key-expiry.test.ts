import { describe, expect, it } from 'vitest';
import { Harness } from './harness.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Eight days after the clock of the harness starts. */
const EXPIRES = '2026-12-03T08:00:00Z';
const SERIES = 'flashback_key_expiry_timestamp_seconds{namespace="team",repository="repo",key="app"}';

async function started(expiresAt: string): Promise<Harness> {
  const harness = new Harness();
  harness.connection('main');
  harness.repository('repo', { apiKeys: [{ name: 'app', expiresAt }, { name: 'eternal' }] });
  await harness.start();
  return harness;
}

const notes = (harness: Harness): string[] => harness.notes('ExpireKey');

describe('a key with expiresAt', () => {
  it('is told of a week before, a day before, and at its end, once each', async () => {
    const harness = await started(EXPIRES);
    await harness.run(23 * HOUR);
    expect(notes(harness)).toEqual([]);
    await harness.run(HOUR);
    const warning = `KeyExpiring: the key app expires at ${EXPIRES}; set a later expiresAt in spec.apiKeys, or give its applications another key`;
    expect(notes(harness)).toEqual([warning]);
    await harness.run(6 * DAY - HOUR);
    expect(notes(harness)).toEqual([warning]);
    await harness.run(HOUR);
    expect(notes(harness)).toEqual([warning, warning]);
    await harness.run(2 * DAY);
    expect(notes(harness)).toEqual([warning, warning, `KeyExpired: the key app expired at ${EXPIRES} and opens nothing any more`]);
  });

  it('shows the moment as a metric, until the entry or the repository is gone', async () => {
    const harness = await started(EXPIRES);
    expect(await harness.registry.metrics()).toContain(`${SERIES} ${Date.parse(EXPIRES) / 1000}\n`);
    harness.repository('repo', { apiKeys: [{ name: 'eternal' }] });
    await harness.run();
    expect(await harness.registry.metrics()).not.toContain(SERIES);
    harness.repository('repo', { apiKeys: [{ name: 'app', expiresAt: EXPIRES }] });
    await harness.run();
    expect(await harness.registry.metrics()).toContain(SERIES);
    harness.store.remove('Repository', 'repo');
    await harness.run();
    expect(await harness.registry.metrics()).not.toContain(SERIES);
  });

  it('that is put off is told of anew, and one that ended long ago is no news to an operator that starts', async () => {
    const harness = await started('2026-11-28T08:00:00Z');
    expect(notes(harness)).toHaveLength(1);
    harness.repository('repo', { apiKeys: [{ name: 'app', expiresAt: EXPIRES }] });
    await harness.run();
    expect(notes(harness)).toHaveLength(1);
    await harness.run(DAY);
    expect(notes(harness)).toHaveLength(2);
    expect(notes(await started('2026-11-01T08:00:00Z'))).toEqual([]);
  });
});
