import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSnapshotContent, pruneRevoked, type Observed, type ObservedPolicy, type ObservedProvider, type ObservedRepository } from '../../src/snapshot/build.ts';
import type { AttachedLlm } from '../../src/snapshot/model-table.ts';
import { resolveModels } from '../../src/snapshot/model-table.ts';
import type { RevokedKey, SnapshotKey, SnapshotPolicy } from '../../src/snapshot/snapshot.ts';

const NOW = Date.parse('2026-11-25T08:00:00Z');
const DAY = 24 * 3_600_000;

function provider(models: Record<string, string> | undefined, generation = 1): ObservedProvider {
  return {
    provider: {
      generation,
      type: 'OpenAI',
      endpoint: 'https://api.openai.com/v1',
      credential: { secret: 'provider-secret' },
      timeouts: { connect: 10_000, response: 300_000, idle: 120_000 },
      headers: [['x-team', 'a']],
    },
    models: models === undefined ? undefined : new Map(Object.entries(models)),
  };
}

function repository(name: string, llms: AttachedLlm[], overrides: Partial<ObservedRepository> = {}): ObservedRepository {
  return { generation: 1, namespace: 'team', name, surfaces: ['OpenAI'], suspended: false, llms, ...overrides };
}

function policy(name: string, scope: SnapshotPolicy['scope'], overrides: Partial<SnapshotPolicy> = {}, repositoryName?: string): [string, ObservedPolicy] {
  const made: SnapshotPolicy = {
    generation: 2,
    namespace: 'team',
    name,
    scope,
    content: 'Do not share payment card numbers.',
    riskType: 'High',
    action: 'Block',
    phases: ['Request', 'Response'],
    detectors: [{ id: 'pii.card' }],
    failureMode: 'Closed',
    onUnscannable: 'Fail',
    streaming: 'Gate',
    timeout: 3000,
    ...overrides,
  };
  return [`${made.namespace}/${name}`, { policy: made, ...(repositoryName === undefined ? {} : { repository: repositoryName }) }];
}

/** Namespaces whose name begins alike are of one organization. */
const organizationOf = (namespace: string): string => namespace.slice(0, 2);

function observed(overrides: Partial<Observed> = {}): Observed {
  return {
    providers: new Map(),
    repositories: new Map(),
    keys: new Map(),
    revokedKeys: new Map(),
    policies: new Map(),
    organizationOf,
    excluded: new Set(),
    now: NOW,
    ...overrides,
  };
}

const CASES: Record<string, Observed> = {
  empty: observed(),
  typical: observed({
    providers: new Map([
      ['team/second', provider({ 'model-b': 'model-b', 'model-c': 'model-c' }, 3)],
      ['team/first', provider({ fast: 'model-a', 'model-b': 'model-b' })],
      ['team/open', provider(undefined)],
    ]),
    repositories: new Map([
      ['team/web', repository('web', [{ llm: 'team/second' }, { llm: 'team/first' }, { llm: 'team/open' }], { generation: 4 })],
      ['team/batch', repository('batch', [{ llm: 'team/first', models: ['fast', 'absent'] }], { suspended: true })],
    ]),
    keys: new Map<string, SnapshotKey>([
      ['bb', { id: 'key_2', repository: 'team/web', expiresAt: NOW + 1, models: ['model-b'] }],
      ['aa', { id: 'key_1', repository: 'team/batch' }],
      ['cc', { id: 'key_3', repository: 'team/gone' }],
    ]),
    revokedKeys: new Map([
      ['ff', { id: 'key_9', repository: 'team/web', revokedAt: NOW - DAY }],
      ['ee', { id: 'key_8', repository: 'team/web', revokedAt: NOW - 31 * DAY }],
    ]),
  }),
  excluded: observed({
    providers: new Map([
      ['team/first', provider({ 'model-a': 'model-a' })],
      ['team/second', provider({ 'model-a': 'other-a' })],
    ]),
    repositories: new Map([
      ['team/web', repository('web', [{ llm: 'team/first' }, { llm: 'team/second' }])],
      ['team/batch', repository('batch', [{ llm: 'team/second' }])],
    ]),
    keys: new Map([
      ['aa', { id: 'key_1', repository: 'team/web' }],
      ['bb', { id: 'key_2', repository: 'team/batch' }],
    ]),
    excluded: new Set(['provider/team/first', 'repository/team/batch']),
  }),
  policies: observed({
    providers: new Map([['team/judge', provider(undefined)]]),
    repositories: new Map([
      ['team/web', repository('web', [])],
      ['team/batch', repository('batch', [])],
    ]),
    policies: new Map([
      policy('web-only', 'Repository', {}, 'web'),
      policy('a-workspace', 'Workspace', { detectors: [], judge: { llm: 'team/judge', model: 'small' } }),
      policy('z-organization', 'Organization', { namespace: 'te-home', action: 'Alert', detectors: [], judge: {} }),
      policy('of-others', 'Organization', { namespace: 'else' }),
      policy('for-nobody', 'Repository', {}, 'gone'),
      policy('refused', 'Repository', { examples: { violating: ['x'], allowed: [] }, judge: { llm: 'team/judge', model: 'small' } }, 'batch'),
    ]),
    excluded: new Set(['policy/team/refused']),
  }),
};

describe('buildSnapshotContent', () => {
  it.each(Object.keys(CASES))('gives the recorded content for the case "%s"', async (name) => {
    const content = buildSnapshotContent(CASES[name]!);
    const file = new URL(`./golden/${name}.json`, import.meta.url);
    expect(`${JSON.stringify(content, null, 2)}\n`).toBe(readFileSync(file, 'utf8'));
  });

  it('gives the same bytes whatever the order of observation', () => {
    const typical = CASES['typical']!;
    const reversed = <V>(map: ReadonlyMap<string, V>): Map<string, V> => new Map([...map].toReversed());
    const { providers, repositories, keys, revokedKeys } = typical;
    const other = { ...typical, providers: reversed(providers), repositories: reversed(repositories), keys: reversed(keys), revokedKeys: reversed(revokedKeys) };
    expect(JSON.stringify(buildSnapshotContent(other))).toBe(JSON.stringify(buildSnapshotContent(typical)));
  });

  it('lets revocation win over a key', () => {
    const revoked: RevokedKey = { id: 'key_1', repository: 'team/web', revokedAt: NOW - 40 * DAY };
    const { keys } = buildSnapshotContent({ ...CASES['typical']!, revokedKeys: new Map([['aa', revoked]]) });
    expect(Object.keys(keys)).toEqual(['bb']);
  });

  it('keeps a model called __proto__ apart from the prototype', () => {
    const models = new Map([['__proto__', 'evil']]);
    const content = buildSnapshotContent(
      observed({
        providers: new Map([['team/first', { ...provider({}), models }]]),
        repositories: new Map([['team/web', repository('web', [{ llm: 'team/first' }])]]),
      }),
    );
    expect(Object.keys(content.repositories['team/web']?.models ?? {})).toEqual(['__proto__']);
  });
});

describe('pruneRevoked', () => {
  it('remembers 30 days, and of more than 10,000 the newest', () => {
    const revoked = new Map(Array.from({ length: 10_050 }, (_, i) => [`h${i}`, { id: 'k', repository: 'team/web', revokedAt: NOW - 10_050 + i }]));
    revoked.set('old', { id: 'k', repository: 'team/web', revokedAt: NOW - 30 * DAY });
    const kept = pruneRevoked(revoked, NOW);
    expect(kept.size).toBe(10_000);
    expect([kept.has('h49'), kept.has('h50'), kept.has('old')]).toEqual([false, true, false]);
  });
});

const names = ['team/a', 'team/b', 'team/c', 'team/d'] as const;
const llmName = fc.constantFrom(...names);
const model = fc.constantFrom('m1', 'm2', 'm3', '__proto__', 'constructor');
const anyProvider: fc.Arbitrary<ObservedProvider> = fc
  .tuple(fc.option(fc.uniqueArray(model), { nil: undefined }), fc.nat(5))
  .map(([models, generation]) => provider(models && Object.fromEntries(models.map((name) => [name, `up-${name}`])), generation));
const attached: fc.Arbitrary<AttachedLlm> = fc.record({ llm: llmName, models: fc.uniqueArray(model) }, { requiredKeys: ['llm'] });
const anyWorld = fc
  .record({
    providers: fc.uniqueArray(fc.tuple(llmName, anyProvider), { selector: ([key]) => key }),
    repositories: fc.uniqueArray(fc.tuple(llmName, fc.uniqueArray(attached, { selector: ({ llm }) => llm })), { selector: ([key]) => key }),
    keys: fc.uniqueArray(fc.tuple(fc.stringMatching(/^[0-9a-f]{4}$/), llmName), { selector: ([hash]) => hash }),
    excluded: fc.uniqueArray(fc.constantFrom(...names.flatMap((name) => [`provider/${name}`, `repository/${name}`]))),
  })
  .map(({ providers, repositories, keys, excluded }) =>
    observed({
      providers: new Map(providers),
      repositories: new Map(repositories.map(([key, llms]) => [key, repository(key.slice(5), llms)])),
      keys: new Map(keys.map(([hash, owner]) => [hash, { id: `key_${hash}`, repository: owner }])),
      excluded: new Set(excluded),
    }),
  );

describe('one object and the others', () => {
  it('never refers to anything that the snapshot does not hold', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { providers, repositories, keys } = buildSnapshotContent(world);
        for (const { models, openLlm } of Object.values(repositories)) {
          for (const { llm } of Object.values(models)) expect(Object.hasOwn(providers, llm)).toBe(true);
          if (openLlm !== undefined) expect(Object.hasOwn(providers, openLlm)).toBe(true);
        }
        for (const { repository: owner } of Object.values(keys)) expect(Object.hasOwn(repositories, owner)).toBe(true);
      }),
    );
  });

  it.each(['excluded', 'absent', 'changed'])('a connection that is %s changes nothing for repositories that do not use it', (how) => {
    fc.assert(
      fc.property(anyWorld, llmName, anyProvider, (world, victim, replacement) => {
        const providers = new Map(world.providers);
        if (how === 'absent') providers.delete(victim);
        if (how === 'changed') providers.set(victim, replacement);
        const excluded = how === 'excluded' ? new Set([...world.excluded, `provider/${victim}`]) : world.excluded;
        const [before, after] = [buildSnapshotContent(world), buildSnapshotContent({ ...world, providers, excluded })];
        for (const key of names.filter((name) => name !== victim)) expect(after.providers[key]).toEqual(before.providers[key]);
        for (const [key, { llms }] of world.repositories) {
          const [was, is] = [before.repositories[key], after.repositories[key]];
          if (!llms.some(({ llm }) => llm === victim)) expect(is).toEqual(was);
          // In those that use it, its going takes nothing from what other connections serve.
          const kept = how === 'changed' ? [] : Object.entries(was?.models ?? {}).filter(([, { llm }]) => llm !== victim);
          for (const [name, target] of kept) expect(is?.models[name]).toEqual(target);
        }
        expect(after.keys).toEqual(before.keys);
      }),
    );
  });

  it('a repository that is excluded takes only its own keys along', () => {
    fc.assert(
      fc.property(anyWorld, llmName, (world, victim) => {
        const before = buildSnapshotContent(world);
        const after = buildSnapshotContent({ ...world, excluded: new Set([...world.excluded, `repository/${victim}`]) });
        expect(after.providers).toEqual(before.providers);
        const { [victim]: _gone, ...others } = before.repositories;
        expect(after.repositories).toEqual(others);
        expect(after.keys).toEqual(Object.fromEntries(Object.entries(before.keys).filter(([, key]) => key.repository !== victim)));
      }),
    );
  });
});

describe('resolveModels', () => {
  it('offers a listed model through a connection that lists none', () => {
    const { models, openLlm } = resolveModels([{ llm: 'team/open', models: ['m'] }], new Map([['team/open', undefined]]));
    expect([...models]).toEqual([['m', { llm: 'team/open', upstream: 'm' }]]);
    expect(openLlm).toBeUndefined();
  });
});
