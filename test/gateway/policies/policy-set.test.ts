// What of policies is made anew with a snapshot.
import { describe, expect, it } from 'vitest';
import { preparePolicies, withoutJudges } from '../../../src/gateway/guard/policy-set.ts';
import type { Snapshot, SnapshotPolicy, SnapshotRepository } from '../../../src/snapshot/snapshot.ts';
import { aRepository, aSnapshot } from '../../fake/gateway.ts';
import { aPolicy } from '../../policy/policies.ts';

const WORDS = aPolicy({ name: 'words', detectors: [{ id: 'keyword', keywords: ['bluefinch'] }] });
const OTHER_WORDS: SnapshotPolicy = { ...WORDS, detectors: [{ id: 'keyword', keywords: ['nightjar'] }] };

const snapshotOf = (...policies: SnapshotPolicy[]): Snapshot => aSnapshot({ policies: Object.fromEntries(policies.map((policy) => [policy.name, policy])) });
const repositoryOf = (...policies: string[]): SnapshotRepository => aRepository({ policies });
/** Read back from its seal, as each snapshot is. */
const again = (policy: SnapshotPolicy): SnapshotPolicy => structuredClone(policy);

describe('policies of the next snapshot', () => {
  const before = preparePolicies(snapshotOf(WORDS));
  const detectorsIn = (prepared: typeof before, name = 'words') => prepared.of(repositoryOf(name))!.request!.gating[0]!.detectors;

  it('that have not changed are not made ready again', () => {
    expect(detectorsIn(preparePolicies(snapshotOf(again(WORDS)), before))[0]).toBe(detectorsIn(before)[0]);
  });

  it('that have changed are, and nothing is kept of before', () => {
    const after = preparePolicies(snapshotOf(OTHER_WORDS), before);
    expect(detectorsIn(after).map(({ id }) => id)).toEqual(['keyword:nightjar']);
    expect(after.ready.size).toBe(1);
  });

  it('that are gone apply to nobody', () => {
    expect(preparePolicies(snapshotOf(), before).of(repositoryOf('words'))).toBeUndefined();
  });
});

describe('repositories', () => {
  const prepared = preparePolicies(snapshotOf(WORDS, { ...OTHER_WORDS, name: 'others' }));

  it('of the same policies share what was made of them', () => {
    expect(prepared.of(repositoryOf('words', 'others'))).toBe(prepared.of(repositoryOf('words', 'others')));
  });

  it('of other policies do not', () => {
    const names = (...keys: string[]) => prepared.of(repositoryOf(...keys))?.request?.gating.map(({ policy }) => policy.name);
    expect([names('words'), names('others'), names('words', 'others'), names()]).toEqual([['words'], ['others'], ['words', 'others'], undefined]);
  });
});

it('the question of a judge is not looked at for what that judge has to confirm', () => {
  const unsure = { ...WORDS, name: 'unsure', detectors: [{ id: 'pii.card', advisory: true as const }], judgeConfirms: true as const };
  const prepared = preparePolicies(snapshotOf(WORDS, unsure));
  expect(withoutJudges(prepared.of(repositoryOf('words', 'unsure'))!).request?.gating.map(({ policy }) => policy.name)).toEqual(['words']);
});
