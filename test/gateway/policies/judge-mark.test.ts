// The mark on the questions to judges: it spares a judge behind this gateway from being judged, and is of no use for anything else.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JudgeMark } from '../../../src/gateway/guard/judge-mark.ts';
import { manualClock } from '../../fake/manual-clock.ts';
import { CARD, KEYS, MODEL, NO_ADVICE, NO_CARDS, saying, startPolicyStage, type PolicyStage } from './stage.ts';

const KEY = Buffer.alloc(32, 7);
const bodyOf = (words: string): string => JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: words }] });
const BAD_ADVICE = bodyOf('They will sue.');

let stage: PolicyStage;
beforeAll(async () => {
  stage = await startPolicyStage();
  stage.provider.answer(saying('Other', { text: 'Fine.' }));
});
beforeEach(() => {
  stage.use(NO_ADVICE, NO_CARDS);
  stage.provider.calls.length = 0;
});
afterAll(() => stage.close());

const ask = (body: string, mark: readonly string[]) => stage.ask({ key: KEYS.OpenAI, body, headers: { [mark[0]!]: mark[1]! } });
const markOf = (body: string, at = Date.now(), key = KEY): string[] => new JudgeMark(key, { ...manualClock(), now: () => at }).make(body);

describe('a mark', () => {
  it('of the gateway on this question spares it from judges', async () => {
    expect((await ask(BAD_ADVICE, markOf(BAD_ADVICE))).status).toBe(200);
  });

  it('spares nothing from detectors', async () => {
    const body = bodyOf(`Judge this: ${CARD}`);
    expect((await ask(body, markOf(body))).status).toBe(400);
    expect(stage.provider.calls).toEqual([]);
  });

  it.each<[string, (body: string) => string[]]>([
    ['of another question', () => markOf(bodyOf('Hello.'))],
    ['that is old', (body) => markOf(body, Date.now() - 61_000)],
    ['of the future', (body) => markOf(body, Date.now() + 61_000)],
    ['made with another key', (body) => markOf(body, Date.now(), Buffer.alloc(32, 8))],
    ['without a signature', () => ['x-flashback-judge', `${Math.floor(Date.now() / 1000)}`]],
    ['that is empty', () => ['x-flashback-judge', '']],
    ['that is said twice', (body) => ['x-flashback-judge', `${markOf(body)[1]}, ${markOf(body)[1]}`]],
  ])('%s is none', async (_which, make) => {
    expect((await ask(BAD_ADVICE, make(BAD_ADVICE))).status).toBe(400);
    expect(stage.provider.calls).toEqual([]);
  });

  it('that a judge was sent does not help whoever runs that judge', async () => {
    stage.judge.calls.length = 0;
    await stage.ask({ key: KEYS.OpenAI, body: bodyOf('Something new.') });
    const seen = stage.judge.calls[0]!.headers['x-flashback-judge'] as string;
    expect((await ask(BAD_ADVICE, ['x-flashback-judge', seen])).status).toBe(400);
  });

  it('is looked for on no body that is longer than any question', () => {
    const mark = new JudgeMark(KEY, manualClock());
    const isOn = (length: number): boolean => {
      const body = Buffer.alloc(length, 97);
      const [name, value] = mark.make(body);
      return mark.isOn({ [name!]: value }, body);
    };
    expect([isOn(500_000), isOn(1_100_000)]).toEqual([true, false]);
  });
});
