import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { SecretForbiddenError } from '../../src/reconcile/store.ts';
import { Harness, INVALID, PLANTED, UNKNOWN, valid } from './harness.ts';

function keyIn(harness: Harness, secret = 'repo-app'): string {
  return harness.store.secret(secret)?.data['OPENAI_API_KEY'] ?? '';
}

async function started(): Promise<Harness> {
  const harness = new Harness();
  harness.connection('main');
  harness.repository('repo');
  await harness.start();
  return harness;
}

/** Another operator over the same objects. */
function successor(before: Harness): Harness {
  return new Harness({ store: before.store, clock: before.clock, revision: before.revision });
}

describe('publishing', () => {
  it('publishes once for changes that come together, and nothing for changes without effect', async () => {
    const harness = await started();
    const count = harness.published.length;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) harness.connection(name);
    await harness.run();
    expect(harness.published.length).toBe(count + 1);
    expect(Object.keys(harness.content.providers)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'main'].map((name) => `team/${name}`));
  });

  it('publishes nothing when what changed reaches no gateway', async () => {
    const harness = new Harness();
    harness.connection('main');
    await harness.start();
    const count = harness.published.length;
    harness.verdicts.set(`${PLANTED}-main`, valid(['another-model']));
    harness.engine.reportRejected('team/main');
    await harness.run();
    expect(harness.store.get('AILLMConfig', { namespace: 'team', name: 'main' })?.status?.models).toEqual(['another-model']);
    expect(harness.published.length).toBe(count);
  });

  it('does not let a revocation wait for slow checks of other objects', async () => {
    const harness = await started();
    for (let i = 0; i < 40; i += 1) {
      harness.verdicts.set(`slow-${i}`, new Promise(() => {}));
      harness.connection(`slow-${i}`, `slow-${i}`);
    }
    await harness.run();
    const key = hashKey(keyIn(harness));
    harness.store.removeSecret('main-secret');
    harness.store.removeSecret('repo-app');
    await harness.run(150);
    expect(harness.content.providers).toEqual({});
    expect(harness.content.keys).not.toHaveProperty(key);
  });

  it('does not let a credential that is deleted during its own check come into use', async () => {
    const harness = new Harness();
    let answer: (verification: ReturnType<typeof valid>) => void = () => {};
    harness.verdicts.set(`${PLANTED}-main`, new Promise((resolve) => (answer = resolve)));
    harness.connection('main');
    await harness.start();
    harness.store.removeSecret('main-secret');
    await harness.run();
    answer(valid());
    await harness.run();
    expect(harness.content.providers).toEqual({});
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretNotFound');
  });

  it('tries again when the snapshot could not be handed on', async () => {
    const harness = await started();
    const { published } = harness;
    const push = published.push.bind(published);
    let failures = 2;
    published.push = (...contents) => {
      if ((failures -= 1) >= 0) throw new Error('not now');
      return push(...contents);
    };
    harness.connection('other');
    await harness.run(3_000);
    expect(Object.keys(harness.content.providers)).toContain('team/other');
  });

  it('publishes an empty picture too: gateways learn that there is nothing', async () => {
    const harness = new Harness();
    await harness.start();
    expect(harness.published).toHaveLength(1);
  });
});

describe('Programmed', () => {
  it('is pending until every gateway has acknowledged a revision with this generation', async () => {
    const harness = new Harness();
    harness.acknowledge = false;
    harness.connection('main');
    await harness.start();
    harness.engine.onDelivered(harness.revision - 1, 2);
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main', 'Programmed')).toBe('False PushPending');
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False PushPending');
    expect(harness.verdict('AILLMConfig', 'main', 'Reconciling')).toBe('True Progressing');
    await harness.check();
    harness.engine.onDelivered(harness.revision, 2);
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    await harness.check();
  });

  it('is not looked at again for a report that says nothing new', async () => {
    const harness = await started();
    const looks = async (): Promise<string> => (await harness.registry.metrics()).split('\n').filter((line) => /workqueue_adds_total.*status/.test(line)).join();
    const before = await looks();
    expect(before).toMatch(/[1-9]$/);
    for (let report = 0; report < 5; report += 1) {
      harness.engine.onDelivered(harness.revision, harness.gateways);
      await harness.run(100);
    }
    harness.engine.onDelivered(harness.revision, harness.gateways + 1);
    await harness.run(100);
    expect(await looks()).toBe(before);
    harness.engine.onDelivered(harness.revision - 1, harness.gateways + 2);
    await harness.run(100);
    expect(await looks()).not.toBe(before);
  });

  it('says that there are no gateways, and keeps what was true when the last one goes', async () => {
    const harness = new Harness();
    harness.gateways = 0;
    harness.connection('main');
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False NoGateways');
    harness.engine.onDelivered(harness.revision, 1);
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    harness.engine.onDelivered(undefined, 0);
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    harness.config('main', { timeouts: { idle: '1s' } });
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False NoGateways');
  });

  it('stays True through a rotation of the credential', async () => {
    const harness = await started();
    const writes = harness.store.statusWrites.length;
    harness.acknowledge = false;
    harness.store.setSecret('main-secret', { apiKey: 'next' });
    await harness.run();
    expect(harness.content.providers['team/main']?.credential?.secret).toBe('next');
    expect(harness.store.statusWrites.length).toBe(writes);
  });

  it('is False for an object that a gateway refused; the others go on without it', async () => {
    const harness = await started();
    harness.connection('other');
    await harness.run();
    harness.engine.onRejectedObject('provider/team/main', 'the CA bundle is not PEM', harness.revision);
    await harness.run();
    expect(Object.keys(harness.content.providers)).toEqual(['team/other']);
    expect(harness.content.repositories['team/repo']?.models).toEqual({});
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False Rejected');
    expect(harness.verdict('AILLMConfig', 'main', 'Stalled')).toBe('True Rejected');
    expect(harness.verdict('AILLMConfig', 'other')).toBe('True Succeeded');
    expect(harness.verdict('Repository', 'repo')).toBe('False LLMNotReady');
    await harness.check();
    await harness.run(30 * 60_000);
    expect(Object.keys(harness.content.providers)).toEqual(['team/other']);
    harness.config('main', { timeouts: { idle: '1s' } });
    await harness.run();
    expect(Object.keys(harness.content.providers)).toEqual(['team/main', 'team/other']);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
  });

  it('stays for an object that was repaired before a gateway refused its earlier form', async () => {
    const harness = await started();
    const refused = harness.revision;
    harness.config('main', { timeouts: { idle: '1s' } });
    await harness.run();
    harness.engine.onRejectedObject('provider/team/main', 'the CA bundle is not PEM', refused);
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    harness.engine.onRejectedObject('provider/team/main', 'still not', harness.revision);
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False Rejected');
  });

  it('survives a refusal of the whole and of nothing known', async () => {
    const harness = await started();
    const count = harness.published.length;
    for (const object of ['snapshot', 'provider/team/nobody', 'nonsense']) harness.engine.onRejectedObject(object, 'no', harness.revision);
    await harness.run();
    expect(harness.published.length).toBe(count);
  });
});

describe('a new operator', () => {
  it('keeps the models that no repository used, while the provider is away', async () => {
    const before = new Harness();
    before.connection('main');
    before.connection('idle');
    before.repository('repo', { llms: [{ name: 'main', models: ['model-a'] }] });
    await before.start();
    await before.engine.stop();
    const harness = successor(before);
    for (const name of ['main', 'idle']) harness.verdicts.set(`${PLANTED}-${name}`, UNKNOWN);
    await harness.start(before.snapshot());
    for (const name of ['main', 'idle']) {
      expect(harness.store.get('AILLMConfig', { namespace: 'team', name })?.status?.models).toEqual(['model-a', 'model-b']);
    }
    harness.repository('repo', { llms: [{ name: 'main' }, { name: 'idle' }] });
    await harness.run();
    expect(Object.keys(harness.content.repositories['team/repo']?.models ?? {})).toEqual(['model-a', 'model-b']);
    expect(harness.content.repositories['team/repo']).not.toHaveProperty('openLlm');
    await harness.check();
  });

  it('that watches fewer namespaces leaves the others out, and revokes nothing of theirs', async () => {
    const before = await started();
    const hash = hashKey(keyIn(before));
    await before.engine.stop();
    const narrow = successor(before);
    narrow.store.namespaces = ['elsewhere'];
    await narrow.start(before.snapshot());
    expect([narrow.content.keys, narrow.content.repositories, narrow.content.providers, narrow.content.revokedKeys]).toEqual([{}, {}, {}, {}]);
    await narrow.engine.stop();
    const wide = successor(narrow);
    wide.store.namespaces = undefined;
    await wide.start(narrow.snapshot());
    expect(wide.content.keys).toHaveProperty(hash);
    expect(hashKey(keyIn(wide))).toBe(hash);
  });

  it('serves what was served, asks again, and flips nothing', async () => {
    const before = await started();
    await before.engine.stop();
    const writes = before.store.statusWrites.length;
    const after = successor(before);
    after.verdicts.set(`${PLANTED}-main`, new Promise(() => {}));
    await after.start(before.snapshot());
    expect(after.content).toEqual(before.content);
    expect(after.calls).toHaveLength(1);
    expect(after.store.statusWrites.length).toBe(writes);
    expect(after.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    await after.check();
  });

  it('keeps serving while the provider cannot be asked, and stops when it refuses', async () => {
    const before = await started();
    await before.engine.stop();
    const after = successor(before);
    after.verdicts.set(`${PLANTED}-main`, UNKNOWN);
    await after.start(before.snapshot());
    expect(after.content.providers).toEqual(before.content.providers);
    expect(after.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    after.verdicts.set(`${PLANTED}-main`, INVALID);
    await after.run(10_000);
    expect(after.content.providers).toEqual({});
  });

  it('revokes the keys of Secrets, entries and repositories that were deleted while there was none', async () => {
    const before = new Harness();
    before.connection('main');
    before.repository('repo', { apiKeys: [{ name: 'app' }, { name: 'batch' }, { name: 'stays' }] });
    before.repository('gone');
    await before.start();
    const [app, batch, stays, gone] = ['repo-app', 'repo-batch', 'repo-stays', 'gone-app'].map((name) => hashKey(keyIn(before, name)));
    await before.engine.stop();
    before.store.listen(undefined);
    before.store.removeSecret('repo-app');
    before.repository('repo', { apiKeys: [{ name: 'app' }, { name: 'stays' }] });
    before.store.remove('Repository', 'gone');
    const after = successor(before);
    await after.start(before.snapshot());
    expect(Object.keys(after.content.revokedKeys).toSorted()).toEqual([app, batch, gone].toSorted());
    expect(Object.keys(after.content.keys).toSorted()).toEqual([hashKey(keyIn(after)), stays].toSorted());
    expect(after.published.every(({ keys }) => stays !== undefined && stays in keys)).toBe(true);
  });

  it('drops a credential whose Secret was deleted meanwhile, before anything is published', async () => {
    const before = await started();
    await before.engine.stop();
    before.store.listen(undefined);
    before.store.removeSecret('main-secret');
    const after = successor(before);
    await after.start(before.snapshot());
    expect(after.published.every(({ providers }) => Object.keys(providers).length === 0)).toBe(true);
  });

  it('without a last snapshot publishes nothing before it knows about what was Ready, or 15 s have passed', async () => {
    const before = await started();
    await before.engine.stop();
    const after = successor(before);
    after.verdicts.set(`${PLANTED}-main`, new Promise(() => {}));
    await after.start();
    expect(after.published).toEqual([]);
    expect(after.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    await after.run(15_000);
    expect(after.published).toHaveLength(1);
  });

  it('decides nothing before start() and after stop()', async () => {
    const harness = new Harness();
    harness.connection('main');
    harness.repository('repo');
    await harness.run();
    expect([harness.calls.length, harness.store.statusWrites.length, harness.store.secretWrites.length]).toEqual([0, 0, 0]);
    await harness.start();
    await harness.engine.stop();
    const writes = harness.store.statusWrites.length;
    const count = harness.published.length;
    harness.store.removeSecret('main-secret');
    harness.store.removeSecret('repo-app');
    harness.engine.reportRejected('team/main');
    harness.engine.onDelivered(99, 1);
    harness.engine.onRejectedObject('provider/team/main', 'no', harness.revision);
    await harness.run(60 * 60_000);
    expect(harness.published.length).toBe(count);
    expect(harness.store.statusWrites.length).toBe(writes);
    expect(harness.store.secret('repo-app')).toBeUndefined();
    await harness.start(harness.snapshot());
    expect(harness.content.providers).toEqual({});
    expect(harness.store.secret('repo-app')).toBeDefined();
  });
});

describe('faults of the store', () => {
  it('are told on a Repository that is new, in place of silence', async () => {
    const harness = new Harness();
    harness.store.faults.set('applySecret', new Error(`refused ${PLANTED}`));
    harness.connection('main');
    harness.repository('repo');
    await harness.start();
    expect(harness.verdict('Repository', 'repo')).toBe('False ProgressingWithRetry');
    expect(harness.content.repositories['team/repo']?.models).toHaveProperty('model-a');
    const { statuses, events } = { statuses: JSON.stringify(harness.store.statusWrites), events: JSON.stringify(harness.store.events) };
    expect(statuses + events).not.toContain(PLANTED);
    harness.store.faults.clear();
    await harness.run(10_000);
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    harness.store.faults.set('listKeySecrets', new SecretForbiddenError('the operator may not read the Secrets of team'));
    harness.store.forbidden.add('team/repo-app');
    harness.repository('repo', { suspend: false, llms: [{ name: 'main', models: ['model-a'] }] });
    await harness.run();
    expect(harness.verdict('Repository', 'repo')).toBe('False SecretForbidden');
    expect(Object.keys(harness.content.keys)).toHaveLength(1);
    expect(Object.keys(harness.content.repositories['team/repo']?.models ?? {})).toEqual(['model-a']);
  });

  it('of one repository do not keep another from being served', async () => {
    const harness = await started();
    harness.store.forbidden.add('team/bad-app');
    harness.repository('bad');
    harness.repository('good');
    await harness.run();
    expect(Object.keys(harness.content.repositories)).toContain('team/good');
    expect(harness.verdict('Repository', 'good')).toBe('True Succeeded');
  });

  it('delay a status, but lose none', async () => {
    const harness = new Harness();
    harness.store.faults.set('applyStatus', new Error('conflict'));
    harness.connection('main');
    await harness.start();
    expect(Object.keys(harness.content.providers)).toEqual(['team/main']);
    expect(harness.store.events).toEqual([]);
    harness.store.faults.clear();
    await harness.run(10_000);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    await harness.check();
  });

  it('while keys are listed revoke nothing', async () => {
    const harness = await started();
    harness.store.faults.set('listKeySecrets', new Error('timeout'));
    harness.engine.onSecret({ namespace: 'team', name: 'repo-app' });
    await harness.run(30_000);
    expect(Object.keys(harness.content.keys)).toEqual([hashKey(keyIn(harness))]);
    expect(harness.content.revokedKeys).toEqual({});
  });
});
