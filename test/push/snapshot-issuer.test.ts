import { describe, expect, it } from 'vitest';
import { SnapshotIssuer } from '../../src/push/snapshot-issuer.ts';
import { verifySnapshot } from '../../src/snapshot/digest.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { manualClock } from '../fake/manual-clock.ts';
import { emptyContent } from '../fake/snapshots.ts';

const KEY = Buffer.alloc(32, 1);
const OTHER_KEY = Buffer.alloc(32, 2);

function anIssuer(options: { save?: (snapshot: Snapshot, key: Buffer) => Promise<void>; isLeader?: () => boolean } = {}) {
  const pushed: Snapshot[] = [];
  const saved: { revision: number; key: Buffer }[] = [];
  const clock = manualClock();
  const issuer = new SnapshotIssuer({
    epoch: 3,
    lastRevision: 41,
    key: KEY,
    push: async (snapshot) => void pushed.push(snapshot),
    save: options.save ?? (async ({ revision }, key) => void saved.push({ revision, key })),
    isLeader: options.isLeader ?? (() => true),
    clock,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  return { issuer, pushed, saved, clock };
}

describe('the snapshot issuer', () => {
  it('continues the revisions of its predecessor in its own epoch, signed', async () => {
    const { issuer, pushed, saved } = anIssuer();
    expect(issuer.publish(emptyContent())).toEqual({ revision: 42 });
    expect(issuer.publish(emptyContent())).toEqual({ revision: 43 });
    await issuer.close();
    expect(pushed.map(({ epoch, revision }) => [epoch, revision])).toEqual([[3, 42], [3, 43]]);
    expect(pushed.every((snapshot) => verifySnapshot(snapshot, KEY))).toBe(true);
    expect(saved.at(-1)?.revision).toBe(43);
  });

  it('goes on saving after a failure until the newest is kept', async () => {
    let failures = 1;
    const kept: number[] = [];
    const { issuer, clock } = anIssuer({
      save: async ({ revision }) => {
        if (failures-- > 0) throw new Error('the API server is away');
        kept.push(revision);
      },
    });
    issuer.publish(emptyContent());
    issuer.publish(emptyContent());
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5_000);
    await issuer.close();
    expect(kept).toEqual([43]);
  });

  it('keeps nothing for others once it does not lead any more', async () => {
    const { issuer, saved } = anIssuer({ isLeader: () => false });
    issuer.publish(emptyContent());
    await issuer.close();
    expect(saved).toEqual([]);
  });

  it('publishes again under a new snapshot key', async () => {
    const { issuer, pushed, saved } = anIssuer();
    issuer.publish(emptyContent());
    issuer.replaceKey(OTHER_KEY);
    await issuer.close();
    expect(pushed).toHaveLength(2);
    expect(verifySnapshot(pushed[1]!, OTHER_KEY)).toBe(true);
    expect(saved.at(-1)?.key).toBe(OTHER_KEY);
  });

  it('goes above an epoch that a gateway remembers, once, and only while it leads', async () => {
    let leads = true;
    const { issuer, pushed } = anIssuer({ isLeader: () => leads });
    issuer.publish(emptyContent());
    issuer.outrank(3);
    expect(pushed).toHaveLength(1);
    issuer.outrank(7);
    issuer.outrank(7);
    expect(pushed.map(({ epoch, revision }) => [epoch, revision])).toEqual([[3, 42], [8, 43]]);
    leads = false;
    issuer.outrank(20);
    await issuer.close();
    expect(pushed).toHaveLength(2);
  });
});
