import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UnservableObjectError } from '../../src/gateway/tables.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import { SCHEMA_VERSION, type Snapshot } from '../../src/snapshot/snapshot.ts';
import { ManualClock, newState } from '../fake/admin-gateway.ts';
import { contentWith, emptyContent } from '../fake/snapshots.ts';

const KEY = Buffer.alloc(32, 7);
const signed = (epoch: number, revision: number, content = contentWith(1)) => signSnapshot(content, { epoch, revision }, KEY);

describe('GatewayState', () => {
  it('is ready from its first snapshot on, and tells listeners what was before', () => {
    const { state } = newState({ key: KEY });
    const seen: (number | undefined)[][] = [];
    const off = state.onApplied((current, previous) => seen.push([previous?.prepared, current.prepared]));
    expect([state.ready, state.applied]).toEqual([false, undefined]);
    const first = signed(1, 1);
    expect(state.apply(first)).toEqual({ result: 'ACK', revision: 1, digest: first.digest });
    state.apply(signed(1, 2));
    off();
    state.apply(signed(1, 3));
    expect(state.ready).toBe(true);
    expect(state.applied).toMatchObject({ epoch: 1, revision: 3 });
    expect(seen).toEqual([[undefined, 1], [1, 2]]);
  });

  it('prepares the same snapshot once only', () => {
    let prepared = 0;
    const { state } = newState({ key: KEY, prepare: () => (prepared += 1) });
    const snapshot = signed(1, 1);
    expect(state.apply(snapshot).result).toBe('ACK');
    expect(state.apply(structuredClone(snapshot)).result).toBe('ACK');
    expect(prepared).toBe(1);
  });

  const first = signed(5, 10);
  const refusals: [string, Snapshot, RegExp][] = [
    ['was changed after it was signed', { ...signed(6, 11), keys: {} }, /digest does not verify/],
    ['was signed with another key', signSnapshot(contentWith(1), { epoch: 6, revision: 11 }, randomBytes(32)), /different snapshot keys/],
    ['is of a later schema', signed(6, 11, emptyContent({ schemaVersion: SCHEMA_VERSION + 1 })), /schema version 2 is newer than 1/],
    ['is of a former epoch, whatever its revision', signed(4, 99), /epoch 4 is over/],
    ['is of an older revision of the same epoch', signed(5, 9), /revision 9 is older than 10/],
    ['is nested deeper than the stack', JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`), /digest does not verify/],
  ];
  it.each(refusals)('keeps what it has when a snapshot %s', (_title, snapshot, reason) => {
    const { state } = newState({ key: KEY });
    state.apply(first);
    const before = state.current;
    expect(state.apply(snapshot)).toMatchObject({ result: 'NACK', object: 'snapshot', reason: expect.stringMatching(reason) });
    expect(state.current).toBe(before);
  });

  it('takes a lower revision of a later epoch: the new leader may have had to start afresh', () => {
    const { state } = newState({ key: KEY });
    state.apply(first);
    expect(state.apply(signed(6, 1)).result).toBe('ACK');
  });

  it('names the object that cannot be served, and keeps the last good state', () => {
    const { state } = newState({
      key: KEY,
      prepare: ({ revision }) => {
        if (revision === 2) throw new UnservableObjectError('provider/team/main', 'the CA bundle is not PEM');
        return revision;
      },
    });
    state.apply(signed(1, 1));
    expect(state.apply(signed(1, 2))).toEqual({ result: 'NACK', object: 'provider/team/main', reason: 'the CA bundle is not PEM' });
    expect(state.current?.prepared).toBe(1);
    expect(state.apply(signed(1, 3)).result).toBe('ACK');
  });

  it('survives a fault of its own while preparing, without telling what it tripped over', () => {
    const { state } = newState({
      key: KEY,
      prepare: () => {
        throw new TypeError('bad header value sk-very-secret');
      },
    });
    const answer = state.apply(first);
    expect(answer).toMatchObject({ result: 'NACK', object: 'snapshot' });
    expect(JSON.stringify(answer)).not.toContain('sk-very-secret');
  });

  it('goes on with a replaced key', () => {
    const { state } = newState({ key: KEY });
    state.apply(first);
    const other = randomBytes(32);
    state.replaceKey(other);
    expect(state.ready).toBe(true);
    expect(state.apply(signed(5, 11)).result).toBe('NACK');
    expect(state.apply(signSnapshot(contentWith(1), { epoch: 5, revision: 11 }, other)).result).toBe('ACK');
  });

  it('shows revision, results and the time since the operator confirmed what is in force', async () => {
    const clock = new ManualClock();
    const { state, registry } = newState({ key: KEY, clock });
    state.apply(first);
    state.apply(first);
    state.apply(signed(4, 1));
    clock.advance(30_000);
    state.confirm('another digest');
    const text = await registry.metrics();
    expect(text).toContain('flashback_snapshot_revision 10');
    expect(text).toContain('flashback_snapshot_age_seconds 30');
    for (const result of ['applied', 'unchanged', 'rejected']) expect(text).toContain(`flashback_snapshots_total{result="${result}"} 1`);
    state.confirm(first.digest);
    expect(await registry.metrics()).toContain('flashback_snapshot_age_seconds 0');
  });
});
