// The whole story of the Platform API on real parts: from a credential to a call of an unmodified SDK, to one that a policy blocks, who is told
// of it, what it adds up to, and back to nothing. The steps build on each other; story/ has those that look at what came of it.
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './stack/stack.ts';
import { draftOf, isRefused, make, makePolicy, opens, repositoryOf } from './story/acts.ts';
import { alerts } from './story/alerts.ts';
import { ASKS_FOR_CARD, CARD, JUDGE_MODEL } from './story/billing-provider.ts';
import type { Finding, Said } from './story/book.ts';
import type { Cast } from './story/cast.ts';
import { changes } from './story/changes.ts';
import { contract } from './story/contract.ts';
import { conversations } from './story/conversations.ts';
import { findings } from './story/findings.ts';
import { statistics, sumsOfRows } from './story/statistics.ts';
import { takeover } from './story/takeover.ts';
import { EDITOR, OTHERS, SECRET, TEAM, World } from './story/world.ts';

let world: World;
const cast: Cast = {
  team: { workspace: TEAM, repo: '', llm: '', aiType: 'OTHER', key: '' },
  others: { workspace: OTHERS, repo: '', llm: '', aiType: 'OPENAI', key: '' },
  cards: '',
  advice: '',
  theirs: '',
  secrets: { team: '', others: '' },
};

const ask = (who: 'team' | 'others', said: Said) =>
  world.book.ask(cast[who], said, { secret: cast.secrets[who], baseURL: world.stack.baseUrl(0) });

const blocks = (): Finding => ({ policy: cast.cards, severity: 'HIGH', action: 2 });
const advises = (): Finding => ({ policy: cast.advice, severity: 'MEDIUM', action: 0 });
const alertsTheirs = (): Finding => ({ policy: cast.theirs, severity: 'LOW', action: 1 });

beforeAll(async () => {
  world = await World.start();
  const { others } = cast;
  await make(world, 'administrator', '/ai/llm', draftOf(world, 'judge', { ...others, aiType: 'OTHER' }), 'aiLlmId');
  others.llm = await make(world, 'stranger', '/ai/llm', draftOf(world, 'Theirs', others), 'aiLlmId');
  others.repo = await make(world, 'stranger', '/repo', repositoryOf('Desk', others), 'repoId');
  const key = await world.ok('stranger', 'POST', `/repo/${others.repo}/ai/apikey`, { name: 'Their app', aiType: 'OPENAI' });
  [others.key, cast.secrets.others] = [String(key['id']), String(key['secret'])];
  cast.theirs = await makePolicy(world, 'stranger', {
    name: 'Cards are told of',
    content: 'Do not share payment card numbers.',
    riskType: 'LOW',
    actionType: 1,
    workspaceId: OTHERS,
  });
  await opens(world, cast.secrets.others);
});

afterAll(() => world?.stop());

describe('from a credential to a call that is blocked', () => {
  test('a connection is made, validated and available', async () => {
    cast.team.llm = await make(world, 'editor', '/ai/llm', draftOf(world, 'Our provider', cast.team), 'aiLlmId');
    expect(await world.ok('editor', 'POST', `/ai/llm/${cast.team.llm}/validate`)).toMatchObject({
      message: 'the provider accepts the credential; it lists 3 models',
    });
    await eventually('it is available', async () => ((await world.list('editor', '/ai/llm/available')).length === 1 ? true : undefined));
  });

  test('a repository is made, and lists the models', async () => {
    cast.team.repo = await make(world, 'editor', '/repo', repositoryOf('Chat', cast.team), 'repoId');
    const models = await eventually('its models', async () => {
      const { models: found } = await world.ok('editor', 'POST', '/ai/models', { repoId: cast.team.repo });
      return (found as unknown[]).length > 0 ? found : undefined;
    });
    expect(models).toMatchObject([{ id: 'large-1' }, { id: 'small-1' }, { id: JUDGE_MODEL }].toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  });

  test('a key is made, and the SDK is answered with it', async () => {
    const key = await world.ok('editor', 'POST', `/repo/${cast.team.repo}/ai/apikey`, { name: 'My app', aiType: 'OPENAI' });
    [cast.team.key, cast.secrets.team] = [String(key['id']), String(key['secret'])];
    await opens(world, cast.secrets.team);
    expect(await ask('team', { prompt: 'ping' })).toBe('pong 1');
    const [receipt] = world.provider.receipts;
    expect(world.book.sums()).toMatchObject({ requests: 1, tokensIn: receipt?.tokensIn, tokensOut: receipt?.tokensOut });
  });

  test('a policy is made, and stops the same call with a card number in it', async () => {
    cast.cards = await makePolicy(world, 'editor', {
      name: 'No cards',
      content: 'Do not share payment card numbers.',
      riskType: 'HIGH',
      actionType: 2,
      workspaceId: TEAM,
    });
    const before = world.provider.receipts.length;
    const error = await ask('team', { prompt: `My card is ${CARD}.`, findings: [blocks()] });
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({
      status: 400,
      code: 'content_policy_violation',
      type: 'invalid_request_error',
      message: expect.stringContaining('violates the policy'),
    });
    expect(String(error)).not.toContain(CARD);
    expect(world.provider.receipts).toHaveLength(before);
    expect(await ask('team', { prompt: 'ping' })).toBe('pong 1');
  });

  test('an answer is stopped as well, and has to be paid for', async () => {
    const error = await ask('team', { prompt: ASKS_FOR_CARD, findings: [blocks()] });
    expect(error).toMatchObject({ status: 400, code: 'content_policy_violation' });
    expect(world.book.calls.at(-1)?.tokensOut).toBeGreaterThan(1_000);
  });

  test('a policy of the repository only writes down', async () => {
    cast.advice = await makePolicy(world, 'editor', {
      name: 'Advice',
      content: 'Never give legal advice.',
      riskType: 'HIGH',
      actionType: 0,
      workspaceId: TEAM,
      repoId: cast.team.repo,
    });
  });
});

changes(
  () => world,
  () => cast,
);

describe('calls', () => {
  test('say for whom they are, and are written down, told of, or stopped', async () => {
    expect(await ask('team', { prompt: 'You should sue them.', user: 'usr_1', findings: [advises()] })).toBe('pong 1');
    expect(await ask('team', { prompt: 'Good morning.', user: 'usr_1', conversation: 'conv_1', model: 'large-1' })).toBe('pong 1');
    for (const user of ['usr_1', 'usr_2', 'usr_2']) {
      const error = await ask('team', { prompt: `Take ${CARD}`, user, conversation: 'conv_1', model: 'large-1', findings: [blocks()] });
      expect(error).toMatchObject({ code: 'content_policy_violation' });
    }
    expect(await ask('others', { prompt: `Take ${CARD}`, user: 'usr_2', findings: [alertsTheirs()] })).toBe('pong 1');
    expect(await ask('others', { prompt: 'ping', model: 'large-1', user: 'usr_3' })).toBe('pong 1');
    expect(await ask('team', { prompt: 'ping', user: 'usr_2', conversation: 'conv_2', isStreamed: true })).toBe('pong 1');
    const stopped = await ask('team', { prompt: `Take ${CARD}`, user: 'usr_2', isStreamed: true, findings: [blocks()] });
    expect(stopped).toMatchObject({ status: 400, code: 'content_policy_violation' });
  });
});

conversations(
  () => world,
  () => cast,
);
findings(
  () => world,
  () => cast,
);
alerts(
  () => world,
  () => cast,
);
statistics(
  () => world,
  () => cast,
);

test('kubectl shows the same sums in status.usage', async () => {
  const { stack, book } = world;
  for (const [kind, name] of [
    ['repositories', 'repo'],
    ['aillmconfigs', 'llm'],
  ] as const) {
    for (const place of [cast.team, cast.others]) {
      const expected = book.sums((call) => call[name] === place[name]);
      const usage = await eventually(
        `the usage of ${kind}`,
        async () => {
          const { items } = JSON.parse(await stack.kubectl(['get', kind, '-n', place.workspace, '-o', 'json'])) as {
            items: { metadata: { uid: string }; status?: { usage?: { total: object } } }[];
          };
          const total = items.find(({ metadata }) => metadata.uid === place[name])?.status?.usage?.total as
            { requests?: number } | undefined;
          return total?.requests === expected.requests ? total : undefined;
        },
        150,
      );
      expect(usage).toMatchObject(expected);
    }
  }
});

takeover(
  () => world,
  () => cast,
);

describe('and back', () => {
  test('what is in use stays, and then everything goes', async () => {
    const { team } = cast;
    expect(await world.platform.call('editor', 'DELETE', `/ai/llm/${team.llm}`)).toEqual({
      status: 403,
      body: { success: false, message: 'it is in use by the repository Chat; detach it there first' },
    });
    const spare = await world.ok('editor', 'POST', `/repo/${team.repo}/ai/apikey`, { name: 'Spare', aiType: 'OPENAI' });
    await opens(world, String(spare['secret']));
    for (const path of [
      `/policy/${cast.cards}`,
      `/policy/${cast.advice}`,
      `/repo/${team.repo}/ai/apikey/${team.key}`,
      `/repo/${team.repo}`,
      `/ai/llm/${team.llm}`,
    ]) {
      await world.ok('editor', 'DELETE', path);
      expect([path, (await world.platform.call('editor', 'DELETE', path)).status]).toEqual([path, 404]);
    }
    for (const path of ['/ai/llm', '/repo', `/policy?orgId=default&workspaceId=${TEAM}`])
      expect(await world.list('editor', path)).toEqual([]);
    interface Left {
      kind: string;
      metadata: { ownerReferences?: { uid: string }[] };
    }
    const left = JSON.parse(await world.stack.kubectl(['get', 'llm,airepo,aip,secrets', '-n', TEAM, '-o', 'json'])) as { items: Left[] };
    // Those of keys belong to the repository, so the garbage collector, which does not run here, takes them away.
    for (const { kind, metadata } of left.items)
      expect([kind, metadata.ownerReferences?.map(({ uid }) => uid)]).toEqual(['Secret', [team.repo]]);
    for (const apiKey of [cast.secrets.team, String(spare['secret'])]) await isRefused(world, apiKey);
  });

  test('what is deleted still counts, and what it found is still listed', async () => {
    const { book } = world;
    const { team, cards, advice } = cast;
    const rows = await world.list('editor', `/aistats/daily?repoId=${team.repo}`);
    expect(sumsOfRows(rows)).toEqual(book.sums(({ repo }) => repo === team.repo));
    const { series } = await world.ok('editor', 'GET', `/v2/stats/policies?window=24h&scope=workspace&id=${TEAM}`);
    expect(sumOf(series, 'violations')).toBe(book.sums(({ workspace }) => workspace === TEAM).violations);
    // Which conversations were of a repository is not known any more when it is gone.
    const { series: used } = await world.ok('editor', 'GET', `/v2/stats/ai?window=24h&scope=workspace&id=${TEAM}`);
    expect([sumOf(used, 'tokensIn'), sumOf(used, 'requests')]).toEqual([
      book.sums(({ workspace }) => workspace === TEAM).tokensIn,
      book.sums(({ workspace }) => workspace === TEAM).requests,
    ]);
    for (const gone of [cards, advice]) {
      const found = await world.list('editor', `/policy/${gone}/violations`);
      expect(found).toHaveLength(book.calls.flatMap((call) => call.findings).filter((finding) => finding.policy === gone).length);
      // What it was called is gone with it.
      const name = gone === cards ? /^no-cards-/ : /^advice-/;
      expect(found[0]).toMatchObject({
        policyId: gone,
        repoId: team.repo,
        policyName: expect.stringMatching(name),
        repoName: expect.stringMatching(/^chat-/),
      });
    }
  });

  test('the audit has who did it', async () => {
    const { body } = await world.platform.call('editor', 'POST', '/systemevent', { take: 100 });
    const told = (body['events'] as Record<string, unknown>[]).map(({ context, event, contextId, userId }) => [
      context,
      event,
      contextId,
      userId,
    ]);
    for (const [context, uid] of [
      ['aillm', cast.team.llm],
      ['repo', cast.team.repo],
      ['policy', cast.cards],
    ] as const) {
      for (const event of ['created', 'deleted']) expect(told).toContainEqual([context, event, uid, EDITOR]);
    }
  });
});

contract(() => world);

test('no secret was said or logged', () => {
  const logged = world.stack.processes.flatMap(({ output }) => output).join('\n');
  expect(world.operator.output.length).toBeGreaterThan(5);
  for (const secret of [SECRET, CARD]) {
    expect(world.platform.said).not.toContain(secret);
    expect(logged).not.toContain(secret);
  }
  for (const secret of [...world.platform.tokens.values(), world.signingKey, cast.secrets.team]) expect(logged).not.toContain(secret);
});

function sumOf(series: unknown, name: string): number {
  return (series as Record<string, number>[]).reduce((sum, point) => sum + (point[name] ?? 0), 0);
}
