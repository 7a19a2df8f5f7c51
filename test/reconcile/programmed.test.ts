// Programmed of policies and repositories: that gateways have what status describes, also where it has changed without a new generation.
import { describe, expect, it } from 'vitest';
import type { AIPolicy } from '../../src/api/resources.ts';
import { completion, honest } from '../policy/judge/scripted.ts';
import { Harness } from './harness.ts';

const HOME = { 'ai.flashback.tech/organization': 'acme', 'ai.flashback.tech/organization-home': 'true' };
const MEMBER = { 'ai.flashback.tech/organization': 'acme' };
const ADVICE: Pick<AIPolicy['spec'], 'content' | 'tests'> = {
  content: 'Never give legal advice.',
  tests: [{ name: 'advice', phase: 'Response', output: 'You should sue them.', expect: 'Violate' }],
};

async function started(): Promise<Harness> {
  const harness = new Harness({ defaultJudge: { llm: 'team/main', model: 'model-a' } });
  harness.connection('main');
  harness.repository('repo');
  await harness.start();
  return harness;
}

interface Written {
  effectiveAction?: string;
  conditions: { type: string; status: string }[];
}

const writesOf = (harness: Harness, id: string): Written[] => harness.store.statusWrites.filter((write) => write.id === id).map(({ status }) => status as Written);
const programmedIn = ({ conditions }: Written) => conditions.find(({ type }) => type === 'Programmed')?.status;

describe('Programmed', () => {
  it('of a policy that begins to block is pending until gateways block', async () => {
    const harness = await started();
    const answered = Promise.withResolvers<void>();
    harness.judge = async (body) => {
      await answered.promise;
      return completion(JSON.stringify(honest(body, (_rule, text) => ['sue'].find((word) => text.includes(word)))));
    };
    harness.policy('advice', ADVICE);
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice', 'Programmed')).toBe('True Succeeded');
    harness.acknowledge = false;
    answered.resolve();
    await harness.run();
    expect(harness.content.policies['team/advice']?.action).toBe('Block');
    expect(harness.verdict('AIPolicy', 'advice', 'Programmed')).toBe('False PushPending');
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False PushPending');
    const early = writesOf(harness, 'AIPolicy/team/advice').filter((status) => status.effectiveAction === 'Block');
    expect(early.map(programmedIn)).not.toContain('True');
    harness.engine.onDelivered(harness.revision, 1);
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
    expect(writesOf(harness, 'AIPolicy/team/advice').at(-1)?.effectiveAction).toBe('Block');
  });

  it('of a policy whose organization has grown is pending until gateways know whom it is for, and so is that repository', async () => {
    const harness = await started();
    harness.store.label('home', HOME);
    harness.policy('org', { scope: 'Organization' }, 'home');
    harness.store.apply('Repository', 'own', { surfaces: ['OpenAI'], llms: [{ name: 'main' }] }, { namespace: 'home' });
    await harness.run();
    const programmed = () => harness.statusOf('org', 'home').conditions?.find(({ type }) => type === 'Programmed')?.status;
    expect(programmed()).toBe('True');
    harness.acknowledge = false;
    harness.store.label('team', MEMBER);
    await harness.run();
    expect(harness.content.repositories['team/repo']?.policies).toEqual(['home/org']);
    expect(programmed()).toBe('False');
    expect(harness.verdict('Repository', 'repo', 'Programmed')).toBe('False PushPending');
    harness.engine.onDelivered(harness.revision, 1);
    await harness.run();
    expect(programmed()).toBe('True');
    expect(harness.verdict('Repository', 'repo')).toBe('True Succeeded');
  });

  it('of a policy is pending until gateways have the connection of its judge', async () => {
    const harness = await started();
    harness.policy('advice', { content: ADVICE.content, enforcement: 'Always', judge: { llmRef: { name: 'own' }, model: 'model-a' } });
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('False LLMNotFound');
    harness.acknowledge = false;
    harness.connection('own');
    await harness.run();
    expect(harness.content.providers).toHaveProperty(['team/own']);
    expect(harness.verdict('AIPolicy', 'advice', 'Programmed')).toBe('False PushPending');
    harness.engine.onDelivered(harness.revision, 1);
    await harness.run();
    expect(harness.verdict('AIPolicy', 'advice')).toBe('True Succeeded');
  });

  it('of a policy stays True for what is none of its business', async () => {
    const harness = await started();
    harness.policy('cards');
    await harness.run();
    const before = writesOf(harness, 'AIPolicy/team/cards').length;
    harness.acknowledge = false;
    harness.policy('others');
    harness.connection('another');
    await harness.run();
    expect(harness.verdict('AIPolicy', 'others')).toBe('False PushPending');
    expect(harness.verdict('AIPolicy', 'cards')).toBe('True Succeeded');
    expect(writesOf(harness, 'AIPolicy/team/cards').length).toBe(before);
  });
});
