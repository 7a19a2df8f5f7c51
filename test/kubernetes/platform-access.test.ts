// Who calls the Platform API, by an API server that fails: nobody is let in by mistake, and no token is told to anybody.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubernetesAuthenticator } from '../../src/kubernetes/platform-access.ts';
import { ApiError } from '../../src/platform/operation.ts';
import { refused } from '../../src/kubernetes/refused.ts';
import { KubernetesError } from '../../src/kubernetes/kubernetes-error.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { clientOf, FakeClock } from './fixture.ts';

const TOKEN = 'canary-token';
const HOME = '10.0.0.1';
let server: FakeApiServer;
let clock: FakeClock;
let authenticator: KubernetesAuthenticator;
beforeEach(async () => {
  server = await FakeApiServer.start();
  clock = new FakeClock();
  authenticator = new KubernetesAuthenticator({ client: clientOf(server.url), audiences: ['flashback'], namespaces: () => ['a', 'b', 'c'], clock });
});
afterEach(() => server.stop());

const review = (status: object, times = 1): void => server.fail(({ path }) => path.endsWith('/tokenreviews'), { status: 201, body: { status } }, times);
const access = (allowed: (body: string) => boolean): void => {
  for (const answer of [true, false]) {
    server.fail(({ path, body }) => path.endsWith('/subjectaccessreviews') && allowed(body) === answer, { status: 201, body: { status: { allowed: answer } } }, 100);
  }
};
const YES = { authenticated: true, user: { username: 'jane', groups: ['g'] }, audiences: ['flashback'] };

it('asks once for a token, and again only after some seconds', async () => {
  review(YES, 2);
  const sessions = await Promise.all([authenticator.authenticate(TOKEN, HOME), authenticator.authenticate(TOKEN, HOME)]);
  expect(sessions.map((session) => session?.caller.name)).toEqual(['jane', 'jane']);
  await authenticator.authenticate(TOKEN, HOME);
  expect(server.requests).toHaveLength(1);
  clock.advance(29_999);
  await authenticator.authenticate(TOKEN, HOME);
  expect(server.requests).toHaveLength(1);
  clock.advance(1);
  await authenticator.authenticate(TOKEN, HOME);
  expect(server.requests).toHaveLength(2);
});

it.each([
  ['is not authenticated', { authenticated: false }],
  ['has no name', { authenticated: true, user: {} }],
  ['is for another audience', { ...YES, audiences: ['elsewhere'] }],
  ['is for no audience that anybody names', { ...YES, audiences: [] }],
])('lets nobody in whose token %s', async (_what, status) => {
  review(status);
  expect(await authenticator.authenticate(TOKEN, HOME)).toBeUndefined();
});

it('answers 503 while the API server fails, keeps no failure, and quotes nothing of it', async () => {
  server.fail(() => true, { status: 500, body: { reason: 'InternalError', message: `cannot read ${TOKEN}` } });
  const failure: unknown = await authenticator.authenticate(TOKEN, HOME).catch((error: unknown) => error);
  expect(failure).toMatchObject({ status: 503 });
  expect(JSON.stringify([String(failure), String((failure as Error).cause)])).not.toContain(TOKEN);
  review(YES);
  expect((await authenticator.authenticate(TOKEN, HOME))?.caller.name).toBe('jane');
});

it('names the namespaces in which a caller may do something, or all of them by one question', async () => {
  review(YES, 2);
  access((body) => body.includes('"namespace":"b"'));
  const session = await authenticator.authenticate(TOKEN, HOME);
  expect(await session?.access.namespaces('list', 'repositories')).toEqual(['b']);
  await expect(session?.access.demand('create', { resource: 'aillmconfigs', namespace: 'a' })).rejects.toMatchObject({
    status: 403,
    message: 'jane may not create aillmconfigs.ai.flashback.tech in the namespace a; RBAC of Kubernetes has to grant it',
  });
  server.heal();
  clock.advance(30_000);
  access(() => true);
  expect(await session?.access.namespaces('list', 'repositories')).toBe('all');
  expect(await session?.access.namespaces('list', 'repositories', ['c', 'a'])).toEqual(['c', 'a']);
});

const reviews = (): number => server.requests.filter(({ path }) => path.endsWith('/subjectaccessreviews')).length;

it('asks about no more namespaces than a list needs, of those that the operator looks at', async () => {
  review(YES);
  access((body) => body.includes('"namespace":"b"') || body.includes('"namespace":"elsewhere"'));
  const session = await authenticator.authenticate(TOKEN, HOME);
  expect(await session?.access.namespaces('list', 'repositories', ['b', 'elsewhere'])).toEqual(['b']);
  // In all namespaces, and in b.
  expect(reviews()).toBe(2);
  expect([await session?.access.namespaces('list', 'aillmconfigs', []), reviews()]).toEqual([[], 2]);
});

it('goes by what it knows of a right for five seconds, and in lists for thirty, from when it was told', async () => {
  review(YES);
  access((body) => body.includes('"namespace":"b"'));
  const session = await authenticator.authenticate(TOKEN, HOME);
  const ask = async () => [await session?.access.may('list', { resource: 'repositories', namespace: 'b' }), await session?.access.namespaces('list', 'repositories')];
  expect(await ask()).toEqual([true, ['b']]);
  server.heal();
  access(() => false);
  clock.advance(4_999);
  expect(await ask()).toEqual([true, ['b']]);
  clock.advance(1);
  expect(await ask()).toEqual([false, ['b']]);
  clock.advance(25_000);
  expect(await ask()).toEqual([false, []]);
});

it.each([
  [422, 'Invalid', 'POST /x: 422 Invalid: AILLMConfig.ai.flashback.tech "x" is invalid: spec.endpoint: must use https', 400, 'endpoint: must use https'],
  [409, 'AlreadyExists', 'POST /x: 409 AlreadyExists: it exists', 409, 'an object of this name exists'],
  [403, 'Forbidden', 'POST /x: 403 Forbidden: User "operator" cannot create resource "aillmconfigs"', 503, 'the operator itself has no right to do this'],
  [403, 'Forbidden', 'POST /x: 403 Forbidden: exceeded quota', 403, 'the API server refuses this: exceeded quota'],
  [0, 'Unreachable', 'POST /x: ECONNREFUSED', 503, 'the API server cannot be reached'],
])('%i %s becomes words for whoever called', (code, reason, message, status, words) => {
  expect(() => refused(new KubernetesError(code, reason, message))).toThrow(expect.objectContaining({ status, message: expect.stringContaining(words) as string }) as Error);
});

describe('tokens that stand for nobody', () => {
  const statusOf = (token: string, address: string): Promise<unknown> =>
    authenticator.authenticate(token, address).then(
      (session) => session?.caller.name ?? 'nobody',
      (error: unknown) => (error instanceof ApiError ? [error.status, error.retryAfter] : error),
    );
  const flood = async (count: number, address: (at: number) => string): Promise<unknown[]> => {
    const answers: unknown[] = [];
    for (let at = 0; at < count; at += 1) answers.push(await statusOf(`made-up-${address(at)}-${at}`, address(at)));
    return answers;
  };
  beforeEach(() => {
    server.fail(({ path, body }) => path.endsWith('/tokenreviews') && body.includes('made-up'), { status: 201, body: { status: { authenticated: false } } }, 1000);
    server.fail(({ path }) => path.endsWith('/tokenreviews'), { status: 201, body: { status: YES } }, 1000);
  });

  it('are reviewed so often for an address, and then refused with a time to wait; others go on', async () => {
    const answers = await flood(55, () => HOME);
    expect(answers.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 'nobody'));
    expect(answers.slice(50)).toEqual(Array.from({ length: 5 }, () => [429, 1]));
    expect(server.requests).toHaveLength(50);
    expect(await statusOf('made-up-elsewhere', '10.0.0.2')).toBe('nobody');
    clock.advance(200);
    expect(await statusOf('made-up-later', HOME)).toBe('nobody');
  });

  it('are reviewed so often in all, and whoever was accepted before goes on meanwhile', async () => {
    expect(await statusOf(TOKEN, HOME)).toBe('jane');
    const answers = await flood(205, (at) => `10.1.${at}.1`);
    expect(answers.filter((answer) => answer === 'nobody')).toHaveLength(200);
    expect(answers.at(-1)).toEqual([429, 1]);
    clock.advance(30_000);
    await flood(205, (at) => `10.2.${at}.1`);
    expect([await statusOf(TOKEN, HOME), await statusOf('new-and-good', '10.3.0.1')]).toEqual(['jane', [429, 1]]);
  });

  it('take nothing from those who come from an address of which a token was accepted within an hour', async () => {
    expect(await statusOf(TOKEN, HOME)).toBe('jane');
    await flood(205, (at) => `10.1.${at}.1`);
    expect(await statusOf('new-and-good', HOME)).toBe('jane');
    clock.advance(60 * 60_000);
    await flood(205, (at) => `10.2.${at}.1`);
    expect(await statusOf('newer-and-good', HOME)).toEqual([429, 1]);
  });

  it('are limited in all, too, where they come from addresses of which tokens were accepted', async () => {
    for (let at = 0; at < 205; at += 1) await statusOf(`good-${at}`, `10.1.${at}.1`);
    const answers = await flood(205, (at) => `10.1.${at}.1`);
    expect(answers.filter((answer) => answer === 'nobody')).toHaveLength(200);
    expect(answers.at(-1)).toEqual([429, 1]);
  });

  it('cost their address nothing when they come again within a minute', async () => {
    await flood(50, () => HOME);
    clock.advance(59_999);
    await flood(50, () => HOME);
    expect(server.requests).toHaveLength(50);
    expect(await flood(51, (at) => (at < 50 ? HOME : '10.0.0.2'))).toEqual(Array.from({ length: 51 }, () => 'nobody'));
    clock.advance(1);
    await flood(1, () => HOME);
    expect(server.requests).toHaveLength(52);
  });

  it('count no more once they are accepted', async () => {
    for (let at = 0; at < 60; at += 1) expect(await statusOf(`good-${at}`, HOME)).toBe('jane');
  });
});

it('reviews no more than 500 tokens at once, whoever sends them', async () => {
  server.fail(({ path }) => path.endsWith('/tokenreviews'), { status: 201, body: { status: YES } }, 1000);
  for (let at = 0; at < 500; at += 1) await authenticator.authenticate(`good-${at}`, HOME);
  await expect(authenticator.authenticate('good-500', HOME)).rejects.toMatchObject({ status: 429, retryAfter: 1 });
  // What is known is not reviewed.
  await expect(authenticator.authenticate('good-0', HOME)).resolves.toBeDefined();
  expect(server.requests).toHaveLength(500);
});
