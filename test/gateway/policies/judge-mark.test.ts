// The mark on the questions to judges: it spares a judge behind this gateway from being judged, and is of no use for anything else.
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { JudgeMark, LONGEST_LINEAGE } from '../../../src/gateway/guard/judge-mark.ts';
import type { SnapshotPolicy } from '../../../src/snapshot/snapshot.ts';
import { manualClock } from '../../fake/manual-clock.ts';
import type { ReceivedCall } from '../../fake/provider.ts';
import { aPolicy } from '../../policy/policies.ts';
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
const WORKSPACE = { namespace: 'team-a', scope: 'Workspace' } as const;
const markOf = (body: string, at = Date.now(), key = KEY): string[] =>
  new JudgeMark(key, { ...manualClock(), now: () => at }).make(body, { owner: WORKSPACE, lineage: [] });

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
    ['that is old', (body) => markOf(body, Date.now() - 70_000)],
    ['of the future', (body) => markOf(body, Date.now() + 70_000)],
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
      const [name, value] = mark.make(body, { owner: WORKSPACE, lineage: [] });
      return mark.lineageOf({ [name!]: value }, body).length > 0;
    };
    expect([isOn(500_000), isOn(1_100_000)]).toEqual([true, false]);
  });
});

describe('the question of a workspace', () => {
  const ORGANIZATION = aPolicy({ namespace: 'home', scope: 'Organization', name: 'their-advice' });
  const OURS = aPolicy({ name: 'ours', content: 'Say what you want.', action: 'Log', judge: { llm: 'team-a/judge', model: MODEL } });

  it('is judged by the policies of the organization, also when whoever runs its judge sends it again with its mark', async () => {
    stage.use(ORGANIZATION, OURS);
    stage.judge.calls.length = 0;
    await stage.ask({ key: KEYS.OpenAI, body: bodyOf('Shall I sue my neighbour?') });
    const isOurs = ({ body }: { body: string }): boolean => (JSON.parse(body) as { model: string }).model === MODEL;
    await vi.waitFor(() => expect(stage.judge.calls.some(isOurs)).toBe(true));
    const { headers, body } = stage.judge.calls.find(isOurs)!;
    expect((await ask(body, ['x-flashback-judge', headers['x-flashback-judge'] as string])).status).toBe(400);
    expect(stage.provider.calls).toEqual([]);
  });

  it.each<[string, Partial<SnapshotPolicy>, number]>([
    ['spared from the policies of its own namespace', { scope: 'Repository' }, 200],
    ['judged by those of another namespace', { namespace: 'team-b' }, 400],
    ['judged by those of an organization at home in its namespace', { scope: 'Organization' }, 400],
  ])('is %s', async (_what, changes, status) => {
    stage.use(aPolicy(changes));
    expect((await ask(BAD_ADVICE, markOf(BAD_ADVICE))).status).toBe(status);
  });
});

describe('a question about a question', () => {
  const mark = new JudgeMark(KEY, manualClock());
  const OWNERS = {
    organization: { namespace: 'home', scope: 'Organization' },
    a: WORKSPACE,
    b: { namespace: 'team-b', scope: 'Workspace' },
  } as const;
  type Name = keyof typeof OWNERS;
  const lineageOf = (...names: Name[]): string[] =>
    names.reduce<string[]>((lineage, name) => {
      const [header, value] = mark.make('x', { owner: OWNERS[name], lineage });
      return mark.lineageOf({ [header!]: value }, 'x');
    }, []);
  const sparing = (...names: Name[]): string[] => Object.keys(OWNERS).filter((name) => mark.spares(lineageOf(...names))(OWNERS[name as Name]));

  it.each<[Name[], Name[]]>([
    [[], []],
    [['a'], ['a']],
    [['organization'], ['organization']],
    [['a', 'organization'], ['organization', 'a']],
    [['organization', 'a'], ['a']],
    [['organization', 'a', 'organization'], ['organization', 'a']],
    [['a', 'b'], ['b']],
    [['a', 'b', 'organization'], ['organization', 'b']],
  ])('of %j spares from %j', (asked, spared) => {
    expect(sparing(...asked)).toEqual(spared);
  });

  it('tells nobody behind a judge whose it is', () => {
    expect(mark.make('x', { owner: WORKSPACE, lineage: [] }).join()).not.toContain('team-a');
  });

  it('ends between workspaces whose judges stand behind one another', async () => {
    const judge = { llm: 'team-a/judge', model: MODEL };
    const loop = await startPolicyStage();
    loop.use(aPolicy({ judge }), aPolicy({ namespace: 'team-b', name: 'theirs', judge }));
    const pass = async (response: ServerResponse, { headers, body }: ReceivedCall): Promise<void> => {
      const mark = headers['x-flashback-judge'] as string;
      const { status, body: said } = await loop.ask({ key: KEYS.OpenAI, body, headers: { 'x-flashback-judge': mark } });
      response.writeHead(status, { 'content-type': 'application/json' }).end(said);
    };
    loop.judge.answer((response, received) => void pass(response, received));
    const { status } = await loop.ask({ key: KEYS.OpenAI, body: bodyOf('Is it raining?') });
    expect([status, loop.provider.calls]).toEqual([503, []]);
    const depths = loop.judge.calls.map(({ headers }) => String(headers['x-flashback-judge']).split('.')[1]!.split('-').length);
    expect(Math.max(...depths)).toBe(LONGEST_LINEAGE);
    await loop.close();
  });
});
