// Detectors that find also what a rule takes out: what they find is for a judge to confirm, and without a finding nobody is asked.
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { detect } from '../../src/policy/detect.ts';
import { detectorOf, useOf } from '../../src/policy/detectors/index.ts';
import { detectorsOf, evaluate, readyPolicy } from '../../src/policy/evaluate.ts';
import { VerdictCache } from '../../src/policy/judge/cache.ts';
import { viewsOf } from '../../src/policy/normalise/views.ts';
import type { Content, Judge, Verdict } from '../../src/policy/types.ts';
import { manualClock } from '../fake/manual-clock.ts';
import { aPolicy } from './policies.ts';

const CARD = '4111 1111 1111 1111';
const POLICY = aPolicy({ content: 'No card numbers except test cards.', detectors: [{ id: 'pii.card', advisory: true }], judgeConfirms: true });
const said = (text: string): Content => ({ parts: [{ path: 'p', role: 'user', text, history: false }], unscannable: [] });

/** Takes what is called a test for allowed. */
function aJudge(): Judge & { asked: number } {
  const self: Judge & { asked: number } = {
    id: 'judge#1',
    asked: 0,
    judge: async ({ parts, policies }) => {
      self.asked += 1;
      const isTest = parts.some(({ text }) => text.includes('test'));
      const findings = [{ detector: 'judge', path: 'p', span: { start: 0, end: 1 }, hash: 'h' }];
      const verdict: Verdict = isTest ? { outcome: 'allowed', source: 'judge' } : { outcome: 'violated', source: 'judge', findings };
      return { verdicts: policies.map(() => verdict), usage: undefined };
    },
  };
  return self;
}

async function outcome(content: Content, judge: Judge | undefined) {
  const scan = (all: Content, detectors: Parameters<typeof detect>[1]) => detect(all, detectors, viewsOf, (text) => `#${text}`);
  const parts = { scan, scanNow: scan, judgeOf: () => judge, cache: new VerdictCache(manualClock()) };
  const policies = [readyPolicy(POLICY, detectorOf)];
  const { signal } = new AbortController();
  const { verdicts } = await evaluate({ content, before: [], phase: 'Request', policies, signal }, parts);
  return decide(verdicts).outcome;
}

describe('a rule that takes out some of what its detectors find', () => {
  it('blocks what the judge confirms, and lets through what it does not', async () => {
    const judge = aJudge();
    expect(await outcome(said(`Pay with ${CARD}.`), judge)).toBe('block');
    expect(await outcome(said(`The test card is ${CARD}.`), judge)).toBe('pass');
    expect(judge.asked).toBe(2);
  });
  it('asks nobody where nothing is found, also about text that is too much for a judge', async () => {
    const judge = aJudge();
    expect(await outcome(said('Which cards do you take?'), judge)).toBe('pass');
    expect(await outcome({ ...said('Which cards do you take?'), failure: 'too_large' }, judge)).toBe('pass');
    expect(judge.asked).toBe(0);
  });
  it('follows its failure mode where there is nobody to confirm', async () => {
    expect(await outcome(said(`Pay with ${CARD}.`), undefined)).toBe('unavailable');
    expect(await outcome(said('Which cards do you take?'), undefined)).toBe('pass');
  });
  it('takes nothing from another policy with the same detector', () => {
    const certain = readyPolicy(aPolicy({ detectors: [{ id: 'pii.card' }] }), detectorOf);
    const unsure = readyPolicy(POLICY, detectorOf);
    expect(detectorsOf([certain, unsure]).map(({ advisory }) => advisory === true)).toEqual([false, true]);
  });
  it('is the same in another thread', () => {
    const detector = detectorOf({ id: 'pii.card', advisory: true });
    expect(detectorOf(useOf(detector))).toMatchObject({ id: detector.id, advisory: true });
  });
});
