import { describe, expect, it } from 'vitest';
import { detect } from '../../src/policy/detect.ts';
import { detectorOf } from '../../src/policy/detectors/index.ts';
import { readyPolicy, type EngineParts } from '../../src/policy/evaluate.ts';
import { VerdictCache } from '../../src/policy/judge/cache.ts';
import { viewsOf } from '../../src/policy/normalise/views.ts';
import { runPolicyTests, type PolicyTest } from '../../src/policy/run-tests.ts';
import type { Judge } from '../../src/policy/types.ts';
import { manualClock } from '../fake/manual-clock.ts';
import { aPolicy } from './policies.ts';

const CARD = 'Pay with 4111 1111 1111 1111, please.';
const { judge: _, ...BY_DETECTORS } = aPolicy({ name: 'no-cards', content: 'Do not share card numbers', detectors: [{ id: 'pii.card' }] });

function anEngine(judge?: Judge): EngineParts {
  const scan: EngineParts['scan'] = (content, detectors) => detect(content, detectors, viewsOf, () => '0'.repeat(16));
  return { scan, judgeOf: () => judge, cache: new VerdictCache(manualClock()) } as EngineParts;
}

const run = (tests: PolicyTest[], policy = BY_DETECTORS, judge?: Judge) =>
  runPolicyTests(readyPolicy(policy, detectorOf), tests, anEngine(judge));

describe('tests beside a rule', () => {
  it('pass when a violating text is found and its near miss is not', async () => {
    const report = await run([
      { name: 'a card', phase: 'Request', input: CARD, expect: 'Violate' },
      { name: 'an order number', phase: 'Request', input: 'My order is 4111 1111 1111 1112.', expect: 'Allow' },
      { name: 'a card in an answer', phase: 'Response', output: CARD, expect: 'Violate' },
    ]);
    expect(report).toMatchObject({ passed: 3, total: 3, failures: [] });
    expect(report.results.map(({ findings }) => findings.map(({ detector, path, span }) => [detector, path, span]))).toEqual([
      [['pii.card', 'input', { start: 9, end: 28 }]],
      [],
      [['pii.card', 'output', { start: 9, end: 28 }]],
    ]);
  });

  it('fail with what was expected and what came out, never with the text', async () => {
    const { failures, passed } = await run([
      { name: 'a card', phase: 'Request', input: CARD, expect: 'Allow' },
      { name: 'no card', phase: 'Request', input: 'Hello!', expect: 'Violate' },
    ]);
    expect(passed).toBe(0);
    expect(failures).toEqual([
      { name: 'a card', message: 'expected it to be allowed, and a violation was found by pii.card' },
      { name: 'no card', message: 'expected a violation, and nothing was found' },
    ]);
  });

  it('of a phase that the policy does not check find nothing', async () => {
    const { results } = await run([{ name: 'a card', phase: 'Response', output: CARD, expect: 'Violate' }], {
      ...BY_DETECTORS,
      phases: ['Request'],
    });
    expect(results).toMatchObject([{ passed: false, message: expect.stringContaining('Response is not among the phases') }]);
  });

  it('that need a judge fail when there is none, whatever they expect', async () => {
    const tests: PolicyTest[] = [
      { name: 'advice', phase: 'Request', input: 'Should I sue?', expect: 'Violate' },
      { name: 'small talk', phase: 'Request', input: 'Hello!', expect: 'Allow' },
    ];
    const { results, passed } = await run(tests, aPolicy());
    expect(passed).toBe(0);
    expect(results.map(({ failure }) => failure)).toEqual(['judge_missing', 'judge_missing']);
  });

  it('are all put to the judge, and told in the order they stand in', async () => {
    const judge: Judge = {
      id: 'judge#1',
      judge: async ({ parts, policies }) => {
        const guilty = parts.find(({ text }) => text.includes('sue'));
        const findings = [{ detector: 'judge', path: guilty?.path ?? '', span: { start: 0, end: 3 }, hash: 'h' }];
        return {
          verdicts: policies.map(() =>
            guilty === undefined ? { outcome: 'allowed', source: 'judge' } : { outcome: 'violated', source: 'judge', findings },
          ),
          usage: undefined,
        };
      },
    };
    const tests = Array.from({ length: 20 }, (_one, index): PolicyTest => {
      const isGuilty = index % 3 === 0;
      return {
        name: `test ${index}`,
        phase: 'Request',
        input: isGuilty ? `sue ${index}` : `hello ${index}`,
        expect: isGuilty ? 'Violate' : 'Allow',
      };
    });
    const { results, passed } = await run(tests, aPolicy(), judge);
    expect(passed).toBe(20);
    expect(results.map(({ name }) => name)).toEqual(tests.map(({ name }) => name));
  });

  it('of a policy whose detectors cannot be had fail', async () => {
    const { results } = await run([{ name: 'a card', phase: 'Request', input: CARD, expect: 'Violate' }], {
      ...BY_DETECTORS,
      detectors: [{ id: 'pii.none' }],
    });
    expect(results).toMatchObject([{ passed: false, failure: 'detector_failed' }]);
  });
});
