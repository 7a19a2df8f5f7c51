import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONDITION_TYPES, mergeConditions, REASONS, toKubernetesTime, type ConditionDraft } from '../../src/api/conditions.ts';

const NOW = new Date('2026-06-01T12:00:00.789Z');
const LATER = new Date('2026-06-01T13:00:00Z');
const ready: ConditionDraft = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'in force' };
const refs: ConditionDraft = { type: 'ResolvedRefs', status: 'True', reason: 'Succeeded', message: 'found' };

describe('mergeConditions', () => {
  it('stamps a new condition with the time and the generation', () => {
    expect(mergeConditions([], [ready], 3, NOW)).toEqual([{ ...ready, lastTransitionTime: '2026-06-01T12:00:00Z', observedGeneration: 3 }]);
  });

  it('keeps lastTransitionTime while the status stays, even when reason and message change', () => {
    const before = mergeConditions([], [{ ...ready, status: 'False', reason: 'Progressing' }], 1, NOW);
    const [after] = mergeConditions(before, [{ ...ready, status: 'False', reason: 'SecretNotFound', message: 'no Secret' }], 2, LATER);
    expect(after).toMatchObject({ reason: 'SecretNotFound', message: 'no Secret', observedGeneration: 2 });
    expect(after?.lastTransitionTime).toBe('2026-06-01T12:00:00Z');
  });

  it('moves lastTransitionTime when the status flips', () => {
    const before = mergeConditions([], [ready], 1, NOW);
    expect(mergeConditions(before, [{ ...ready, status: 'Unknown' }], 1, LATER)[0]?.lastTransitionTime).toBe('2026-06-01T13:00:00Z');
  });

  it('drops conditions that are no longer drafted', () => {
    const before = mergeConditions([], [ready, { ...ready, type: 'Stalled' }], 1, NOW);
    expect(mergeConditions(before, [ready], 1, LATER).map(({ type }) => type)).toEqual(['Ready']);
  });

  it('shortens a message to what the schema accepts', () => {
    const message = mergeConditions([], [{ ...ready, message: 'x'.repeat(5000) }], 1, NOW)[0]?.message;
    expect(message).toHaveLength(1024);
    expect(message).toMatch(/…$/);
  });

  it('gives the same result for any order of drafts, and for its own result again', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([ready, refs, { ...ready, type: 'Programmed' as const }], { minLength: 3 }), (drafts) => {
        const first = mergeConditions([], drafts, 1, NOW);
        expect(first).toEqual(mergeConditions([], drafts.toReversed(), 1, NOW));
        expect(mergeConditions(first, drafts, 1, LATER)).toEqual(first);
      }),
    );
  });
});

it('every type and reason is CamelCase and every reason is explained', () => {
  for (const name of [...CONDITION_TYPES, ...Object.keys(REASONS)]) expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
  for (const meaning of Object.values(REASONS)) expect(meaning.length).toBeGreaterThan(10);
});

it('Kubernetes times have whole seconds', () => {
  expect(toKubernetesTime(NOW)).toBe('2026-06-01T12:00:00Z');
});
