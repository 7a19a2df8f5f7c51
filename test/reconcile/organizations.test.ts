// Labels of namespaces that nobody can see, or has seen yet: no policy of an organization is lost because of that.
import { describe, expect, it } from 'vitest';
import { rememberOrganizations } from '../../src/reconcile/organization-memory.ts';
import type { SnapshotPolicy, SnapshotRepository } from '../../src/snapshot/snapshot.ts';
import { Harness } from './harness.ts';

const HOME = { 'ai.flashback.tech/organization': 'acme', 'ai.flashback.tech/organization-home': 'true' };
const MEMBER = { 'ai.flashback.tech/organization': 'acme' };

/** The organization acme with a policy at home, a member with a repository, and a namespace that is none of it. */
async function governed(): Promise<Harness> {
  const harness = new Harness();
  harness.store.label('home', HOME);
  harness.store.label('team', MEMBER);
  harness.store.label('outside', { 'ai.flashback.tech/organization': 'other' });
  harness.connection('main');
  harness.repository('repo');
  apply(harness, 'outside');
  harness.policy('org', { scope: 'Organization' }, 'home');
  await harness.start();
  return harness;
}

const apply = (harness: Harness, namespace: string, name = 'repo'): void =>
  harness.store.apply('Repository', name, { surfaces: ['OpenAI'], llms: [{ name: 'main' }] }, { namespace });

/** An operator that begins without the right to list Namespaces. */
async function blinded(before: Harness): Promise<Harness> {
  const seed = before.snapshot();
  await before.engine.stop();
  before.store.label('team', undefined);
  const after = new Harness({ store: before.store, revision: before.revision });
  await after.start(seed);
  return after;
}

const policiesOf = (harness: Harness, key: string) => harness.content.repositories[key]?.policies;
const ready = (harness: Harness, kind: 'Repository' | 'AIPolicy', namespace: string, name: string) =>
  harness.store.get(kind, { namespace, name })?.status?.conditions?.find(({ type }) => type === 'Ready');

describe('an operator that may not list Namespaces', () => {
  it('keeps policies of organizations in force where they were, and nowhere else', async () => {
    const after = await blinded(await governed());
    expect(after.published.length).toBeGreaterThan(0);
    for (const { repositories } of after.published) {
      expect(repositories['team/repo']?.policies).toEqual(['home/org']);
      expect(repositories['outside/repo']).toBeDefined();
      expect(repositories['outside/repo']?.policies).toBeUndefined();
    }
    expect(after.store.get('Repository', { namespace: 'team', name: 'repo' })?.status?.policies?.map(({ name }) => name)).toEqual(['org']);
  });

  it('says at the policy what is not known, and which right is missing', async () => {
    const after = await blinded(await governed());
    const said = ready(after, 'AIPolicy', 'home', 'org');
    expect(said?.status).toBe('True');
    expect(said?.message).toMatch(/goes on applying where it did before: grant the operator get, list and watch on namespaces/);
    const reconciling = after.statusOf('org', 'home').conditions?.find(({ type }) => type === 'Reconciling');
    expect(reconciling).toMatchObject({ status: 'True', reason: 'ProgressingWithRetry' });
  });

  it('takes new policies of a home, and new repositories of a member, for what they were', async () => {
    const after = await blinded(await governed());
    after.policy('more', { scope: 'Organization' }, 'home');
    apply(after, 'team', 'second');
    await after.run();
    expect(policiesOf(after, 'team/repo')).toEqual(['home/more', 'home/org']);
    expect(policiesOf(after, 'team/second')).toEqual(['home/more', 'home/org']);
    expect(policiesOf(after, 'outside/repo')).toBeUndefined();
  });

  it('does not serve repositories of a new namespace, which policies may be for, and says why', async () => {
    const after = await blinded(await governed());
    apply(after, 'newcomer');
    await after.run();
    expect(after.content.repositories).not.toHaveProperty(['newcomer/repo']);
    expect(ready(after, 'Repository', 'newcomer', 'repo')).toMatchObject({ status: 'False', reason: 'OrganizationUnknown' });
    expect(ready(after, 'Repository', 'newcomer', 'repo')?.message).toContain('grant the operator get, list and watch on namespaces');
    after.store.label('home', HOME);
    after.store.label('newcomer', MEMBER);
    await after.run();
    expect(policiesOf(after, 'newcomer/repo')).toEqual(['home/org']);
  });

  it('serves a new namespace once no policy is left that could be for it', async () => {
    const after = await blinded(await governed());
    apply(after, 'newcomer');
    await after.run();
    after.store.remove('AIPolicy', 'org', 'home');
    await after.run(11_000);
    expect(after.content.repositories).toHaveProperty(['newcomer/repo']);
  });

  it('lets nobody rule over others, or keep them waiting, who has not done so before', async () => {
    const before = await governed();
    before.policy('usurper', { scope: 'Organization' }, 'outside');
    const after = await blinded(before);
    expect(ready(after, 'AIPolicy', 'outside', 'usurper')).toMatchObject({ status: 'False', reason: 'OrganizationUnknown' });
    after.store.remove('AIPolicy', 'org', 'home');
    apply(after, 'newcomer');
    await after.run();
    expect(policiesOf(after, 'team/repo')).toBeUndefined();
    expect(policiesOf(after, 'outside/repo')).toEqual(['outside/usurper']);
    expect(after.content.repositories).toHaveProperty(['newcomer/repo']);
  });

  it('goes by the labels as soon as it may see them', async () => {
    const after = await blinded(await governed());
    after.store.label('home', HOME);
    after.store.label('team', { 'ai.flashback.tech/organization': 'other' });
    await after.run();
    expect(policiesOf(after, 'team/repo')).toBeUndefined();
    expect(ready(after, 'AIPolicy', 'home', 'org')).toMatchObject({ status: 'True', reason: 'Succeeded' });
  });
});

describe('a namespace that nobody has told of yet', () => {
  it('is not taken for one without labels: its repositories wait for the first word about it', async () => {
    const harness = await governed();
    harness.store.unseen.add('newcomer');
    apply(harness, 'newcomer');
    await harness.run();
    for (const { repositories } of harness.published) expect(repositories).not.toHaveProperty(['newcomer/repo']);
    harness.store.label('newcomer', MEMBER);
    await harness.run();
    for (const { repositories } of harness.published) expect(repositories['newcomer/repo']?.policies ?? ['home/org']).toEqual(['home/org']);
    expect(policiesOf(harness, 'newcomer/repo')).toEqual(['home/org']);
  });
});

describe('what a snapshot tells of organizations', () => {
  const repository = (namespace: string, ...policies: string[]) => [`${namespace}/r`, { namespace, policies } as unknown as SnapshotRepository] as const;
  const policy = (key: string, scope: SnapshotPolicy['scope'] = 'Organization') => [key, { scope } as SnapshotPolicy] as const;
  const remember = (repositories: (readonly [string, SnapshotRepository])[], policies: (readonly [string, SnapshotPolicy])[]) =>
    rememberOrganizations({ repositories: Object.fromEntries(repositories), policies: Object.fromEntries(policies) });

  it('puts all together that were ruled from the same homes, in whatever order they come', () => {
    const { groups, homes, members } = remember(
      [repository('a', 'h1/p'), repository('b', 'h2/p'), repository('c', 'h1/p', 'h2/p'), repository('d')],
      [policy('h1/p'), policy('h2/p')],
    );
    expect(new Set(['a', 'b', 'c', 'h1', 'h2'].map((name) => groups.get(name)))).toEqual(new Set([groups.get('h1')]));
    expect([...(groups.get('a')?.homes ?? [])].toSorted()).toEqual(['h1', 'h2']);
    expect(groups.has('d')).toBe(false);
    expect([...homes].toSorted()).toEqual(['h1', 'h2']);
    expect([...members]).toEqual(['a', 'b', 'c', 'd']);
  });

  it('does not take policies of a workspace, or of a namespace over itself, for those of a home', () => {
    const { groups, homes } = remember([repository('a', 'a/own', 'a/org')], [policy('a/own', 'Workspace'), policy('a/org')]);
    expect(homes.size).toBe(0);
    expect(groups.size).toBe(0);
  });
});
