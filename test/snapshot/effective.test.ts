import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applies, effectivePolicies, type ScopedPolicy } from '../../src/snapshot/effective.ts';

const ORGANIZATIONS: Record<string, string> = { home: 'acme', shop: 'acme', lab: 'other' };
const organizationOf = (namespace: string): string => ORGANIZATIONS[namespace] ?? 'default';

const namespace = fc.constantFrom('home', 'shop', 'lab', 'alone');
const name = fc.constantFrom('a', 'b', 'c', 'd');
const anyPolicy: fc.Arbitrary<ScopedPolicy> = fc.oneof(
  fc.record({ namespace, name, scope: fc.constantFrom('Organization' as const, 'Workspace' as const) }),
  fc.record({ namespace, name, scope: fc.constant('Repository' as const), repository: fc.constantFrom('web', 'batch') }),
);
const somePolicies = fc.uniqueArray(anyPolicy, { selector: (policy) => `${policy.namespace}/${policy.name}`, maxLength: 16 });
const anyRepository = fc.record({ namespace, name: fc.constantFrom('web', 'batch') });

describe('the effective set', () => {
  it('loses nothing when any policy is added, whatever its scope', () => {
    fc.assert(
      fc.property(somePolicies, anyPolicy, anyRepository, (policies, added, repository) => {
        const before = effectivePolicies(policies, repository, organizationOf);
        const after = effectivePolicies([...policies, added], repository, organizationOf);
        for (const policy of before) expect(after).toContain(policy);
        expect(after.length - before.length).toBe(applies(added, repository, organizationOf) ? 1 : 0);
      }),
    );
  });

  it('goes from the widest scope to the narrowest, in one order whatever came first', () => {
    fc.assert(
      fc.property(somePolicies, anyRepository, (policies, repository) => {
        const set = effectivePolicies(policies, repository, organizationOf);
        const ranks = set.map(({ scope }) => ['Organization', 'Workspace', 'Repository'].indexOf(scope));
        expect(ranks).toEqual(ranks.toSorted());
        expect(effectivePolicies(policies.toReversed(), repository, organizationOf)).toEqual(set);
      }),
    );
  });

  it.each([
    ['Organization', { namespace: 'home', scope: 'Organization' }, true],
    ['Organization of others', { namespace: 'lab', scope: 'Organization' }, false],
    ['Workspace', { namespace: 'shop', scope: 'Workspace' }, true],
    ['Workspace of others in the organization', { namespace: 'home', scope: 'Workspace' }, false],
    ['Repository', { namespace: 'shop', scope: 'Repository', repository: 'web' }, true],
    ['Repository of another name', { namespace: 'shop', scope: 'Repository', repository: 'batch' }, false],
    ['Repository of the same name elsewhere', { namespace: 'home', scope: 'Repository', repository: 'web' }, false],
  ] as const)('holds a policy of the scope %s where it should', (_title, policy, expected) => {
    expect(applies({ name: 'p', ...policy }, { namespace: 'shop', name: 'web' }, organizationOf)).toBe(expected);
  });
});
