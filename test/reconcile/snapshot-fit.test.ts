// One tenant's size must not keep everybody else's changes back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { chooseLeftOut, type SizedObject } from '../../src/reconcile/snapshot-fit.ts';
import { Harness, PLANTED, valid } from './harness.ts';

const objects = fc.uniqueArray(
  fc.record({ namespace: fc.constantFrom('a', 'b', 'c', 'd'), name: fc.nat(40), bytes: fc.integer({ min: 1, max: 1_000 }) }),
  { selector: ({ namespace, name }) => `${namespace}/${name}`, maxLength: 40 },
);
const sized = (list: { namespace: string; name: number; bytes: number }[]): SizedObject[] =>
  list.map(({ namespace, name, bytes }) => ({ id: `repository/${namespace}/${name}`, namespace, bytes }));
const sum = (list: readonly SizedObject[]): number => list.reduce((total, { bytes }) => total + bytes, 0);

describe('the choice of what is left out', () => {
  it('saves enough, leaves out nothing in vain, and does not depend on the order', () => {
    fc.assert(
      fc.property(objects, fc.integer({ min: -10, max: 20_000 }), (list, excess) => {
        const all = sized(list);
        const chosen = chooseLeftOut(all, excess);
        const saved = sum(all.filter(({ id }) => chosen.includes(id)));
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(saved >= excess || chosen.length === all.length).toBe(true);
        const withoutLast = sum(all.filter(({ id }) => chosen.slice(0, -1).includes(id)));
        if (chosen.length > 0) expect(withoutLast).toBeLessThan(excess);
        expect(chooseLeftOut(all.toReversed(), excess)).toEqual(chosen);
      }),
    );
  });

  it('takes from no namespace that is smaller than what another one keeps', () => {
    fc.assert(
      fc.property(objects, fc.integer({ min: 1, max: 10_000 }), (list, excess) => {
        const all = sized(list);
        const chosen = new Set(chooseLeftOut(all, excess));
        for (const [namespace, own] of Map.groupBy(all, (object) => object.namespace)) {
          if (!own.some(({ id }) => chosen.has(id))) continue;
          for (const [other, theirs] of Map.groupBy(all, (object) => object.namespace)) {
            if (other !== namespace) expect(sum(own)).toBeGreaterThanOrEqual(sum(theirs.filter(({ id }) => !chosen.has(id))));
          }
        }
      }),
    );
  });
});

describe('a snapshot that would be too large', () => {
  it('goes out without the largest repositories, which are told so, and comes back to them when they are smaller', async () => {
    const harness = new Harness({ maxSnapshotBytes: 40_000 });
    harness.connection('main');
    harness.verdicts.set(`${PLANTED}-huge`, valid(Array.from({ length: 400 }, (_, i) => `${'m'.repeat(200)}-${i}`)));
    harness.connection('huge');
    harness.repository('small');
    harness.repository('large', { llms: [{ name: 'huge' }] });
    await harness.start();
    expect(Object.keys(harness.content.repositories)).toEqual(['team/small']);
    expect(harness.verdict('Repository', 'large')).toBe('False Rejected');
    expect(harness.condition('Repository', 'large', 'Programmed')?.message).toMatch(/^the snapshot would be larger than .* MiB with it; limit its models$/);
    expect(harness.verdict('Repository', 'small')).toBe('True Succeeded');

    const hash = hashKey(harness.store.secret('small-app')?.data['OPENAI_API_KEY'] ?? '');
    expect(harness.content.keys).toHaveProperty(hash);
    harness.store.removeSecret('small-app');
    await harness.run();
    expect(harness.content.keys).not.toHaveProperty(hash);
    expect(harness.content.revokedKeys).toHaveProperty(hash);

    harness.config('huge', { models: [{ name: 'one' }] });
    await harness.run();
    expect(Object.keys(harness.content.repositories)).toEqual(['team/large', 'team/small']);
    expect(harness.verdict('Repository', 'large')).toBe('True Succeeded');
    await harness.check();
  });
});

describe('a long model list', () => {
  it('is offered up to its first thousand names, and says so', async () => {
    const harness = new Harness();
    const names = Array.from({ length: 1_500 }, (_, i) => `model-${String(i).padStart(4, '0')}`);
    harness.verdicts.set(`${PLANTED}-main`, valid(['x'.repeat(257), ...names.toReversed()]));
    harness.connection('main');
    harness.repository('repo');
    await harness.start();
    expect(Object.keys(harness.content.repositories['team/repo']?.models ?? {})).toEqual(names.slice(0, 1_000));
    const message = 'the provider lists 1500 models; the first 1000 are offered: name the ones you need in spec.models';
    for (const type of ['Ready', 'CredentialsValid']) expect(harness.condition('AILLMConfig', 'main', type)?.message).toContain(message);
    harness.config('main', { models: [{ name: 'model-1400' }] });
    await harness.run();
    expect(harness.condition('AILLMConfig', 'main', 'Ready')?.message).not.toContain('the first 1000');
    expect(Object.keys(harness.content.repositories['team/repo']?.models ?? {})).toEqual(['model-1400']);
    await harness.check();
  });
});
