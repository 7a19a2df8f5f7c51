// No way around a policy: every surface x whole or streamed x every place where words can stand x detectors and judge.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sentTo } from '../../policy/judge/scripted.ts';
import { asHeard, expectCut, heardIn, ownEnd, type Form, type Heard } from './heard.ts';
import { honestJudge, NO_ADVICE, NO_CARDS, saying, startPolicyStage, type Pace, type PolicyStage, type Said } from './stage.ts';
import { ANSWERED, bodyWith, GUILTY, INNOCENT, json, PROVIDERS, REFUSED, refusalIn, WAYS } from './ways.ts';

describe('requests', () => {
  let stage: PolicyStage;
  beforeAll(async () => {
    stage = await startPolicyStage();
  });
  afterAll(() => stage.close());

  describe.each(Object.entries(WAYS))('of %s', (_name, way) => {
    describe.each([false, true])('streamed: %s', (stream) => {
      describe.each(Object.keys(way.places))('with words in %s', (place) => {
        it.each(['detectors', 'judge'] as const)('that violate by what %s say are refused and never sent on, and others pass', async (by) => {
          stage.use(by === 'detectors' ? NO_CARDS : NO_ADVICE);
          stage.provider.answer(saying('Other', { text: 'Fine.' }));
          const ask = async (words: string) => stage.ask({ key: way.key, path: way.path(stream), body: bodyWith(way, place, words, stream) });
          const before = stage.provider.calls.length;
          expect(refusalIn(await ask(GUILTY[by]))).toEqual(REFUSED);
          expect(stage.provider.calls.length).toBe(before);
          expect((await ask(INNOCENT[by])).status).toBe(200);
          expect(stage.provider.calls.length).toBe(before + 1);
        });
      });
    });
  });
});

type Means = keyof typeof GUILTY;
const MEANS = ['detectors', 'judge'] as const satisfies Means[];
const POLICIES = { detectors: { ...NO_CARDS, phases: ['Response' as const] }, judge: { ...NO_ADVICE, phases: ['Response' as const], timeout: 15_000 } };
/** Nothing may leave of what begins here. */
const VALUES: Record<Means, string> = { detectors: '4242', judge: 'sue' };

const ANSWERS: Record<string, { said: (words: string) => Said; target: keyof Said }> = {
  'its text': { said: (words) => ({ text: words }), target: 'text' },
  'a thought': { said: (words) => ({ thought: words, text: 'Well.' }), target: 'thought' },
  'arguments of a call': { said: (words) => ({ text: 'Well.', arguments: json(words) }), target: 'arguments' },
};
/** Texts that a judge has found nothing in. */
const allowed: string[] = [];
const judgeThat = (onAsked: () => void): typeof honestJudge => (call) => {
  const { parts } = sentTo(JSON.parse(call.body) as Record<string, unknown>).document;
  if (!parts.some(({ text }) => /\bsue\b/.test(text))) allowed.push(...parts.map(({ text }) => text));
  onAsked();
  return honestJudge(call);
};

function expectNothingOf(heard: Heard, form: Form, said: Said, target: keyof Said, by: Means): void {
  expectCut(heard, form, said, target, said[target]!.indexOf(VALUES[by]));
  expect(heard.everything.filter((text) => text.includes(VALUES[by]))).toEqual([]);
  const unjudged = Object.values(heard.texts).filter((text) => text !== '{}' && !allowed.some((one) => one.includes(text)));
  if (by === 'judge') expect(unjudged).toEqual([]);
}

describe.each(PROVIDERS)('answers of a provider of type %s', (type, forms) => {
  let stage: PolicyStage;
  beforeAll(async () => {
    stage = await startPolicyStage(type);
  });
  afterAll(() => stage.close());

  const ask = (form: Form, stream: boolean, said: Said, pause?: Pace['pause']) => {
    const { way: name, place } = ANSWERED[form];
    const way = WAYS[name]!;
    stage.provider.answer(saying(type, said, pause === undefined ? {} : { pause }));
    return stage.ask({ key: way.key, path: way.path(stream), body: bodyWith(way, place, 'Hello.', stream) });
  };

  describe.each(forms)('to %s', (form) => {
    const places = Object.entries(ANSWERS).slice(0, form === 'completions' ? 1 : undefined);
    describe.each(form === 'array' ? [true] : [false, true])('streamed: %s', (stream) => {
      describe.each(places)('with words in %s', (_place, { said, target }) => {
        it.each(MEANS)('that violate by what %s say never reach the caller, and others do', async (by) => {
          allowed.length = 0;
          stage.judged(judgeThat(() => undefined));
          stage.use(POLICIES[by]);
          const guilty = said(GUILTY[by]);
          const refused = await ask(form, stream, guilty);
          // Of a stream, what stands before may have left.
          if (stream && refused.status === 200) expectNothingOf(heardIn(form, stream, refused.body), form, guilty, target, by);
          else expect(refusalIn(refused)).toEqual(REFUSED);
          const innocent = said(INNOCENT[by]);
          const passed = await ask(form, stream, innocent);
          expect(passed.status).toBe(200);
          const { texts, endings } = heardIn(form, stream, passed.body);
          expect({ texts, endings }).toEqual({ texts: asHeard(innocent), endings: [ownEnd(form, innocent.arguments !== undefined)] });
        });
      });
    });

    it.each(MEANS)('that violate by what %s say far on are cut there', async (by) => {
      // Words of its own, since what was judged once is not judged again.
      const before = `All is well here for ${form}, and so it goes on. `.repeat(8);
      const said = { text: before + GUILTY[by] };
      allowed.length = 0;
      let goOn = (): void => undefined;
      const until = new Promise<void>((resolve) => (goOn = resolve));
      // A judge is asked for the first time when it has enough to read; what comes then is another question.
      stage.judged(judgeThat(goOn));
      if (by === 'detectors') goOn();
      stage.use(POLICIES[by]);
      const refused = await ask(form, true, said, { after: before.length, until });
      expect(refused.status).toBe(200);
      const heard = heardIn(form, true, refused.body);
      expectNothingOf(heard, form, said, 'text', by);
      // What was cleared is there.
      expect(heard.texts['0 text']!.length).toBeGreaterThan(20);
    });
  });
});
