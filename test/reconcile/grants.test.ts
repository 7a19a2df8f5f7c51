// References to connections of another namespace: only by a grant over there, from the moment it is there until the moment it goes.
import { describe, expect, it } from 'vitest';
import type { AIReferenceGrant, AIPolicy, Repository } from '../../src/api/resources.ts';
import { isPermitted } from '../../src/reconcile/grants.ts';
import { FakeStore } from '../fake/store.ts';
import { Harness, valid } from './harness.ts';

type Grant = AIReferenceGrant['spec'];

const TO_REPOSITORIES: Grant = { from: [{ kind: 'Repository', namespace: 'team' }], to: [{ kind: 'AILLMConfig', name: 'openai' }] };
const TO_POLICIES: Grant = { from: [{ kind: 'AIPolicy', namespace: 'team' }], to: [{ kind: 'AILLMConfig', name: 'openai' }] };
const LENT = { name: 'openai', namespace: 'lender' };

function lend(harness: Harness, name = 'openai'): void {
  harness.store.setSecret(`${name}-secret`, { apiKey: `planted-secret-lent-${name}` }, { namespace: 'lender' });
  harness.verdicts.set(`planted-secret-lent-${name}`, valid([`${name}-model`]));
  const spec = { type: 'OpenAI' as const, credentials: { secretRef: { name: `${name}-secret`, key: 'apiKey' } } };
  harness.store.apply('AILLMConfig', name, spec, { namespace: 'lender' });
}

/** A repository with a connection of its own and one of the namespace `lender`. */
async function borrowing(grant?: Grant, llms: Repository['spec']['llms'] = [{ name: 'main' }, LENT]): Promise<Harness> {
  const harness = new Harness();
  harness.connection('main');
  lend(harness);
  if (grant !== undefined) harness.store.grant('lender', 'g', grant);
  harness.repository('repo', { llms });
  await harness.start();
  return harness;
}

const served = (harness: Harness) => harness.content.repositories['team/repo']!;
const modelsOf = (harness: Harness): string[] => Object.keys(served(harness).models);
const statusModels = (harness: Harness) => harness.store.get('Repository', { namespace: 'team', name: 'repo' })?.status?.models;

describe('a reference to a connection of another namespace', () => {
  it('gives nothing without a grant, and status says whom to ask; what is its own is served', async () => {
    const harness = await borrowing();
    expect(served(harness)).toMatchObject({ models: { 'model-a': { llm: 'team/main' } }, unservedLlms: ['lender/openai'] });
    expect(modelsOf(harness)).toEqual(['model-a', 'model-b']);
    expect(harness.condition('Repository', 'repo', 'ResolvedRefs')).toEqual({
      status: 'False',
      reason: 'RefNotPermitted',
      message:
        'no AIReferenceGrant lets repositories of namespace team use AILLMConfig lender/openai: ask whoever administers its namespace for one, or remove the reference',
    });
    expect(harness.verdict('Repository', 'repo')).toBe('False RefNotPermitted');
    expect(harness.verdict('Repository', 'repo', 'Reconciling')).toBe('True ProgressingWithRetry');
    await harness.check();
  });

  it('is served with one, under its full name in status', async () => {
    const harness = await borrowing(TO_REPOSITORIES);
    expect(served(harness).models['openai-model']).toEqual({ llm: 'lender/openai', upstream: 'openai-model' });
    expect(served(harness).unservedLlms).toBeUndefined();
    expect(statusModels(harness)).toContainEqual({ name: 'openai-model', llm: 'lender/openai' });
    expect(statusModels(harness)).toContainEqual({ name: 'model-a', llm: 'main' });
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    await harness.check();
  });

  it('is served as soon as the grant comes, and within a second of its end no more, while the rest goes on', async () => {
    const harness = await borrowing();
    harness.store.grant('lender', 'g', TO_REPOSITORIES);
    await harness.run();
    expect(modelsOf(harness)).toContain('openai-model');
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    harness.store.removeGrant('lender', 'g');
    await harness.run();
    expect(modelsOf(harness)).toEqual(['model-a', 'model-b']);
    expect(statusModels(harness)?.map(({ name }) => name)).toEqual(['model-a', 'model-b']);
    expect(harness.verdict('Repository', 'repo')).toBe('False RefNotPermitted');
    await harness.check();
  });

  it('ends also where the Secrets of keys cannot be read, or take long', async () => {
    const harness = await borrowing(TO_REPOSITORIES);
    expect(modelsOf(harness)).toContain('openai-model');
    const reading = Promise.withResolvers<never>();
    harness.store.listKeySecrets = () => reading.promise;
    harness.store.removeGrant('lender', 'g');
    await harness.run();
    expect(modelsOf(harness)).toEqual(['model-a', 'model-b']);
    reading.reject(new Error('late'));
    await harness.run();
  });

  it('ends with a grant that is being deleted, or is for others now', async () => {
    const harness = await borrowing(TO_REPOSITORIES);
    harness.store.grant('lender', 'g', TO_REPOSITORIES, '2026-11-25T08:00:00Z');
    await harness.run();
    expect(modelsOf(harness)).toEqual(['model-a', 'model-b']);
    harness.store.grant('lender', 'g', TO_REPOSITORIES);
    await harness.run();
    expect(modelsOf(harness)).toContain('openai-model');
    harness.store.grant('lender', 'g', { ...TO_REPOSITORIES, from: [{ kind: 'Repository', namespace: 'others' }] });
    await harness.run();
    expect(modelsOf(harness)).toEqual(['model-a', 'model-b']);
  });

  it('goes on by a second grant when the first one goes', async () => {
    const harness = await borrowing(TO_REPOSITORIES);
    harness.store.grant('lender', 'second', { ...TO_REPOSITORIES, to: [{ kind: 'AILLMConfig' }] });
    harness.store.removeGrant('lender', 'g');
    await harness.run();
    expect(modelsOf(harness)).toContain('openai-model');
  });

  it('has the same words whether the connection exists or not', async () => {
    const said = async (name: string) => {
      const harness = await borrowing(undefined, [{ name, namespace: 'lender' }]);
      return harness.condition('Repository', 'repo', 'ResolvedRefs')?.message.replaceAll(name, 'x');
    };
    expect(await said('openai')).toBe(await said('nothing'));
  });

  it('is told to be missing once a grant makes that its business', async () => {
    const harness = await borrowing({ ...TO_REPOSITORIES, to: [{ kind: 'AILLMConfig' }] }, [{ name: 'main' }, { name: 'later', namespace: 'lender' }]);
    expect(harness.condition('Repository', 'repo', 'ResolvedRefs')).toMatchObject({ reason: 'LLMNotFound', message: 'there is no AILLMConfig lender/later' });
    lend(harness, 'later');
    await harness.run();
    expect(modelsOf(harness)).toContain('later-model');
  });

  it('follows the connection: what its owner takes away is gone', async () => {
    const harness = await borrowing(TO_REPOSITORIES);
    harness.store.removeSecret('openai-secret', 'lender');
    await harness.run();
    expect(modelsOf(harness)).toEqual(['model-a', 'model-b']);
    expect(harness.condition('Repository', 'repo', 'ResolvedRefs')).toMatchObject({ reason: 'LLMNotReady', message: 'not ready: AILLMConfig lender/openai' });
  });

  it('is one to the own namespace where it says so, and needs no grant', async () => {
    const harness = await borrowing(undefined, [{ name: 'main', namespace: 'team' }]);
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    expect(statusModels(harness)?.[0]).toEqual({ name: 'model-a', llm: 'main' });
  });

  it('may be to connections of one name in several namespaces, of which the first serves what both have', async () => {
    const harness = await borrowing(TO_REPOSITORIES, [LENT, { name: 'openai' }]);
    harness.connection('openai');
    harness.verdicts.set('planted-secret-openai', valid(['openai-model', 'own-model']));
    await harness.run();
    expect(served(harness).models).toEqual({
      'openai-model': { llm: 'lender/openai', upstream: 'openai-model' },
      'own-model': { llm: 'team/openai', upstream: 'own-model' },
    });
  });

  it('is not served by an operator that starts after its grant has gone', async () => {
    const before = await borrowing(TO_REPOSITORIES);
    const seed = before.snapshot();
    await before.engine.stop();
    before.store.removeGrant('lender', 'g');
    const after = new Harness({ store: before.store, revision: before.revision });
    after.verdicts.set('planted-secret-lent-openai', valid(['openai-model']));
    await after.start(seed);
    expect(after.published.length).toBeGreaterThan(0);
    for (const { repositories } of after.published) expect(repositories['team/repo']?.models).not.toHaveProperty('openai-model');
  });

  it('is not served where the namespace that gives is not looked at', async () => {
    const store = new FakeStore();
    store.namespaces = ['team'];
    const harness = new Harness({ store });
    harness.connection('main');
    lend(harness);
    store.grant('lender', 'g', TO_REPOSITORIES);
    harness.repository('repo', { llms: [{ name: 'main' }, LENT] });
    await harness.start();
    expect(harness.verdict('Repository', 'repo')).toBe('False RefNotPermitted');
  });
});

describe('a judge of another namespace', () => {
  const judge = { llmRef: LENT, model: 'openai-model' };
  const tests: NonNullable<AIPolicy['spec']['tests']> = [{ name: 'law', phase: 'Request', input: 'Can I sue?', expect: 'Violate' }];

  async function judged(grant?: Grant): Promise<Harness> {
    const harness = await borrowing(grant, [{ name: 'main' }]);
    harness.policy('rule', { content: 'Never give legal advice.', judge, tests });
    await harness.run();
    return harness;
  }

  it('is asked nothing without a grant, and traffic follows the failure mode', async () => {
    const harness = await judged(TO_REPOSITORIES);
    expect(harness.questions).toEqual([]);
    expect(harness.content.policies['team/rule']).toMatchObject({ judge: {}, failureMode: 'Closed' });
    expect(harness.verdict('AIPolicy', 'rule', 'ResolvedRefs')).toBe('False RefNotPermitted');
    expect(harness.condition('AIPolicy', 'rule', 'Ready')?.message).toMatch(
      /^no AIReferenceGrant lets policies of namespace team use AILLMConfig lender\/openai: .*; until then/,
    );
    await harness.check();
  });

  it('judges with one, and not any more when it goes', async () => {
    const harness = await judged(TO_POLICIES);
    expect(harness.content.policies['team/rule']?.judge).toEqual({ llm: 'lender/openai', model: 'openai-model' });
    expect(harness.verdict('AIPolicy', 'rule', 'ResolvedRefs')).toBe('True Succeeded');
    expect(harness.questions.length).toBeGreaterThan(0);
    harness.store.removeGrant('lender', 'g');
    await harness.run();
    expect(harness.content.policies['team/rule']?.judge).toEqual({});
    const asked = harness.questions.length;
    await harness.run(3_600_000);
    expect(harness.questions.length).toBe(asked);
    harness.store.grant('lender', 'g', TO_POLICIES);
    await harness.run();
    expect(harness.content.policies['team/rule']?.judge).toEqual({ llm: 'lender/openai', model: 'openai-model' });
  });

  it('that is asked by tests when its grant goes is asked no further question', async () => {
    const harness = await borrowing(TO_POLICIES, [{ name: 'main' }]);
    const answer = Promise.withResolvers<{ status: number; body: string }>();
    harness.judge = () => answer.promise;
    const many = Array.from({ length: 40 }, (_, index) => ({ ...tests[0]!, name: `test ${index}`, input: `Can I sue number ${index}?` }));
    harness.policy('rule', { content: 'Never give legal advice.', judge, tests: many });
    await harness.run();
    const asked = harness.questions.length;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(many.length);
    harness.store.removeGrant('lender', 'g');
    await harness.run();
    answer.resolve({ status: 500, body: '' });
    await harness.run(60_000);
    expect(harness.questions.length).toBe(asked);
  });

  it('needs none where it is that of the operator, which is for all', async () => {
    const harness = new Harness({ defaultJudge: { llm: 'lender/openai', model: 'openai-model' } });
    harness.connection('main');
    lend(harness);
    harness.repository('repo');
    harness.policy('rule', { content: 'Never give legal advice.' });
    await harness.start();
    expect(harness.content.policies['team/rule']?.judge).toEqual({ llm: 'lender/openai', model: 'openai-model' });
  });
});

describe('isPermitted', () => {
  const grant = (spec: Grant, namespace = 'lender'): AIReferenceGrant => ({
    apiVersion: 'ai.flashback.tech/v1alpha1',
    kind: 'AIReferenceGrant',
    metadata: { namespace, name: 'g', uid: 'u', generation: 1 },
    spec,
  });
  const from = { kind: 'Repository', namespace: 'team' } as const;
  const to = { namespace: 'lender', name: 'openai' };

  it.each([
    ['one that names both sides', grant(TO_REPOSITORIES), true],
    ['one that gives all connections', grant({ ...TO_REPOSITORIES, to: [{ kind: 'AILLMConfig' }] }), true],
    ['one for another kind', grant(TO_POLICIES), false],
    ['one for another connection', grant({ ...TO_REPOSITORIES, to: [{ kind: 'AILLMConfig', name: 'openai-2' }] }), false],
    ['one for another namespace', grant({ ...TO_REPOSITORIES, from: [{ kind: 'Repository', namespace: 'team-2' }] }), false],
    ['one that stands in the namespace of whoever refers', grant(TO_REPOSITORIES, 'team'), false],
    ['one that stands in a third namespace', grant(TO_REPOSITORIES, 'other'), false],
    ['one for something that is not known', grant({ ...TO_REPOSITORIES, to: [{ kind: 'Secret' as 'AILLMConfig' }] }), false],
  ])('by %s', (_what, one, expected) => {
    expect(isPermitted([one], from, to)).toBe(expected);
  });

  it('without any: within a namespace only', () => {
    expect(isPermitted([], from, to)).toBe(false);
    expect(isPermitted([], from, { namespace: 'team', name: 'openai' })).toBe(true);
  });
});
