// What becomes of AIPolicies: what gateways get of them, where they apply, and what status says.
import { describe, expect, it } from 'vitest';
import { Harness } from './harness.ts';

const HOME = { 'ai.flashback.tech/organization': 'acme', 'ai.flashback.tech/organization-home': 'true' };
const MEMBER = { 'ai.flashback.tech/organization': 'acme' };

async function started(options: ConstructorParameters<typeof Harness>[0] = {}): Promise<Harness> {
  const harness = new Harness(options);
  harness.connection('main');
  harness.repository('repo');
  await harness.start();
  return harness;
}

const effectiveSet = (harness: Harness, name = 'repo') => harness.store.get('Repository', { namespace: 'team', name })?.status?.policies ?? [];

describe('a policy that detectors can decide', () => {
  it('gets to the gateways compiled, and says so', async () => {
    const harness = await started();
    harness.policy('cards');
    await harness.run();
    expect(harness.content.policies['team/cards']).toEqual({
      generation: 1,
      namespace: 'team',
      name: 'cards',
      scope: 'Workspace',
      content: 'Do not share payment card numbers.',
      riskType: 'High',
      action: 'Block',
      phases: ['Request', 'Response'],
      detectors: [{ id: 'pii.card' }],
      failureMode: 'Closed',
      onUnscannable: 'Fail',
      streaming: 'Gate',
      timeout: 3000,
    });
    expect(harness.content.repositories['team/repo']?.policies).toEqual(['team/cards']);
    expect(harness.verdict('AIPolicy', 'cards')).toBe('True Succeeded');
    expect(harness.verdict('AIPolicy', 'cards', 'Programmed')).toBe('True Succeeded');
    expect(harness.verdict('AIPolicy', 'cards', 'ResolvedRefs')).toBe('True Succeeded');
    expect(harness.verdict('AIPolicy', 'cards', 'Tested')).toBe('absent');
    expect(harness.statusOf('cards')).toMatchObject({ effectiveAction: 'Block' });
    expect(harness.statusOf('cards').plan?.join(' ')).toContain('payment card numbers');
    await harness.check();
  });

  it('gets there changed, and goes when it is deleted', async () => {
    const harness = await started();
    harness.policy('cards');
    await harness.run();
    harness.policy('cards', { action: 'Alert', riskType: 'Low', failureMode: 'Closed', phases: ['Request'], timeout: '1s500ms', streaming: 'Full', onUnscannable: 'Allow' });
    await harness.run();
    const changed = { generation: 2, action: 'Alert', failureMode: 'Closed', phases: ['Request'], timeout: 1500, streaming: 'Full', onUnscannable: 'Allow' };
    expect(harness.content.policies['team/cards']).toMatchObject(changed);
    harness.store.remove('AIPolicy', 'cards');
    await harness.run();
    expect(harness.content.policies).toEqual({});
    expect(harness.content.repositories['team/repo']).not.toHaveProperty('policies');
    expect(effectiveSet(harness)).toEqual([]);
  });

  it('on trial is evaluated for counting only', async () => {
    const harness = await started();
    harness.policy('cards', { mode: 'DryRun' });
    await harness.run();
    expect(harness.content.policies['team/cards']?.action).toBe('DryRun');
    expect(harness.statusOf('cards').effectiveAction).toBe('DryRun');
    expect(harness.condition('AIPolicy', 'cards', 'Ready')?.message).toContain('on trial');
  });

  it('is Programmed when there is no repository yet, and gets out with the first', async () => {
    const harness = new Harness();
    harness.connection('main');
    harness.policy('cards');
    await harness.start();
    expect(harness.content.policies).toEqual({});
    expect(harness.verdict('AIPolicy', 'cards')).toBe('True Succeeded');
    expect(harness.condition('AIPolicy', 'cards', 'Programmed')?.message).toContain('no repository');
    harness.acknowledge = false;
    harness.repository('repo');
    await harness.run();
    expect(Object.keys(harness.content.policies)).toEqual(['team/cards']);
    expect(harness.verdict('AIPolicy', 'cards')).toBe('False PushPending');
  });

  it('that a gateway refuses goes out as one that cannot be evaluated, so that nothing passes unseen', async () => {
    const harness = await started();
    harness.policy('cards');
    await harness.run();
    harness.engine.onRejectedObject('policy/team/cards', 'not understood', harness.revision);
    await harness.run();
    expect(harness.content.policies['team/cards']).toMatchObject({ detectors: [{ id: 'refused' }], failureMode: 'Closed' });
    expect(harness.content.repositories['team/repo']?.policies).toEqual(['team/cards']);
    expect(harness.verdict('AIPolicy', 'cards')).toBe('False Rejected');
    const said = () => harness.condition('Repository', 'repo', 'Ready')?.message;
    expect(said()).toBe('models and keys are in use; requests are refused with 503, since these policies cannot be evaluated: team/cards');
    harness.policy('cards', { content: 'No IBANs.' });
    await harness.run();
    expect(said()).toBe('models and keys are in use');
    expect(harness.verdict('AIPolicy', 'cards')).toBe('True Succeeded');
    expect(harness.content.policies['team/cards']?.detectors).toEqual([{ id: 'pii.iban' }]);
  });
});

describe('a policy that cannot be evaluated', () => {
  it('for a broken expression names the field, and is sent so that gateways follow its failure mode', async () => {
    const harness = await started();
    harness.policy('cards', { patterns: [{ name: 'good', pattern: 'abc' }, { name: 'looks-ahead', pattern: '(?=x)' }] });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'cards')).toBe('False InvalidSpec');
    expect(harness.verdict('AIPolicy', 'cards', 'Stalled')).toBe('True InvalidSpec');
    const { message } = harness.condition('AIPolicy', 'cards', 'Ready')!;
    expect(message).toContain('spec.patterns[name=looks-ahead].pattern');
    expect(message).toContain('refused with 503');
    expect(harness.content.policies['team/cards']?.detectors).toContainEqual({ id: 'pattern', pattern: '(?=x)' });
    harness.policy('cards', { action: 'Alert', patterns: [{ name: 'looks-ahead', pattern: '(?=x)' }] });
    await harness.run();
    expect(harness.condition('AIPolicy', 'cards', 'Ready')?.message).toContain('passes without it');
    await harness.check();
  });

  it('because detectors know nothing of it and no judge is wanted says so', async () => {
    const harness = await started();
    harness.policy('advice', { content: 'Never give legal advice.', engine: 'Detectors' });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False InvalidSpec');
    expect(harness.condition('AIPolicy', 'advice', 'Ready')?.message).toContain('spec.engine');
    expect(harness.content.policies['team/advice']?.detectors).toEqual([{ id: 'uncompiled' }]);
  });

  it('because no judge is configured says how to get one, and fails at gateways instead of passing', async () => {
    const harness = await started();
    harness.policy('advice', { content: 'Never give legal advice.' });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False JudgeMissing');
    expect(harness.condition('AIPolicy', 'advice', 'Ready')?.message).toMatch(/spec\.judge.*--default-judge-llm.*refused with 503/);
    expect(harness.content.policies['team/advice']).toMatchObject({ judge: {}, action: 'Block', failureMode: 'Closed' });
    expect(harness.statusOf('advice')).not.toHaveProperty('judge');
    await harness.check();
  });

  it('shows at the repositories whose requests are refused because of it, until it can be', async () => {
    const harness = await started();
    const said = () => harness.condition('Repository', 'repo', 'Ready')?.message;
    harness.policy('advice', { content: 'Never give legal advice.', enforcement: 'Always', judge: { llmRef: { name: 'own' }, model: 'model-b' } });
    harness.policy('alerts', { content: 'Never give legal advice.', action: 'Alert' });
    harness.policy('open', { content: 'Never give legal advice.', failureMode: 'Open' });
    harness.policy('broken', { patterns: [{ name: 'x', pattern: '(' }] });
    await harness.run();
    expect(said()).toBe('models and keys are in use; requests are refused with 503, since these policies cannot be evaluated: team/advice, team/broken');
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
    harness.policy('broken');
    harness.connection('own');
    await harness.run();
    expect(said()).toBe('models and keys are in use');
  });

  it('waits for the repository that it names', async () => {
    const harness = await started();
    harness.policy('lost', { scope: 'Repository', repositoryRef: { name: 'later' } });
    harness.policy('unjudged', { scope: 'Repository', repositoryRef: { name: 'never' }, content: 'Never give legal advice.' });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'unjudged')).toBe('False RepositoryNotFound');
    expect(harness.verdict('AIPolicy', 'lost')).toBe('False RepositoryNotFound');
    expect(harness.verdict('AIPolicy', 'lost', 'Reconciling')).toBe('True ProgressingWithRetry');
    harness.repository('later');
    await harness.run();
    expect(harness.verdict('AIPolicy', 'lost')).toBe('True Succeeded');
    expect(harness.content.repositories['team/later']?.policies).toEqual(['team/lost']);
    expect(harness.content.repositories['team/repo']).not.toHaveProperty('policies');
  });
});

describe('the judge of a policy', () => {
  const advice = { content: 'Never give legal advice.', enforcement: 'Always' } as const;

  it('is the one that it names, in its own namespace', async () => {
    const harness = await started({ defaultJudge: { llm: 'platform/judge', model: 'model-a' } });
    harness.connection('own');
    harness.policy('advice', { ...advice, judge: { llmRef: { name: 'own' }, model: 'model-b' } });
    await harness.run();
    expect(harness.content.policies['team/advice']?.judge).toEqual({ llm: 'team/own', model: 'model-b' });
    expect(harness.content.providers).toHaveProperty(['team/own']);
    expect(harness.statusOf('advice').judge).toBe('team/own model-b');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
  });

  it('is that of the operator where it names none', async () => {
    const harness = await started({ defaultJudge: { llm: 'team/main', model: 'model-a' } });
    harness.policy('advice', advice);
    await harness.run();
    expect(harness.content.policies['team/advice']?.judge).toEqual({ llm: 'team/main', model: 'model-a' });
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
  });

  it('is not asked where detectors cover the rule', async () => {
    const harness = await started({ defaultJudge: { llm: 'team/main', model: 'model-a' } });
    harness.policy('cards');
    await harness.run();
    expect(harness.content.policies['team/cards']).not.toHaveProperty('judge');
    expect(harness.statusOf('cards')).not.toHaveProperty('judge');
    harness.policy('cards', { engine: 'Both', enforcement: 'Always' });
    await harness.run();
    expect(harness.content.policies['team/cards']).toMatchObject({ detectors: [{ id: 'pii.card' }], judge: { llm: 'team/main' } });
  });

  it('that does not exist, or is not ready, makes the policy wait, and comes by itself', async () => {
    const harness = await started();
    harness.policy('advice', { ...advice, judge: { llmRef: { name: 'own' }, model: 'model-b' } });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False LLMNotFound');
    expect(harness.content.policies['team/advice']?.judge).toEqual({ llm: 'team/own', model: 'model-b' });
    harness.config('own');
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False LLMNotReady');
    expect(harness.verdict('AIPolicy', 'advice', 'ResolvedRefs')).toBe('False LLMNotReady');
    harness.connection('own');
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
    harness.store.removeSecret('own-secret');
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False LLMNotReady');
    await harness.check();
  });

  it('whose connection a gateway refuses is missing, for the policy and for the repositories, until that is repaired', async () => {
    const harness = await started();
    harness.connection('own');
    harness.policy('advice', { ...advice, judge: { llmRef: { name: 'own' }, model: 'model-b' } });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
    harness.engine.onRejectedObject('provider/team/own', 'header not allowed', harness.revision);
    await harness.run();
    expect(harness.content.providers).not.toHaveProperty(['team/own']);
    expect(harness.verdict('AIPolicy', 'advice', 'ResolvedRefs')).toBe('False LLMNotReady');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False LLMNotReady');
    expect(harness.condition('AIPolicy', 'advice', 'Ready')?.message).toMatch(/no gateway has the AILLMConfig team\/own, since a gateway refused it: header not allowed.*refused with 503/);
    expect(harness.condition('Repository', 'repo', 'Ready')?.message).toContain('refused with 503, since these policies cannot be evaluated: team/advice');
    harness.config('own', { timeouts: { idle: '1s' } });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
    expect(harness.condition('Repository', 'repo', 'Ready')?.message).toBe('models and keys are in use');
  });

  it('whose connection has no room in the snapshot is missing', async () => {
    const harness = await started({ maxSnapshotBytes: 40_000 });
    harness.connection('own');
    harness.policy('advice', { ...advice, judge: { llmRef: { name: 'own' }, model: 'model-b' } });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
    harness.config('own', { headers: [{ name: 'x-large', value: 'x'.repeat(50_000) }] });
    await harness.run();
    expect(harness.content.providers).not.toHaveProperty(['team/own']);
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False LLMNotReady');
    expect(harness.condition('AIPolicy', 'advice', 'Ready')?.message).toContain('the snapshot would be too large with it');
    harness.config('own');
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
  });

  it('with a model that its connection does not offer is told, with the field and the models that there are', async () => {
    const harness = await started({ defaultJudge: { llm: 'team/main', model: 'typo' } });
    harness.connection('own');
    harness.policy('advice', { ...advice, judge: { llmRef: { name: 'own' }, model: 'typo' } });
    harness.policy('standard', advice);
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice', 'ResolvedRefs')).toBe('False ModelUnknown');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False ModelUnknown');
    expect(harness.condition('AIPolicy', 'advice', 'Ready')?.message).toBe(
      'the AILLMConfig team/own offers no model typo, so the judge may not answer: set spec.judge.model to one of these: model-a, model-b; ' +
        'or add typo to spec.models of the AILLMConfig',
    );
    expect(harness.condition('AIPolicy', 'standard', 'Ready')?.message).toContain('set --default-judge-model to one of these');
    harness.config('own', { models: [{ name: 'any', upstreamName: 'typo' }] });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
    await harness.check();
  });
});

describe('where policies apply', () => {
  it('the effective set goes from the organization to the repository, with origin and action', async () => {
    const harness = await started();
    harness.store.label('home', HOME);
    harness.store.label('team', MEMBER);
    harness.policy('one', { scope: 'Repository', repositoryRef: { name: 'repo' }, action: 'Log' });
    harness.policy('all', { mode: 'DryRun' });
    harness.policy('org', { scope: 'Organization' }, 'home');
    harness.policy('elsewhere', {}, 'other');
    await harness.run();
    expect(effectiveSet(harness)).toEqual([
      { name: 'org', namespace: 'home', scope: 'Organization', action: 'Block', effectiveAction: 'Block' },
      { name: 'all', namespace: 'team', scope: 'Workspace', action: 'Block', effectiveAction: 'DryRun' },
      { name: 'one', namespace: 'team', scope: 'Repository', action: 'Log', effectiveAction: 'Log' },
    ]);
    expect(harness.content.repositories['team/repo']?.policies).toEqual(['home/org', 'team/all', 'team/one']);
    expect(harness.content.policies).not.toHaveProperty(['other/elsewhere']);
    await harness.check();
  });

  it('are listed up to 200 at a repository, which tells how many there are', async () => {
    const harness = await started();
    for (let number = 1; number <= 201; number += 1) harness.policy(`p${number}`, { action: 'Log' });
    await harness.run(2_000);
    expect(effectiveSet(harness)).toHaveLength(200);
    expect(harness.condition('Repository', 'repo', 'Ready')?.message).toBe('models and keys are in use; 201 policies apply, of which status.policies shows the first 200');
    harness.store.remove('AIPolicy', 'p201');
    await harness.run();
    expect(harness.condition('Repository', 'repo', 'Ready')?.message).toBe('models and keys are in use');
  });

  it('an organization rules from its home only, and the refusal names label and fix', async () => {
    const harness = await started();
    harness.store.label('usurper', MEMBER);
    harness.store.label('team', MEMBER);
    harness.policy('org', { scope: 'Organization' }, 'usurper');
    await harness.run();
    const ready = harness.statusOf('org', 'usurper').conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ status: 'False', reason: 'NotOrganizationHome' });
    expect(ready?.message).toContain('ai.flashback.tech/organization-home: "true"');
    expect(effectiveSet(harness)).toEqual([]);
    expect(harness.content.policies).toEqual({});
    harness.store.label('usurper', HOME);
    await harness.run();
    expect(effectiveSet(harness).map(({ name }) => name)).toEqual(['org']);
    expect(harness.content.repositories['team/repo']?.policies).toEqual(['usurper/org']);
    harness.store.label('usurper', MEMBER);
    await harness.run();
    expect(effectiveSet(harness)).toEqual([]);
    expect(harness.content.policies).toEqual({});
  });

  it('a namespace without the label belongs to the organization "default", and may leave it', async () => {
    const harness = await started();
    harness.store.label('home', { 'ai.flashback.tech/organization-home': 'true' });
    harness.policy('org', { scope: 'Organization' }, 'home');
    await harness.run();
    expect(effectiveSet(harness).map(({ name }) => name)).toEqual(['org']);
    harness.store.label('team', MEMBER);
    await harness.run();
    expect(effectiveSet(harness)).toEqual([]);
    expect(harness.content.repositories['team/repo']).not.toHaveProperty('policies');
    harness.store.label('home', HOME);
    await harness.run();
    expect(effectiveSet(harness).map(({ name }) => name)).toEqual(['org']);
    expect(harness.content.repositories['team/repo']?.policies).toEqual(['home/org']);
  });

  it('where namespaces may not be looked at each is an organization of its own, and status says so', async () => {
    const harness = await started();
    harness.store.label('team', undefined);
    harness.policy('org', { scope: 'Organization' });
    harness.policy('other', { scope: 'Organization' }, 'home');
    await harness.run();
    expect(effectiveSet(harness).map(({ name }) => name)).toEqual(['org']);
    expect(harness.content.repositories['team/repo']?.policies).toEqual(['team/org']);
    expect(harness.verdict('AIPolicy', 'org')).toBe('False OrganizationUnknown');
    expect(harness.condition('AIPolicy', 'org', 'Ready')?.message).toContain(
      'the labels of the namespace team are not known, so the policy applies in the namespace team only: grant the operator get, list and watch on namespaces',
    );
  });

  it('a restart never shows or serves fewer policies than there are', async () => {
    const before = await started();
    before.store.label('home', HOME);
    before.store.label('team', MEMBER);
    before.policy('org', { scope: 'Organization' }, 'home');
    before.policy('own');
    await before.run();
    const seed = before.snapshot();
    await before.engine.stop();
    before.store.statusWrites.length = 0;
    const after = new Harness({ store: before.store, revision: before.revision });
    await after.start(seed);
    for (const { policies } of after.published) expect(Object.keys(policies)).toEqual(['home/org', 'team/own']);
    const shown = before.store.statusWrites.filter(({ id }) => id === 'Repository/team/repo').map(({ status }) => Reflect.get(status, 'policies'));
    for (const policies of shown) expect(policies).toHaveLength(2);
    expect(after.published.length).toBeGreaterThan(0);
  });
});
