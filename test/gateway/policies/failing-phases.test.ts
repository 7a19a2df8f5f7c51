// A judge that does not do its job, in each phase, whole or streamed, by the failure mode: on one surface for all that can be wrong with
// it, and on all of them for what is wrong most often.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { allowed, BROKEN, type Broken } from './broken-judges.ts';
import { heardIn, ownEnd, type Form } from './heard.ts';
import { NO_ADVICE, saying, startPolicyStage, type Pace, type PolicyStage } from './stage.ts';
import { ANSWERED, bodyWith, refusalIn, WAYS } from './ways.ts';

const MODES = [
  ['Block', 'Closed', 'block'],
  ['Block', 'Open', 'alert'],
  ['Alert', 'Open', 'alert'],
] as const;
const PHASES = [
  ['Request', false],
  ['Request', true],
  ['Response', false],
  ['Response', true],
] as const;
const FORMS: readonly Form[] = ['responses', 'messages', 'generateContent', 'array'];
const OFTEN = ['not there', 'hanging', 'answering in prose'];
const SAID = 'Fine.';
const UNAVAILABLE = { status: 503, code: 'policy_unavailable', leaks: false };

const CASES: [name: string, form: Form][] = [
  ...Object.keys(BROKEN).map((name): [string, Form] => [name, 'chat']),
  ...OFTEN.flatMap((name) => FORMS.map((form): [string, Form] => [name, form])),
];

let stage: PolicyStage;
beforeAll(async () => {
  stage = await startPolicyStage();
});
afterAll(() => stage.close());

const ask = (form: Form, stream: boolean, text: string, pause?: Pace['pause']) => {
  const { way: name, place } = ANSWERED[form];
  const way = WAYS[name]!;
  stage.provider.answer(saying('Other', { text }, pause === undefined ? {} : { pause }));
  return stage.ask({ key: way.key, path: way.path(stream), body: bodyWith(way, place, 'Hello.', stream) });
};
/** A judge of its own for each case: one that fails often is not asked for a while. */
const judgeOf = ({ llm = 'team-a/judge' }: Broken, ...of: unknown[]) => ({ llm, model: of.join(' ') });
const timeoutOf = (name: string): number => (name === 'hanging' ? 100 : 10_000);

describe.each(CASES)('a judge that is %s, for a caller of %s', (name, form) => {
  const broken = BROKEN[name]!;

  describe.each(form === 'array' ? PHASES.filter(([, stream]) => stream) : PHASES)('of a %s, streamed: %s', (phase, stream) => {
    it.each(MODES)('under action %s and failure mode %s leads to: %s', async (action, failureMode, effect) => {
      const judge = judgeOf(broken, name, form, phase, stream, action, failureMode);
      stage.use({ ...NO_ADVICE, action, failureMode, phases: [phase], timeout: timeoutOf(name), judge });
      stage.judged(broken.answer);
      stage.gateway.logs.length = 0;
      const before = stage.provider.calls.length;
      const reply = await ask(form, stream, SAID);
      const refuses = effect === 'block';
      if (!refuses) {
        expect(reply.status).toBe(200);
        expect(heardIn(form, stream, reply.body)).toMatchObject({ texts: { '0 text': SAID }, endings: [ownEnd(form, false)] });
      } else if (phase === 'Response' && stream && reply.status === 200) {
        // It has begun, without a word.
        expect(reply.body.toLowerCase()).toContain('policy_unavailable');
        expect(heardIn(form, stream, reply.body).texts).toEqual({});
      } else expect(refusalIn(reply)).toMatchObject(UNAVAILABLE);
      expect(stage.provider.calls.length - before).toBe(refuses && phase === 'Request' ? 0 : 1);
      await vi.waitFor(() => {
        const told = stage.gateway.logs.find(({ msg }) => msg === 'policy not evaluated');
        expect(told).toMatchObject({ policy: 'team-a/no-legal-advice', failure: broken.failure, effect, phase });
      });
    });
  });
});

describe.each(Object.entries(BROKEN).filter(([, { llm }]) => llm === undefined))('a judge that is %s once a stream is under way', (name, broken) => {
  const words = 'All is well here, and so it goes on. '.repeat(12);

  it.each(['Closed', 'Open'] as const)('and fails %s', async (failureMode) => {
    stage.use({ ...NO_ADVICE, failureMode, phases: ['Response'], timeout: name === 'hanging' ? 2000 : 10_000, judge: judgeOf(broken, name, 'later', failureMode) });
    let questions = 0;
    let goOn = (): void => undefined;
    const until = new Promise<void>((resolve) => (goOn = resolve));
    stage.judged((call) => {
      goOn();
      return questions++ === 0 ? allowed(call) : broken.answer(call);
    });
    const reply = await ask('chat', true, words, { after: words.length / 2, until });
    expect(reply.status).toBe(200);
    const { texts, endings } = heardIn('chat', true, reply.body);
    if (failureMode === 'Open') return void expect({ texts, endings }).toEqual({ texts: { '0 text': words }, endings: ['stop'] });
    expect(reply.body).toContain('policy_unavailable');
    expect(endings).toEqual([]);
    const text = texts['0 text']!;
    expect([text.length > 100, text.length < words.length / 2 + 4, words.startsWith(text)]).toEqual([true, true, true]);
    return undefined;
  });
});
