import { describe, expect, it } from 'vitest';
import type { Verification } from '../../src/providers/provider.ts';
import { decide, type Answers } from '../../src/reconcile/llm-verdict.ts';
import { Harness, INVALID, PLANTED, UNKNOWN, valid } from './harness.ts';

const OLD = `${PLANTED}-old`;
const NEW = `${PLANTED}-new`;
const MINUTE = 60_000;

async function started(): Promise<Harness> {
  const harness = new Harness();
  harness.connection('main', OLD);
  harness.repository('repo');
  await harness.start();
  return harness;
}

function served(harness: Harness): string | undefined {
  return harness.content.providers['team/main']?.credential?.secret;
}

describe('rotation of a provider credential', () => {
  it.each<{ name: string; answer: Verification; inUse: string; ready: string; credentials: string }>([
    { name: 'valid', answer: valid(), inUse: NEW, ready: 'True Succeeded', credentials: 'True Succeeded' },
    { name: 'invalid', answer: INVALID, inUse: OLD, ready: 'False CredentialsInvalid', credentials: 'False CredentialsInvalid' },
    { name: 'unknown', answer: UNKNOWN, inUse: OLD, ready: 'True Succeeded', credentials: 'Unknown ProviderUnreachable' },
  ])('to a value that is $name serves the right one', async ({ answer, inUse, ready, credentials }) => {
    const harness = await started();
    harness.verdicts.set(NEW, answer);
    harness.store.setSecret('main-secret', { apiKey: NEW });
    await harness.run();
    expect(served(harness)).toBe(inUse);
    expect(harness.verdict('AILLMConfig', 'main')).toBe(ready);
    expect(harness.verdict('AILLMConfig', 'main', 'CredentialsValid')).toBe(credentials);
    expect(harness.published.every(({ providers }) => 'team/main' in providers)).toBe(true);
    await harness.check();
  });

  it('to a value that cannot be sent leaves the old one in use, unless its Secret was deleted in between', async () => {
    const harness = await started();
    harness.store.setSecret('main-secret', { apiKey: `${NEW}\n${NEW}` });
    await harness.run(2 * MINUTE);
    expect(served(harness)).toBe(OLD);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretValueInvalid');
    expect(harness.condition('AILLMConfig', 'main', 'Ready')?.message).toMatch(/the credential that was accepted before stays in use$/);
    expect(harness.calls).toHaveLength(1);
    await harness.check();
    harness.verdicts.set(OLD, INVALID);
    harness.engine.reportRejected('team/main');
    await harness.run();
    expect(harness.content.providers).toEqual({});
    harness.verdicts.clear();
    harness.store.setSecret('main-secret', { apiKey: OLD });
    await harness.run();
    expect(served(harness)).toBe(OLD);
    harness.store.listen(undefined);
    harness.store.removeSecret('main-secret');
    harness.store.listen(harness.engine);
    harness.store.setSecret('main-secret', { apiKey: `${NEW}\n${NEW}` });
    await harness.run();
    expect(harness.content.providers).toEqual({});
  });

  it('serves the old value until the check of the new one has ended', async () => {
    const harness = await started();
    let answer: (verification: Verification) => void = () => {};
    harness.verdicts.set(NEW, new Promise((resolve) => (answer = resolve)));
    harness.store.setSecret('main-secret', { apiKey: NEW });
    const writes = harness.store.statusWrites.length;
    await harness.run(5_000);
    expect(served(harness)).toBe(OLD);
    expect(harness.store.statusWrites.length).toBe(writes);
    answer(valid());
    await harness.run();
    expect(served(harness)).toBe(NEW);
  });

  it('asks again about the old value once the new one was refused, and drops it when it is refused too', async () => {
    const harness = await started();
    harness.verdicts.set(NEW, INVALID);
    harness.verdicts.set(OLD, INVALID);
    harness.store.setSecret('main-secret', { apiKey: NEW });
    await harness.run();
    expect(harness.calls.map(({ credential }) => credential?.secret)).toEqual([OLD, NEW, OLD]);
    expect(harness.content.providers).toEqual({});
    expect(harness.store.events.filter(({ reason, regarding }) => reason === 'CredentialsInvalid' && regarding.kind === 'AILLMConfig').length).toBeLessThanOrEqual(2);
    await harness.check();
  });

  it('tells once of an invalid value, however often it is looked at', async () => {
    const harness = await started();
    harness.verdicts.set(NEW, INVALID);
    harness.store.setSecret('main-secret', { apiKey: NEW });
    await harness.run(60 * MINUTE);
    expect(served(harness)).toBe(OLD);
    expect(harness.store.events.filter(({ reason }) => reason === 'CredentialsInvalid')).toHaveLength(1);
    await harness.check();
  });

  it('takes the new value up later, when the provider answers again', async () => {
    const harness = await started();
    harness.verdicts.set(NEW, UNKNOWN);
    harness.store.setSecret('main-secret', { apiKey: NEW });
    await harness.run();
    harness.verdicts.set(NEW, valid());
    await harness.run(10_000);
    expect(served(harness)).toBe(NEW);
    expect(harness.verdict('AILLMConfig', 'main', 'Reconciling')).toBe('absent');
  });

  it('drops the credential as soon as its Secret or its key is deleted, and serves again when it is restored', async () => {
    const harness = await started();
    harness.store.removeSecret('main-secret');
    await harness.run(150);
    expect(harness.content.providers).toEqual({});
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretNotFound');
    harness.store.setSecret('main-secret', { apiKey: OLD });
    await harness.run();
    expect(served(harness)).toBe(OLD);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    harness.store.setSecret('main-secret', { other: OLD });
    await harness.run(150);
    expect(harness.content.providers).toEqual({});
    await harness.check();
  });

  it.each([
    { name: 'dead meanwhile', answer: INVALID, inUse: NEW },
    { name: 'still good', answer: valid(), inUse: OLD },
  ])('checks a value that comes back before it is served again, when it is $name', async ({ answer, inUse }) => {
    const harness = await started();
    harness.store.setSecret('main-secret', { apiKey: NEW });
    await harness.run();
    expect(served(harness)).toBe(NEW);
    harness.verdicts.set(OLD, answer);
    harness.store.setSecret('main-secret', { apiKey: OLD });
    await harness.run();
    expect(harness.calls.filter(({ credential }) => credential?.secret === OLD)).toHaveLength(2);
    expect(served(harness)).toBe(inUse);
    await harness.check();
  });

  it('checks a value that comes back after its Secret was deleted', async () => {
    const harness = await started();
    harness.store.removeSecret('main-secret');
    await harness.run();
    harness.verdicts.set(OLD, INVALID);
    harness.store.setSecret('main-secret', { apiKey: OLD });
    await harness.run();
    expect(harness.content.providers).toEqual({});
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False CredentialsInvalid');
  });

  it('does not fall back to a value whose Secret was deleted, even if another Secret came before anybody looked', async () => {
    const harness = await started();
    harness.verdicts.set(NEW, UNKNOWN);
    harness.store.listen(undefined);
    harness.store.removeSecret('main-secret');
    harness.store.listen(harness.engine);
    harness.store.setSecret('main-secret', { apiKey: NEW });
    await harness.run();
    expect(harness.content.providers).toEqual({});
  });
});

describe('an upstream 401', () => {
  it('leads to a check at once, not at the interval', async () => {
    const harness = await started();
    harness.verdicts.set(OLD, INVALID);
    harness.engine.reportRejected('team/main');
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False CredentialsInvalid');
    expect(harness.content.providers).toEqual({});
  });

  it('leads to at most one check in ten seconds, and the last report is not lost', async () => {
    const harness = await started();
    for (let i = 0; i < 50; i += 1) {
      harness.engine.reportRejected('team/main');
      await harness.run(100);
    }
    expect(harness.calls).toHaveLength(2);
    await harness.run(10_000);
    expect(harness.calls).toHaveLength(3);
    await harness.run(60_000);
    expect(harness.calls).toHaveLength(3);
  });

  it('does not force a check early because the object is reconciled for another reason', async () => {
    const harness = await started();
    harness.engine.reportRejected('team/main');
    await harness.run();
    harness.engine.reportRejected('team/main');
    harness.engine.onSecret({ namespace: 'team', name: 'main-secret' });
    await harness.run();
    expect(harness.calls).toHaveLength(2);
    await harness.run(10_000);
    expect(harness.calls).toHaveLength(3);
  });

  it('changes nothing when the provider still accepts the credential', async () => {
    const harness = await started();
    const writes = harness.store.statusWrites.length;
    harness.engine.reportRejected('team/main');
    harness.engine.reportRejected('team/nobody');
    await harness.run();
    expect(harness.calls).toHaveLength(2);
    expect(harness.store.statusWrites.length).toBe(writes);
  });

  it('is the only proof where a server lists its models to anybody: not Ready for as long as it is reported', async () => {
    const harness = new Harness();
    harness.verdicts.set(OLD, valid(['m'], false));
    harness.connection('main', OLD);
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    expect(harness.verdict('AILLMConfig', 'main', 'CredentialsValid')).toBe('Unknown CredentialsUnproven');
    harness.engine.reportRejected('team/main');
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False CredentialsInvalid');
    expect(served(harness)).toBe(OLD);
    await harness.run(25 * MINUTE);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    await harness.check();
  });
});

describe('decide', () => {
  const base: Answers = { candidate: undefined, pending: false, accepted: undefined, rejectedByTraffic: false, credential: 'secret', acceptedIsCurrent: true };
  const verdicts = [undefined, valid(), valid([], false), INVALID, UNKNOWN];

  it('never serves a candidate that is neither accepted now nor was before', () => {
    for (const candidate of verdicts.filter((verification) => verification?.verdict !== 'valid')) {
      for (const verification of verdicts) {
        expect(decide({ ...base, candidate, accepted: { which: 'other', proven: true, verification } }).serve).not.toBe('candidate');
      }
      expect(decide({ ...base, candidate, pending: true }).serve).toBe('nothing');
    }
  });

  it('never serves what its own check has refused', () => {
    for (const candidate of [undefined, INVALID, UNKNOWN]) {
      expect(decide({ ...base, candidate, accepted: { which: 'other', proven: true, verification: INVALID } }).serve).toBe('nothing');
    }
    expect(decide({ ...base, candidate: INVALID, accepted: { which: 'same', proven: true, verification: INVALID } }).serve).toBe('nothing');
  });

  it('never serves what nobody can be asked with', () => {
    const candidate = { verdict: 'unusable', message: 'no' } as const;
    for (const verification of verdicts) {
      expect(decide({ ...base, candidate, accepted: { which: 'same', proven: true, verification } }).serve).toBe('nothing');
    }
  });
});
