import { describe, expect, it } from 'vitest';
import { detect } from '../../src/policy/detect.ts';
import { evaluate, type EngineParts, type ReadyPolicy } from '../../src/policy/evaluate.ts';
import { VerdictCache } from '../../src/policy/judge/cache.ts';
import { viewsOf } from '../../src/policy/normalise/views.ts';
import type { Content, Detector, Failure, Judge, JudgeQuestion, Part, Verdict } from '../../src/policy/types.ts';
import type { SnapshotPolicy } from '../../src/snapshot/snapshot.ts';
import { manualClock } from '../fake/manual-clock.ts';
import { aPolicy } from './policies.ts';

const word = (text: string, advisory = false): Detector => ({
  id: `keyword:${text}`,
  title: `the word ${text}`,
  maxSpan: text.length,
  ...(advisory ? { advisory } : {}),
  mayMatch: (subject) => subject.includes(text),
  scan: (subject) => [...subject.matchAll(new RegExp(text, 'g'))].map(({ index }) => ({ start: index, end: index + text.length })),
});

const parts = (...texts: string[]): Part[] => texts.map((text, index) => ({ path: `messages[${index}].content`, role: index % 2 === 0 ? 'user' : 'assistant', text, history: false }));
const content = (...texts: string[]): Content => ({ parts: parts(...texts), unscannable: [] });

/** Finds `sue` to violate every policy, or fails. */
function aJudge(failure?: Failure): Judge & { asked: JudgeQuestion[] } {
  const asked: JudgeQuestion[] = [];
  const judge = async (question: JudgeQuestion) => {
    asked.push(question);
    const guilty = question.parts.find(({ text }) => text.includes('sue'));
    const verdict = (): Verdict => {
      if (failure !== undefined) return { outcome: 'failed', source: 'judge', failure };
      if (guilty === undefined) return { outcome: 'allowed', source: 'judge' };
      return { outcome: 'violated', source: 'judge', findings: [{ detector: 'judge', path: guilty.path, span: { start: 0, end: 3 }, hash: 'h' }] };
    };
    return { verdicts: question.policies.map(verdict), usage: { inputTokens: 10, outputTokens: 1 } };
  };
  return { id: 'judge#1', asked, judge };
}

interface Setting {
  judge?: Judge | undefined;
  cache?: VerdictCache;
  scan?: EngineParts['scan'];
}

function evaluating(policies: ReadyPolicy[], { judge, cache = new VerdictCache(manualClock()), scan }: Setting = {}) {
  const detectNow: EngineParts['scan'] = (said, detectors) => detect(said, detectors, viewsOf, (text) => `#${text}`);
  const engine: EngineParts = { scan: scan ?? detectNow, judgeOf: () => judge, cache };
  const { signal } = new AbortController();
  return async (said: Content) => {
    const { verdicts, ...rest } = await evaluate({ content: said, before: [], phase: 'Request', policies, signal }, engine);
    return { verdicts: [...verdicts.values()], ...rest };
  };
}

const { judge: _, ...WITHOUT_JUDGE } = aPolicy({ name: 'words' });
const BY_WORDS: ReadyPolicy = { policy: WITHOUT_JUDGE, detectors: [word('bluefinch')] };
const BY_JUDGE: ReadyPolicy = { policy: aPolicy(), detectors: [] };
const BY_BOTH: ReadyPolicy = { policy: aPolicy({ name: 'both' }), detectors: [word('bluefinch')] };

describe('detectors', () => {
  it('say where they found what', async () => {
    const { verdicts } = await evaluating([BY_WORDS])(content('hello', 'on bluefinch'));
    const finding = { detector: 'keyword:bluefinch', path: 'messages[1].content', span: { start: 3, end: 12 }, hash: '#bluefinch' };
    expect(verdicts).toEqual([{ outcome: 'violated', source: 'detector', findings: [finding] }]);
    expect((await evaluating([BY_WORDS])(content('hello'))).verdicts).toEqual([{ outcome: 'allowed', source: 'detector' }]);
  });

  it('spare the judge where they are sure, and leave it to the judge where they are often wrong', async () => {
    const judge = aJudge();
    await evaluating([BY_BOTH], { judge })(content('bluefinch'));
    expect(judge.asked).toHaveLength(0);
    const advisory: ReadyPolicy = { policy: aPolicy(), detectors: [word('bluefinch', true)] };
    expect((await evaluating([advisory], { judge })(content('bluefinch'))).verdicts).toEqual([{ outcome: 'allowed', source: 'judge' }]);
    expect(judge.asked).toHaveLength(1);
  });

  it('that break down are a failure and no pass', async () => {
    const scan = (): never => {
      throw new Error('a bug');
    };
    expect((await evaluating([BY_WORDS], { scan })(content('x'))).verdicts).toEqual([{ outcome: 'failed', source: 'engine', failure: 'detector_failed' }]);
  });
});

describe('what cannot be read', () => {
  const image: Content = { parts: parts('see this'), unscannable: [{ path: 'messages[0].content[1]', kind: 'image' }] };

  it('is a failure of each policy, unless its author allows it', async () => {
    const allowing: ReadyPolicy = { policy: { ...WITHOUT_JUDGE, onUnscannable: 'Allow' }, detectors: [] };
    expect((await evaluating([BY_WORDS, allowing])(image)).verdicts).toEqual([
      { outcome: 'failed', source: 'engine', failure: 'unscannable' },
      { outcome: 'allowed', source: 'detector' },
    ]);
  });

  it('fails beside a finding that is often wrong, which is told all the same', async () => {
    const said = { ...image, parts: parts('see bluefinch') };
    const { judge: _none, ...words } = aPolicy();
    const finding = { detector: 'keyword:bluefinch', path: 'messages[0].content', span: { start: 4, end: 13 }, hash: '#bluefinch', advisory: true };
    for (const policy of [words, aPolicy()]) {
      const advisory: ReadyPolicy = { policy, detectors: [word('bluefinch', true)] };
      const unread = { outcome: 'failed', source: 'engine', failure: 'unscannable', findings: [finding] };
      expect((await evaluating([advisory], { judge: aJudge() })(said)).verdicts).toEqual([unread]);
      const broken = { ...unread, failure: 'detector_failed' };
      expect((await evaluating([advisory], { judge: aJudge() })({ ...said, unscannable: [], failure: 'detector_failed' })).verdicts).toEqual([broken]);
    }
    const judged: ReadyPolicy = { policy: aPolicy(), detectors: [word('bluefinch', true)] };
    const { verdicts } = await evaluating([judged], { judge: aJudge('judge_timeout') })(content('see bluefinch'));
    expect(verdicts).toEqual([{ outcome: 'failed', source: 'judge', failure: 'judge_timeout', findings: [finding] }]);
    expect((await evaluating([judged])(content('see bluefinch'))).verdicts).toMatchObject([{ failure: 'judge_missing', findings: [finding] }]);
  });

  it('does not hide a violation beside it', async () => {
    const both = { ...image, parts: parts('bluefinch') };
    expect((await evaluating([BY_WORDS])(both)).verdicts).toMatchObject([{ outcome: 'violated' }]);
  });
});

describe('the judge', () => {
  it('is asked about all policies at once, with what was said before', async () => {
    const judge = aJudge();
    const others = [1, 2, 3].map((index): ReadyPolicy => ({ policy: aPolicy({ name: `p${index}` }), detectors: [] }));
    const { verdicts } = await evaluating([BY_JUDGE, ...others], { judge })(content('hi', 'hello', 'sue them'));
    expect(judge.asked).toHaveLength(1);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(Array(4).fill('violated'));
  });

  it('that is missing is a failure', async () => {
    expect((await evaluating([BY_JUDGE])(content('hi'))).verdicts).toEqual([{ outcome: 'failed', source: 'engine', failure: 'judge_missing' }]);
  });

  it('is asked about more than eight policies in several questions', async () => {
    const judge = aJudge();
    const many = Array.from({ length: 20 }, (_none, index): ReadyPolicy => ({ policy: aPolicy({ name: `p${index}`, content: `Rule ${index}.` }), detectors: [] }));
    await evaluating(many, { judge })(content('sue'));
    expect(judge.asked.map(({ policies }) => policies.length)).toEqual([8, 8, 4]);
  });

  it('reads a long text whole, in pieces that overlap', async () => {
    const judge = aJudge();
    const long = 'x'.repeat(23_990) + 'sue them now' + 'y'.repeat(30_000);
    const { verdicts } = await evaluating([BY_JUDGE], { judge })(content(long));
    expect(verdicts).toMatchObject([{ outcome: 'violated' }]);
    const pieces = judge.asked.flatMap((question) => question.parts.map(({ text }) => text));
    expect(pieces.length).toBe(3);
    expect(pieces.reduce((read, piece) => read + piece.slice(800))).toBe(long);
  });

  it('is asked about many small pieces in several questions', async () => {
    const judge = aJudge();
    await evaluating([BY_JUDGE], { judge })(content(...Array.from({ length: 2000 }, (_none, index) => `${index}`)));
    expect(Math.max(...judge.asked.map((question) => question.parts.length))).toBeLessThan(700);
  });

  it('is not asked about more than it can be asked, and nothing is cut off in silence', async () => {
    const judge = aJudge();
    expect((await evaluating([BY_JUDGE], { judge })(content('x'.repeat(500_000)))).verdicts).toEqual([{ outcome: 'failed', source: 'judge', failure: 'too_large' }]);
  });
});

describe('what was judged before', () => {
  it('is not judged again: each turn of a chat asks about what is new', async () => {
    const judge = aJudge();
    const turn = evaluating([BY_JUDGE], { judge });
    const said: string[] = [];
    for (let index = 0; index < 10; index++) {
      said.push(`question ${index}`, `answer ${index}`);
      await turn(content(...said));
    }
    expect(judge.asked.map((question) => question.parts.length)).toEqual(Array(10).fill(2));
    const { verdicts, cache } = await turn(content(...said));
    expect(verdicts).toEqual([{ outcome: 'allowed', source: 'cache' }]);
    expect(cache).toEqual({ hits: 20, misses: 0 });
  });

  it('still violates when it is sent again', async () => {
    const turn = evaluating([BY_JUDGE], { judge: aJudge() });
    await turn(content('sue'));
    expect((await turn(content('sue', 'no', 'then what?'))).verdicts).toMatchObject([{ outcome: 'violated', source: 'cache', findings: [{ path: 'messages[0].content' }] }]);
  });

  it.each<[string, Partial<SnapshotPolicy>]>([
    ['rule', { content: 'Another rule.' }],
    ['examples', { examples: { violating: ['x'], allowed: [] } }],
    ['risk', { riskType: 'Low' }],
  ])('is judged anew when the %s changes', async (_what, changes) => {
    const judge = aJudge();
    const cache = new VerdictCache(manualClock());
    await evaluating([BY_JUDGE], { judge, cache })(content('hi'));
    await evaluating([{ policy: aPolicy(changes), detectors: [] }], { judge, cache })(content('hi'));
    expect(judge.asked).toHaveLength(2);
  });

  it('is judged anew where other words stand before it', async () => {
    const judge = aJudge();
    const turn = evaluating([BY_JUDGE], { judge });
    await turn(content('May I?'));
    await turn(content('May I?', 'Ask a lawyer.', 'And if I do?'));
    await turn(content('May I?', 'Yes, do.', 'And if I do?'));
    expect(judge.asked[2]!.parts.map(({ text }) => text)).toEqual(['Yes, do.', 'And if I do?']);
  });

  it('is told from other words by more than what stands between them', async () => {
    const judge = aJudge();
    const turn = evaluating([BY_JUDGE], { judge });
    const [first, second] = ['hi', 'there'];
    await turn(content(first, second));
    for (const mark of ['\u0000', '\u0001', '\n', '"],["']) await turn(content(`${first}${mark}assistant\u0000${second}`));
    expect(judge.asked).toHaveLength(5);
    await turn(content('a \ud800'));
    await turn(content('a \ufffd'));
    await turn(content('a \ud801'));
    expect(judge.asked).toHaveLength(8);
  });

  it('is what the new is understood by, also between new parts, and not in endless length', async () => {
    const judge = aJudge();
    const turn = evaluating([BY_JUDGE], { judge });
    const long = `${'so on '.repeat(3000)}Shall I?`;
    await turn(content('May I?', long));
    await turn(content('Might I?', long, 'Yes, do.'));
    const { parts: asked, context } = judge.asked.at(-1)!;
    expect(asked.map(({ text }) => text)).toContain('Yes, do.');
    expect(Math.max(...context.map(({ text }) => text.length), 0)).toBeLessThanOrEqual(2000);
    const cached = evaluating([BY_JUDGE], { judge });
    await cached(content('One.', 'Two.', 'Three.', 'Four.', 'Five.', 'Six.'));
    await cached(content('One.', 'Two.', 'Three.', 'Four.', 'Five.', 'Six.', 'Seven.'));
    expect(judge.asked.at(-1)!.context.map(({ text }) => text)).toEqual(['Three.', 'Four.', 'Five.', 'Six.']);
  });

  it('is kept for an hour, the newest at most, and never a failure', async () => {
    const clock = manualClock();
    const judge = aJudge();
    const turn = evaluating([BY_JUDGE], { judge, cache: new VerdictCache(clock, 2) });
    await turn(content('a'));
    await turn(content('b'));
    await turn(content('c'));
    await turn(content('a'));
    expect(judge.asked).toHaveLength(4);
    clock.advance(3_600_000);
    await turn(content('a'));
    expect(judge.asked).toHaveLength(5);
    const broken = aJudge('judge_timeout');
    const failing = evaluating([BY_JUDGE], { judge: broken });
    await failing(content('a'));
    await failing(content('a'));
    expect(broken.asked).toHaveLength(2);
  });
});
