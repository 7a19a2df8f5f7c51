// Tests beside a rule, as the operator runs them: what they change, and when they are run again.
import { describe, expect, it } from 'vitest';
import type { AIPolicy } from '../../src/api/resources.ts';
import { completion, honest } from '../policy/judge/scripted.ts';
import { Harness } from './harness.ts';

const CARD = ['4111', '1111', '1111', '1111'].join(' ');
const ADVICE: Partial<AIPolicy['spec']> = {
  content: 'Never give legal advice.',
  tests: [
    { name: 'advice', phase: 'Response', output: 'You should sue them.', expect: 'Violate' },
    { name: 'small talk', phase: 'Request', input: 'Nice weather.', expect: 'Allow' },
  ],
};
const JUDGE = { llm: 'team/main', model: 'model-a' };

/** Thinks that whoever says one of these words gives advice. */
const judging = (...words: string[]) => async (body: Record<string, unknown>) =>
  completion(JSON.stringify(honest(body, (_rule, text) => words.find((word) => text.includes(word)))));

async function started(options: ConstructorParameters<typeof Harness>[0] = {}): Promise<Harness> {
  const harness = new Harness({ defaultJudge: JUDGE, ...options });
  harness.judge = judging('sue');
  harness.connection('main');
  harness.repository('repo');
  await harness.start();
  return harness;
}

const actionOf = (harness: Harness, name = 'advice') => harness.content.policies[`team/${name}`]?.action;

describe('tests of a rule', () => {
  it('are run by detectors without any judge, and shown', async () => {
    const harness = await started();
    harness.policy('cards', {
      tests: [
        { name: 'a card', phase: 'Request', input: `Pay with ${CARD}.`, expect: 'Violate' },
        { name: 'an order', phase: 'Request', input: 'Order 4111 1111.', expect: 'Allow' },
        { name: 'wrong', phase: 'Response', output: CARD, expect: 'Allow' },
      ],
    });
    await harness.run();
    expect(harness.statusOf('cards').tests).toMatchObject({ passed: 2, total: 3, summary: '2/3' });
    expect(harness.statusOf('cards').tests?.failures?.map(({ name }) => name)).toEqual(['wrong']);
    expect(harness.verdict('AIPolicy', 'cards', 'Tested')).toBe('False TestsFailed');
    expect(harness.condition('AIPolicy', 'cards', 'Tested')?.message).toContain('2 of 3 tests pass; failing: wrong');
    // Detectors act at once unless the author wants to wait for the tests.
    expect(harness.verdict('AIPolicy', 'cards')).toBe('True Succeeded');
    expect(actionOf(harness, 'cards')).toBe('Block');
    expect(harness.questions).toEqual([]);
    expect(JSON.stringify(harness.statusOf('cards'))).not.toContain(CARD);
  });

  it('let a policy that blocks by a judge block once all of them pass', async () => {
    const harness = await started();
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const judge = judging('sue');
    harness.judge = async (body) => {
      await answered;
      return judge(body);
    };
    harness.policy('advice', ADVICE);
    await harness.run();
    expect(actionOf(harness)).toBe('Alert');
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('Unknown Progressing');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False Progressing');
    expect(harness.statusOf('advice').effectiveAction).toBe('Alert');
    answer();
    await harness.run();
    expect(actionOf(harness)).toBe('Block');
    expect(harness.statusOf('advice')).toMatchObject({ effectiveAction: 'Block', tests: { summary: '2/2' } });
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('True Succeeded');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
    await harness.check();
  });

  it('keep it at alerting while one fails, until the rule is better', async () => {
    const harness = await started();
    harness.judge = judging('sue', 'weather');
    harness.policy('advice', ADVICE);
    await harness.run();
    expect(actionOf(harness)).toBe('Alert');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False TestsFailed');
    expect(harness.verdict('AIPolicy', 'advice', 'Stalled')).toBe('True TestsFailed');
    expect(harness.statusOf('advice').tests?.failures?.map(({ name }) => name)).toEqual(['small talk']);
    harness.judge = judging('sue');
    harness.policy('advice', { ...ADVICE, content: 'Never give legal advice; talk about the weather is none.' });
    await harness.run();
    expect(actionOf(harness)).toBe('Block');
  });

  it('that are missing keep it at alerting too, and the message says how to change that', async () => {
    const harness = await started();
    harness.policy('advice', { content: ADVICE.content! });
    await harness.run();
    expect(actionOf(harness)).toBe('Alert');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False TestsMissing');
    expect(harness.condition('AIPolicy', 'advice', 'Ready')?.message).toMatch(/spec\.tests.*spec\.enforcement: Always/);
    harness.policy('advice', { content: ADVICE.content!, enforcement: 'Always' });
    await harness.run();
    expect(actionOf(harness)).toBe('Block');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
  });

  it('are waited for by detectors where the author wants that', async () => {
    const harness = await started();
    harness.policy('cards', { enforcement: 'WhenTested', tests: [{ name: 'wrong', phase: 'Request', input: 'Hello.', expect: 'Violate' }] });
    await harness.run();
    expect(actionOf(harness, 'cards')).toBe('Alert');
    expect(harness.verdict('AIPolicy', 'cards')).toBe('False TestsFailed');
  });

  it('say nothing while the judge cannot be reached, and are run again, later each time', async () => {
    const harness = await started();
    harness.judge = async () => ({ status: 503, body: '' });
    harness.policy('advice', ADVICE);
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('Unknown TestsInconclusive');
    expect(harness.verdict('AIPolicy', 'advice', 'Reconciling')).toBe('True ProgressingWithRetry');
    expect(harness.statusOf('advice')).not.toHaveProperty('tests');
    const asked = harness.questions.length;
    await harness.run(3_000);
    expect(harness.questions).toHaveLength(asked);
    harness.judge = judging('sue');
    await harness.run(10_000);
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('True Succeeded');
    expect(actionOf(harness)).toBe('Block');
  });

  it.each([
    ['answers in another form', 'another form', () => completion('Sure, I can help with that.')],
    ['refuses', 'refused', () => ({ status: 200, body: JSON.stringify({ choices: [{ finish_reason: 'stop', message: { refusal: 'I cannot judge this.' } }] }) })],
    ['misses what is planted', 'planted', () => completion(JSON.stringify({ results: [] }))],
  ] as const)('say nothing where the judge %s, and are run again', async (_what, _word, answer) => {
    const harness = await started();
    harness.judge = async () => answer();
    harness.policy('advice', ADVICE);
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('Unknown TestsInconclusive');
    expect(harness.condition('AIPolicy', 'advice', 'Tested')?.message).toMatch(/\(test (advice|small talk)\); the tests are run again$/);
    expect(harness.statusOf('advice')).not.toHaveProperty('tests');
    expect(actionOf(harness)).toBe('Alert');
    harness.judge = judging('sue');
    await harness.run(10_000);
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('True Succeeded');
    expect(actionOf(harness)).toBe('Block');
  });

  it('fail where one fails outright, whatever the judge says of the others', async () => {
    const harness = await started();
    harness.judge = async (body) => (JSON.stringify(body).includes('weather') ? completion('Sure.') : judging('nothing')(body));
    harness.policy('advice', ADVICE);
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('False TestsFailed');
  });

  it('are run again when somebody asks for it, and the policy goes on blocking until they fail', async () => {
    const harness = await started();
    harness.policy('advice', ADVICE);
    await harness.run();
    const { spec } = harness.store.get('AIPolicy', { namespace: 'team', name: 'advice' })!;
    const ask = async (value: string): Promise<void> => {
      harness.store.apply('AIPolicy', 'advice', spec, { annotations: { 'ai.flashback.tech/reconcile-requested-at': value } });
      await harness.run();
    };
    const asked = harness.questions.length;
    await ask('now');
    expect(harness.questions.length).toBeGreaterThan(asked);
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('True Succeeded');
    const again = harness.questions.length;
    await ask('now');
    expect(harness.questions).toHaveLength(again);
    harness.judge = judging('nothing');
    await ask('later');
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('False TestsFailed');
    expect(actionOf(harness)).toBe('Alert');
    const actions = harness.published.flatMap(({ policies }) => policies['team/advice']?.action ?? []);
    expect(actions).toEqual(['Block', 'Alert']);
  });

  it.each<[string, Partial<AIPolicy['spec']>]>([
    ['tests', { tests: [...ADVICE.tests!, { name: 'more', phase: 'Request', input: 'Good morning.', expect: 'Allow' }] }],
    ['examples', { examples: { allowed: ['Good morning.'] } }],
  ])('of which the author changes the %s alone do not stop the policy from blocking until they fail', async (_what, change) => {
    const harness = await started();
    harness.policy('advice', ADVICE);
    await harness.run();
    const answered = Promise.withResolvers<void>();
    harness.judge = async (body) => {
      await answered.promise;
      return judging('sue')(body);
    };
    harness.policy('advice', { ...ADVICE, ...change });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('Unknown Progressing');
    expect(actionOf(harness)).toBe('Block');
    expect(harness.statusOf('advice').effectiveAction).toBe('Block');
    answered.resolve();
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('True Succeeded');
    harness.judge = judging('sue', 'Good', 'weather');
    harness.policy('advice', { ...ADVICE, ...change, tests: [...ADVICE.tests!, { name: 'worse', phase: 'Request', input: 'Good evening.', expect: 'Allow' }] });
    await harness.run();
    expect(actionOf(harness)).toBe('Alert');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False TestsFailed');
  });

  it('of a rule that has changed begin anew, whatever they said of the former', async () => {
    const harness = await started();
    harness.policy('advice', ADVICE);
    await harness.run();
    harness.judge = async () => ({ status: 503, body: '' });
    harness.policy('advice', { ...ADVICE, content: 'Never give medical advice.' });
    await harness.run();
    expect(actionOf(harness)).toBe('Alert');
  });

  it('whose judges hang do not keep those of other namespaces waiting, and end at last', async () => {
    const harness = await started();
    const judge = judging('sue');
    harness.judge = async (body) => (JSON.stringify(body).includes('slow') ? new Promise(() => {}) : judge(body));
    for (const namespace of ['a', 'b', 'c', 'd']) {
      harness.policy('hanging', { ...ADVICE, content: 'Never give slow advice.', timeout: '60s' }, namespace);
    }
    await harness.run();
    harness.policy('quick', ADVICE, 'other');
    await harness.run(9_000);
    expect(harness.statusOf('quick', 'other')).not.toHaveProperty('tests');
    await harness.run(1_500);
    expect(harness.statusOf('quick', 'other').tests).toMatchObject({ summary: '2/2' });
    await harness.run(600_000);
    const tested = harness.statusOf('hanging', 'a').conditions?.find(({ type }) => type === 'Tested');
    expect(tested).toMatchObject({ status: 'Unknown', reason: 'TestsInconclusive' });
  });

  it('wait for a judge that is not ready, without asking', async () => {
    const harness = await started();
    harness.policy('advice', { ...ADVICE, judge: { llmRef: { name: 'own' }, model: 'small' } });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice', 'Tested')).toBe('Unknown TestsInconclusive');
    expect(harness.questions).toEqual([]);
    harness.connection('own');
    await harness.run();
    expect(new Set(harness.questions.map(({ model }) => model))).toEqual(new Set(['small']));
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
  });

  it('are not run again by a restart', async () => {
    const before = await started();
    before.policy('advice', ADVICE);
    await before.run();
    const seed = before.snapshot();
    await before.engine.stop();
    const after = new Harness({ defaultJudge: JUDGE, store: before.store, revision: before.revision });
    await after.start(seed);
    expect(after.questions).toEqual([]);
    expect(after.published.map(({ policies }) => policies['team/advice']?.action)).not.toContain('Alert');
    expect(after.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
  });

  it('are run again by another version of the program', async () => {
    const before = await started();
    before.policy('advice', ADVICE);
    await before.run();
    const seed = before.snapshot();
    await before.engine.stop();
    const after = new Harness({ defaultJudge: JUDGE, version: '2', store: before.store, revision: before.revision });
    after.judge = judging('sue');
    await after.start(seed);
    expect(after.questions.length).toBeGreaterThan(0);
    expect(after.published.map(({ policies }) => policies['team/advice']?.action)).not.toContain('Alert');
    expect(after.verdict('AIPolicy', 'advice', 'Tested')).toBe('True Succeeded');
  });

  it('are run again for another judge, and the policy goes on blocking until they fail', async () => {
    const before = await started();
    before.policy('advice', ADVICE);
    await before.run();
    const seed = before.snapshot();
    await before.engine.stop();
    const after = new Harness({ defaultJudge: { ...JUDGE, model: 'model-b' }, store: before.store, revision: before.revision });
    after.judge = async () => ({ status: 503, body: '' });
    await after.start(seed);
    expect(new Set(after.questions.map(({ model }) => model))).toEqual(new Set(['model-b']));
    expect(actionOf(after)).toBe('Block');
    expect(after.verdict('AIPolicy', 'advice', 'Tested')).toBe('Unknown TestsInconclusive');
    after.judge = judging('nothing');
    await after.run(10_000);
    expect(actionOf(after)).toBe('Alert');
    expect(after.verdict('AIPolicy', 'advice')).toBe('False TestsFailed');
  });

  it('of one namespace do not keep others waiting', async () => {
    const harness = await started();
    let free = (): void => undefined;
    const hanging = new Promise<void>((resolve) => (free = resolve));
    const judge = judging('sue');
    harness.judge = async (body) => {
      if (JSON.stringify(body).includes('slow')) await hanging;
      return judge(body);
    };
    for (const name of ['a', 'b', 'c', 'd']) harness.policy(name, { ...ADVICE, content: `Never give slow advice, ${name}.` });
    harness.policy('quick', ADVICE, 'other');
    await harness.run();
    expect(harness.statusOf('quick', 'other').tests).toMatchObject({ summary: '2/2' });
    free();
    await harness.run();
    expect(harness.statusOf('d').tests).toMatchObject({ summary: '2/2' });
  });
});
