import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Verification } from '../../src/providers/provider.ts';
import { CredentialChecker, type CheckTarget } from '../../src/reconcile/credentials.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { FakeClock } from '../fake/clock.ts';
import { INVALID, UNKNOWN, valid } from './harness.ts';

const INTERVAL = 600_000;

function target(secret: string, overrides: Partial<CheckTarget> = {}): CheckTarget {
  return { type: 'OpenAI', endpoint: 'https://provider.example/v1', credential: { secret }, headers: [], timeouts: { connect: 1, response: 1, idle: 1 }, ...overrides };
}

function setUp(verify: (target: CheckTarget, signal?: AbortSignal) => Promise<Verification> = async () => valid()) {
  const clock = new FakeClock();
  const settled: string[] = [];
  let calls = 0;
  let running = 0;
  let most = 0;
  const checker = new CredentialChecker({
    verify: async (asked, signal) => {
      calls += 1;
      running += 1;
      most = Math.max(most, running);
      try {
        return await verify(asked, signal);
      } finally {
        running -= 1;
      }
    },
    clock,
    random: () => 0.5,
    metrics: createOperatorMetrics(new Registry()),
    fingerprintKey: Buffer.alloc(32, 7),
    onSettled: (reader) => settled.push(reader),
  });
  checker.start();
  const read = (reader: string, secret: string, options: { force?: boolean; notBefore?: number } = {}) => checker.read(target(secret), { reader, interval: INTERVAL, ...options });
  return { checker, clock, settled, read, calls: () => calls, most: () => most };
}

describe('CredentialChecker', () => {
  it('asks once for 200 readers that share a credential, and tells all of them', async () => {
    const { clock, settled, read, calls } = setUp();
    const readers = Array.from({ length: 200 }, (_, i) => `config-${i}`);
    for (const reader of readers) expect(read(reader, 'shared').pending).toBe(true);
    await clock.advance(0);
    expect(calls()).toBe(1);
    expect(settled.toSorted()).toEqual(readers.toSorted());
    for (const reader of readers) expect(read(reader, 'shared').result?.verification.verdict).toBe('valid');
    expect(calls()).toBe(1);
  });

  it.each<[string, Partial<CheckTarget>]>([
    ['endpoint', { endpoint: 'https://other.example/v1' }],
    ['type', { type: 'Other' }],
    ['credential', { credential: { secret: 'b' } }],
    ['access key', { credential: { secret: 'a', accessKeyId: 'id' } }],
    ['CA', { ca: 'PEM' }],
    ['headers', { headers: [['x-team', 'a']] }],
  ])('asks again for another %s', async (_name, overrides) => {
    const { checker, clock, calls } = setUp();
    checker.read(target('a'), { reader: 'r', interval: INTERVAL });
    checker.read(target('a', overrides), { reader: 'r', interval: INTERVAL });
    await clock.advance(0);
    expect(calls()).toBe(2);
  });

  it('has at most eight checks in flight and carries all of them out in the end', async () => {
    const waiting: (() => void)[] = [];
    const { clock, read, calls, most, settled } = setUp(() => new Promise((resolve) => waiting.push(() => resolve(valid()))));
    for (let i = 0; i < 30; i += 1) read(`team-${i % 6}/config-${i}`, `secret-${i}`);
    await clock.advance(0);
    expect(calls()).toBe(8);
    while (settled.length < 30) {
      for (const release of waiting.splice(0)) release();
      await clock.advance(0);
    }
    expect([calls(), most()]).toEqual([30, 8]);
  });

  it('does not let providers that do not answer hold up new credentials, of their own namespace neither', async () => {
    const asked: string[] = [];
    let hang = false;
    const { clock, read } = setUp(({ credential }) => {
      asked.push(credential?.secret ?? '');
      return hang && credential?.secret.startsWith('dead') === true ? new Promise(() => {}) : Promise.resolve(UNKNOWN);
    });
    for (let i = 0; i < 20; i += 1) read(`team-${i % 4}/r-${i}`, `dead-${i}`);
    await clock.advance(10_000);
    hang = true;
    for (let i = 0; i < 20; i += 1) read(`team-${i % 4}/r-${i}`, `dead-${i}`);
    for (let i = 0; i < 4; i += 1) read(`team-${i}/new`, `fresh-${i}`);
    await clock.advance(0);
    expect(asked).toEqual(expect.arrayContaining(['fresh-0', 'fresh-1', 'fresh-2', 'fresh-3']));
  });

  /** A provider that never answers about credentials of namespace a, with the credentials that were asked about. */
  function hangingFor(prefix: string) {
    const asked: string[] = [];
    const set = setUp(({ credential }) => {
      const secret = credential?.secret ?? '';
      asked.push(secret);
      return secret.startsWith(prefix) ? new Promise(() => {}) : Promise.resolve(valid());
    });
    return { ...set, asked };
  }

  it('does not let one namespace hold up the others, whatever its provider does', async () => {
    const { clock, read, asked, settled } = hangingFor('a-');
    for (let i = 0; i < 50; i += 1) read(`a/config-${i}`, `a-${i}`);
    for (let i = 0; i < 20; i += 1) read(`b/config-${i}`, `b-${i}`);
    await clock.advance(0);
    expect(asked.filter((secret) => secret.startsWith('a-'))).toEqual(['a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5']);
    expect(settled).toHaveLength(20);
  });

  it('takes turns between namespaces when there is more to do than may run', async () => {
    const asked: string[] = [];
    const waiting: (() => void)[] = [];
    const { checker, clock, read } = setUp(({ credential }) => {
      asked.push(credential?.secret ?? '');
      return new Promise((resolve) => waiting.push(() => resolve(valid())));
    });
    checker.stop();
    for (const namespace of ['a', 'b', 'c', 'd', 'e']) for (let i = 0; i < 4; i += 1) read(`${namespace}/config-${i}`, `${namespace}-${i}`);
    checker.start();
    const end = async (secret: string): Promise<void> => {
      waiting[asked.indexOf(secret)]?.();
      await clock.advance(0);
    };
    for (const secret of ['a-0', 'b-0', 'c-0', 'c-1']) await end(secret);
    expect(asked.slice(0, 8)).toEqual(['a-0', 'b-0', 'c-0', 'd-0', 'e-0', 'a-1', 'b-1', 'c-1']);
    // Who has no check under way goes first; else whose turn is longest ago.
    expect(asked.slice(8)).toEqual(['d-1', 'e-1', 'a-2', 'c-2']);
  });

  it('lends a namespace that is alone what is free, and keeps two for others', async () => {
    const waiting = new Map<string, () => void>();
    const { clock, read, most } = setUp(({ credential }) => new Promise((resolve) => waiting.set(credential?.secret ?? '', () => resolve(valid()))));
    const started = (): string[] => [...waiting.keys()];
    const end = async (secret: string): Promise<void> => {
      waiting.get(secret)?.();
      await clock.advance(0);
    };
    for (let i = 0; i < 20; i += 1) read(`a/config-${i}`, `a-${i}`);
    expect(started()).toEqual(['a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5']);
    await end('a-0');
    expect(started().slice(6)).toEqual(['a-6']);
    for (const namespace of ['b', 'c', 'd']) for (let i = 0; i < 2; i += 1) read(`${namespace}/config-${i}`, `${namespace}-${i}`);
    expect(started().slice(7)).toEqual(['b-0', 'b-1']);
    // What was lent comes back as it ends: first to who has nothing under way, and never more than its share to the one who had it.
    for (const secret of ['a-1', 'a-2', 'a-3', 'a-4']) await end(secret);
    expect(started().slice(9)).toEqual(['c-0', 'd-0', 'c-1', 'd-1']);
    for (const secret of ['b-0', 'b-1', 'c-0']) await end(secret);
    expect(started().slice(13)).toEqual(['a-7']);
    expect(most()).toBe(8);
  });

  it('makes nobody wait longer than one deadline, while seven namespaces have providers that do not answer', async () => {
    const asked: string[] = [];
    const { clock, read } = setUp(({ credential }) => {
      const secret = credential?.secret ?? '';
      asked.push(secret);
      return secret.startsWith('bad') ? new Promise((resolve) => clock.setTimeout(() => resolve(UNKNOWN), 10_000)) : Promise.resolve(valid());
    });
    for (let i = 0; i < 20; i += 1) for (let team = 0; team < 7; team += 1) read(`team-${team}/config-${i}`, `bad-${team}-${i}`);
    await clock.advance(35_000);
    read('z/config', 'good');
    await clock.advance(10_000);
    expect(asked).toContain('good');
  });

  it('counts a check that several namespaces wait for as one of the namespace that asked first', async () => {
    const { clock, read, asked } = hangingFor('a-');
    for (const namespace of ['a', 'b']) for (let i = 0; i < 6; i += 1) read(`${namespace}/config-${i}`, `a-${i}`);
    read('a/other', 'other');
    read('b/own', 'b-own');
    await clock.advance(0);
    expect(asked).toEqual(['a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5', 'b-own']);
  });

  it('repeats an unknown answer after 5 s at first and 30 min at last, and a definite one after the interval', async () => {
    let answer: Verification = UNKNOWN;
    const { clock, read } = setUp(async () => answer);
    const pauses: number[] = [];
    for (let i = 0; i < 14; i += 1) {
      read('r', 'a');
      await clock.advance(0);
      const { dueIn } = read('r', 'a');
      pauses.push(dueIn);
      await clock.advance(dueIn);
    }
    expect(pauses.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(pauses.at(-1)).toBe(1_800_000);
    answer = valid();
    read('r', 'a');
    await clock.advance(0);
    expect(read('r', 'a').dueIn).toBeGreaterThanOrEqual(INTERVAL);
    expect(read('r', 'a').dueIn).toBeLessThanOrEqual(INTERVAL * 1.1);
  });

  it('waits as long as the provider asks it to', async () => {
    const { clock, read } = setUp(async () => ({ verdict: 'unknown', message: 'busy', retryAfterMs: 90_000 }));
    read('r', 'a');
    await clock.advance(0);
    expect(read('r', 'a').dueIn).toBe(90_000);
  });

  it('asks again when forced, or when the answer is from before the given moment', async () => {
    const { clock, read, calls } = setUp(async () => INVALID);
    read('r', 'a');
    await clock.advance(1_000);
    const { result } = read('r', 'a', { notBefore: 0 });
    expect([calls(), result?.verification.verdict]).toEqual([1, 'invalid']);
    read('r', 'a', { force: true });
    await clock.advance(0);
    read('r', 'a', { notBefore: clock.monotonic() + 1 });
    await clock.advance(0);
    expect(calls()).toBe(3);
  });

  it('calls a failing check unknown and keeps its text to itself', async () => {
    const { clock, read } = setUp(() => Promise.reject(new Error('secret a is bad')));
    read('r', 'a');
    await clock.advance(0);
    expect(read('r', 'a').result?.verification).toEqual({ verdict: 'unknown', message: 'the check itself failed' });
  });

  it('records nothing of a check that was under way when it stopped', async () => {
    const { checker, clock, read } = setUp((_target, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(UNKNOWN))));
    read('r', 'a');
    checker.stop();
    await clock.advance(0);
    expect(read('r', 'a').result).toBeUndefined();
  });

  it('makes fingerprints that differ from process to process', () => {
    const { checker } = setUp();
    const other = new CredentialChecker({
      verify: async () => valid(),
      clock: new FakeClock(),
      random: () => 0,
      metrics: createOperatorMetrics(new Registry()),
      fingerprintKey: Buffer.alloc(32, 8),
      onSettled: () => {},
    });
    expect(other.fingerprint(target('a'))).not.toBe(checker.fingerprint(target('a')));
  });
});
