// /policy/validate and /policy/recommend over HTTP: the same advice as the command gives, in the words that clients know.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advise } from '../../src/policy/advise/advise.ts';
import { recommend } from '../../src/policy/advise/recommend.ts';
import { systemClock } from '../../src/clock.ts';
import { ThreadAdvisor } from '../../src/platform/policies/advisor.ts';
import { startPlatform, type RunningPlatform } from '../fake/platform.ts';

const advisor = new ThreadAdvisor({ clock: systemClock });

let platform: RunningPlatform;
beforeEach(async () => {
  platform = await startPlatform({ services: { advisor } });
  platform.objects.put('Repository', 'team', 'repo', { llms: [{ name: 'llm' }] });
  platform.tokens.set('writer', ['list aipolicies team']);
});
afterEach(() => platform.close());

interface Result {
  policy_uuid: string;
  score: number;
  severity: string;
  issues: { type: string }[];
}

const validate = async (policies: object[]): Promise<Result[]> =>
  (await platform.call('POST', '/policy/validate', { token: 'writer', body: { policies } })).body['results'] as Result[];

describe('/policy/validate', () => {
  it('answers each rule by its id, without a member success', async () => {
    const { body } = await platform.call('POST', '/policy/validate', {
      body: { policies: [{ policy_uuid: 'p1', content: 'Never share card numbers.' }] },
    });
    expect(body).toEqual({ results: [{ policy_uuid: 'p1', score: 100, severity: 'none', issues: [], advice: expect.any(String) }] });
  });

  it.each([
    'Protect customer emails',
    'Do not share sensitive stuff unless appropriate',
    'be nice',
    'Nie nicht keine Namen.',
    'No cards. '.repeat(400),
  ])('judges "%.40s" as the command does', async (content) => {
    const [result] = await validate([{ policy_uuid: 'p', content }]);
    const { score, severity, issues } = advise(content);
    expect(result).toMatchObject({ score, severity });
    expect(result!.issues).toHaveLength(issues.length);
    for (const { type } of result!.issues) expect(['ambiguity', 'verbosity', 'clarity', 'scope', 'actionability']).toContain(type);
  });

  it('calls a rule that is too long verbose', async () => {
    const [result] = await validate([{ policy_uuid: 'p', content: 'Never share card numbers of customers. '.repeat(100) }]);
    expect(result!.issues.map(({ type }) => type)).toContain('verbosity');
  });

  it.each([
    [{}, 'policies is required'],
    [{ policies: [] }, 'policies must have at least 1 items'],
    [{ policies: [{ policy_uuid: 'p' }] }, 'policies[0].content is required'],
  ])('refuses %j', async (body, message) => {
    const reply = await platform.call('POST', '/policy/validate', { body });
    expect([reply.status, reply.body.message]).toEqual([400, message]);
  });
});

describe('the processor of the operator', () => {
  const rules = (count: number, length: number): object => ({
    policies: Array.from({ length: count }, (_, at) => ({ policy_uuid: `p${at}`, content: 'x'.repeat(length) })),
  });

  it.each([
    ['/policy/validate', rules(1, 10)],
    ['/policy/recommend', { level: 0, prompt: 'be nice' }],
  ])('is not lent to whoever may list no policies: %s', async (path, body) => {
    const reply = await platform.call('POST', path, { token: 'nobody', body });
    expect([reply.status, reply.body.message]).toEqual([403, expect.stringContaining('may list aipolicies')]);
  });

  it('reads rules of 16,384 characters at a time, whatever their number', async () => {
    expect((await platform.call('POST', '/policy/validate', { body: rules(4, 4096) })).status).toBe(200);
    const { status, body } = await platform.call('POST', '/policy/validate', { body: rules(50, 328) });
    expect([status, body.message]).toEqual([
      400,
      'policies: their contents must have at most 16384 characters together, not 16400; send fewer at a time',
    ]);
  });

  it('answers what a caller sends in parallel, one call after the other', async () => {
    const answers = await Promise.all(Array.from({ length: 3 }, () => platform.call('POST', '/policy/validate', { body: rules(2, 10) })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

describe('/policy/recommend', () => {
  it('proposes a rule for each sentence that names something, with risk and action', async () => {
    const prompt = 'We are a bank and must not leak card numbers or IBANs. Employees must not talk about politics.';
    const { body } = await platform.call('POST', '/policy/recommend', { token: 'writer', body: { level: 1, uuid: 'team-a', prompt } });
    expect(body).toMatchObject({ level: 1, uuid: 'team-a', tokens_in: 0, tokens_out: 0 });
    const rules = body['recommended_policies'] as { content: string; riskType: string; alertType: string }[];
    expect(rules.map(({ content, riskType, alertType }) => [content.split('\n')[0], riskType, alertType])).toEqual([
      ['Never share payment card numbers or IBANs.', 'high', 'block'],
      ['Refuse political opinions.', 'medium', 'alert'],
    ]);
  });

  it('proposes nothing where nothing is understood, and takes a request without uuid', async () => {
    const { body } = await platform.call('POST', '/policy/recommend', { body: { level: 0, prompt: 'be nice' } });
    expect(body).toEqual({ level: 0, uuid: '', tokens_in: 0, tokens_out: 0, recommended_policies: [] });
  });

  it('proposes rules that its own advice has nothing grave to say against', () => {
    const rules = recommend(
      '- API keys and passwords must stay inside.\n- Keine Gesundheitsdaten.\n- no medical advice\n- phone numbers of customers',
    );
    expect(rules.length).toBeGreaterThanOrEqual(3);
    for (const { content } of rules) expect([content, advise(content).severity]).not.toEqual([content, 'high']);
  });

  it('proposes at most ten, each once', () => {
    expect(recommend('No card numbers.\n'.repeat(30))).toHaveLength(1);
    const many = [
      'card numbers',
      'IBANs',
      'e-mail addresses',
      'phone numbers',
      'passwords',
      'API keys',
      'private keys',
      'passport numbers',
      'IP addresses',
      'hostnames',
      'profanity',
      'names of persons',
    ];
    expect(recommend(many.map((one) => `Never share ${one}.`).join('\n'))).toHaveLength(10);
  });

  it('needs a level that there is', async () => {
    expect((await platform.call('POST', '/policy/recommend', { body: { level: 3, prompt: 'x' } })).body.message).toBe(
      'level must be one of 0, 1, 2',
    );
  });
});
