// /policy over HTTP: making, listing, changing and deleting, at each level, with each right missing once.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPlatform, type PlatformReply, type RunningPlatform } from '../fake/platform.ts';

interface Policy {
  id: string;
  name: string;
  workspaceId: string | null;
  repoId: string | null;
}

const RULE = { name: 'No cards', content: 'Never share card numbers.', riskType: 'HIGH', actionType: 2, orgId: 'acme' };

let platform: RunningPlatform;
let homes: Record<string, string[]>;
let repository: { metadata: { uid: string } };

beforeEach(async () => {
  homes = { acme: ['team-a'] };
  platform = await startPlatform({ services: { homes: { homesOf: (organization) => homes[organization] ?? [] } } });
  for (const namespace of ['team-a', 'team-b']) platform.objects.organizations.set(namespace, 'acme');
  platform.objects.organizations.set('elsewhere', 'other');
  repository = platform.objects.put('Repository', 'team-b', 'support', { llms: [{ name: 'openai' }] });
});
afterEach(() => platform.close());

const post = (body: object, token = 'admin'): Promise<PlatformReply> => platform.call('POST', '/policy', { body, token });
const policyOf = ({ body }: PlatformReply): Policy => body['policy'] as Policy;
const names = ({ body }: PlatformReply): string[] => (body['policies'] as Policy[]).map(({ name }) => name);

describe('making a policy', () => {
  it('for an organization puts it into the home of the organization', async () => {
    const reply = await post({ ...RULE, workspaceId: null, repoId: null });
    expect(reply.status).toBe(200);
    expect(policyOf(reply)).toMatchObject({
      orgId: 'acme',
      name: 'No cards',
      content: RULE.content,
      riskType: 'HIGH',
      actionType: 2,
      workspaceId: null,
      repoId: null,
      workspace: null,
      repo: null,
      createdBy: { id: 'admin', name: 'admin', lastName: '', email: '' },
    });
    const [object] = platform.objects.list('AIPolicy');
    expect(object).toMatchObject({
      metadata: { namespace: 'team-a' },
      spec: { scope: 'Organization', content: RULE.content, riskType: 'High', action: 'Block' },
    });
    expect(object?.spec).not.toHaveProperty('repositoryRef');
  });

  it('for a workspace or a repository puts it there', async () => {
    const workspace = policyOf(await post({ ...RULE, workspaceId: 'team-b' }));
    expect(workspace).toMatchObject({ workspaceId: 'team-b', workspace: { id: 'team-b', name: 'team-b' }, repoId: null });
    const own = policyOf(await post({ ...RULE, name: 'Its own', repoId: repository.metadata.uid }));
    expect(own).toMatchObject({
      workspaceId: 'team-b',
      repoId: repository.metadata.uid,
      repo: { id: repository.metadata.uid, name: 'support' },
    });
    expect(platform.objects.byUid('AIPolicy', own.id)?.spec).toMatchObject({ scope: 'Repository', repositoryRef: { name: 'support' } });
  });

  it.each([
    [0, 'Log'],
    [1, 'Alert'],
    [2, 'Block'],
  ])('reads action type %d as %s', async (actionType, action) => {
    const { id } = policyOf(await post({ ...RULE, actionType, workspaceId: 'team-a' }));
    expect(platform.objects.byUid('AIPolicy', id)?.spec.action).toBe(action);
  });

  it.each([
    [{ orgId: 'homeless' }, 'orgId: the organization homeless has no home'],
    [{ workspaceId: 'nowhere' }, 'workspaceId: there is no workspace "nowhere"'],
    [{ workspaceId: 'elsewhere' }, 'workspaceId: the workspace elsewhere belongs to the organization other, not to acme; send orgId other'],
    [{ repoId: 'r-9' }, 'repoId: there is no repository with the id r-9'],
    [{ repoId: 'REPO', workspaceId: 'team-a' }, 'repoId: the repository belongs to the workspace team-b, not to team-a'],
    [{ repoId: 'REPO', orgId: 'other' }, 'send orgId acme'],
    [{ actionType: 3 }, 'actionType must be one of 0, 1, 2'],
    [{ riskType: 'high' }, 'riskType must be one of LOW, MEDIUM, HIGH'],
    [{ content: '' }, 'content must not be empty'],
    [{ name: undefined }, 'name is required'],
    [{ name: '  ' }, 'name must not be empty'],
    [{ orgId: undefined }, 'orgId is required'],
  ])('refuses %j with a sentence that names the field', async (change, message) => {
    const own = 'repoId' in change && change.repoId === 'REPO' ? { repoId: repository.metadata.uid } : {};
    const { status, body: answer } = await post({ ...RULE, ...change, ...own });
    expect([status, answer.success]).toEqual([400, false]);
    expect(answer.message).toContain(message);
    expect(platform.objects.list('AIPolicy')).toEqual([]);
  });

  const CLOSED: [string, (id: string) => object, () => string, string][] = [
    ['a workspace', (id: string) => ({ workspaceId: id }), () => 'team-b', 'nowhere'],
    ['a workspace by its UID', (id: string) => ({ workspaceId: id }), () => 'uid-of-team-b', 'uid-of-nobody'],
    ['a workspace of another organization', (id: string) => ({ workspaceId: id }), () => 'elsewhere', 'nowhere'],
    ['a repository', (id: string) => ({ repoId: id }), () => repository.metadata.uid, 'r-9'],
    ['a repository beside a workspace', (id: string) => ({ repoId: id, workspaceId: 'team-a' }), () => repository.metadata.uid, 'r-9'],
    ['an organization', (id: string) => ({ orgId: id }), () => 'acme', 'nobodys'],
  ];
  it.each(CLOSED)('says the same of %s that is closed and of one that is not there', async (_what, named, closed, missing) => {
    platform.tokens.set('guest', ['create aipolicies team-c']);
    const replies = await Promise.all([closed(), missing].map((id) => post({ ...RULE, ...named(id) }, 'guest')));
    const told = replies.map(({ status, body }, at) => [status, body.message?.replace([closed(), missing][at]!, 'ID')]);
    expect(told[0]).toEqual([403, expect.stringContaining('you may')]);
    expect(told[1]).toEqual(told[0]);
  });

  it('takes a name once in a workspace', async () => {
    await post({ ...RULE, workspaceId: 'team-b' });
    const again = await post({ ...RULE, workspaceId: 'team-b' });
    expect([again.status, again.body.message]).toEqual([400, expect.stringContaining('name: another policy is called "No cards"')]);
    expect((await post({ ...RULE, name: ' No cards ', workspaceId: 'team-b' })).status).toBe(400);
    const other = policyOf(await post({ ...RULE, name: ' Other ', workspaceId: 'team-b' }));
    expect(other.name).toBe('Other');
    expect((await platform.call('PUT', `/policy/${other.id}`, { body: { name: 'No cards ' } })).status).toBe(400);
    expect(policyOf(await platform.call('PUT', `/policy/${other.id}`, { body: { name: ' Another ' } })).name).toBe('Another');
    expect((await platform.call('PUT', `/policy/${other.id}`, { body: { name: 'No cards' } })).status).toBe(400);
    expect((await platform.call('PUT', `/policy/${other.id}`, { body: { name: 'Other' } })).status).toBe(200);
  });

  it('takes of several homes the first that the caller may write to', async () => {
    homes['acme'] = ['team-a', 'team-b'];
    platform.tokens.set('b-admin', ['create aipolicies team-b']);
    expect((await post(RULE, 'b-admin')).status).toBe(200);
    expect(platform.objects.list('AIPolicy').map(({ metadata }) => metadata.namespace)).toEqual(['team-b']);
    expect((await post(RULE, 'nobody')).status).toBe(403);
  });
});

describe('policies of three levels', () => {
  let ids: string[];
  beforeEach(async () => {
    const made = [];
    for (const [name, place] of Object.entries({ org: {}, space: { workspaceId: 'team-b' }, repo: { repoId: repository.metadata.uid } })) {
      made.push(policyOf(await post({ ...RULE, name, ...place })));
    }
    ids = made.map(({ id }) => id);
  });

  it('are listed by the level that is asked for, and by no other', async () => {
    expect(names(await platform.call('GET', '/policy?orgId=acme'))).toEqual(['org']);
    expect(names(await platform.call('GET', '/policy?orgId=acme&workspaceId=team-b'))).toEqual(['space']);
    expect(names(await platform.call('GET', `/policy?orgId=acme&workspaceId=team-b&repoId=${repository.metadata.uid}`))).toEqual(['repo']);
    expect(names(await platform.call('GET', '/policy?orgId=acme&workspaceId=team-a'))).toEqual([]);
    expect(names(await platform.call('GET', '/policy?orgId=other'))).toEqual([]);
    expect((await platform.call('GET', '/policy')).body.message).toContain('orgId is required');
  });

  it('are left out of lists where the caller may not list them', async () => {
    platform.tokens.set('b-reader', ['list aipolicies team-b']);
    expect(names(await platform.call('GET', '/policy?orgId=acme', { token: 'b-reader' }))).toEqual([]);
    expect(names(await platform.call('GET', '/policy?orgId=acme&workspaceId=team-b', { token: 'b-reader' }))).toEqual(['space']);
  });

  it.each([
    ['workspaceId', () => 'team-b', 'nowhere'],
    ['repoId', () => repository.metadata.uid, 'r-9'],
  ] as [string, () => string, string][])('are kept from others, who by %s do not even learn that there is something', async (name, closed, missing) => {
    platform.tokens.set('guest', ['list aipolicies team-c']);
    const told = async (id: string): Promise<unknown> => {
      const { status, body } = await platform.call('GET', `/policy?orgId=wrong&${name}=${id}`, { token: 'guest' });
      return [status, body.message?.replace(id, 'ID')];
    };
    expect(await told(closed())).toEqual([403, expect.stringContaining('may not list aipolicies')]);
    expect(await told(missing)).toEqual(await told(closed()));
  });

  it('change in what they say, and tell who did it', async () => {
    platform.tokens.set('kim@acme.example', ['update aipolicies team-b', 'get aipolicies team-b']);
    await platform.clock.advance(60_000);
    const body = { name: 'Renamed', content: 'No IBANs.', riskType: 'LOW', actionType: 0 };
    const { body: answer } = await platform.call('PUT', `/policy/${ids[1]}`, { token: 'kim@acme.example', body });
    expect(answer['policy']).toMatchObject({
      ...body,
      lastUpdatedBy: { id: 'kim@acme.example', email: 'kim@acme.example' },
      createdBy: { id: 'admin' },
    });
    expect(answer['policy']).toMatchObject({ lastUpdatedAt: new Date(platform.clock.now()).toISOString() });
    const { body: again } = await platform.call('GET', `/policy/${ids[1]}`, { token: 'kim@acme.example' });
    expect(again['policy']).toEqual(answer['policy']);
  });

  it('keep what a change does not name', async () => {
    await platform.objects.update('AIPolicy', ids[0]!, (spec) => ({ ...spec, engine: 'Detectors', countries: ['DE'] }));
    await platform.call('PUT', `/policy/${ids[0]}`, { body: { actionType: 1 } });
    const spec = platform.objects.byUid('AIPolicy', ids[0]!)?.spec;
    expect(spec).toEqual({
      scope: 'Organization',
      content: RULE.content,
      riskType: 'High',
      action: 'Alert',
      engine: 'Detectors',
      countries: ['DE'],
    });
  });

  it.each([
    [{ name: ' ' }, 'name must not be empty'],
    [{}, 'the body must change at least one of name, content, riskType, actionType'],
    [{ name: 'x', workspaceId: 'team-a' }, 'workspaceId cannot be changed; delete the policy and make a new one'],
    [{ name: 'x', repoId: null }, 'repoId cannot be changed'],
    [{ name: 'x', orgId: 'other' }, 'orgId cannot be changed'],
  ])('do not take the change %j', async (body, message) => {
    const reply = await platform.call('PUT', `/policy/${ids[2]}`, { body });
    expect([reply.status, reply.body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('are gone once deleted, for lists, reads and a second time', async () => {
    expect((await platform.call('DELETE', `/policy/${ids[1]}`)).body.success).toBe(true);
    expect(platform.objects.byUid('AIPolicy', ids[1]!)).toBeUndefined();
    expect(names(await platform.call('GET', '/policy?orgId=acme&workspaceId=team-b'))).toEqual([]);
    for (const method of ['GET', 'DELETE']) expect((await platform.call(method, `/policy/${ids[1]}`)).status).toBe(404);
    expect((await platform.call('PUT', `/policy/${ids[1]}`, { body: { name: 'x' } })).status).toBe(404);
  });

  it.each([
    ['GET', 'get'],
    ['PUT', 'update'],
    ['DELETE', 'delete'],
  ])('need for %s the right to %s, in their namespace', async (method, verb) => {
    const options = { token: 'some', ...(method === 'PUT' ? { body: { name: 'x' } } : {}) };
    platform.tokens.set(
      'some',
      ['get', 'update', 'delete', 'list', 'create'].filter((one) => one !== verb).map((one) => `${one} aipolicies`),
    );
    expect((await platform.call(method, `/policy/${ids[1]}`, options)).status).toBe(403);
    platform.tokens.set('some', [`${verb} aipolicies team-a`]);
    expect((await platform.call(method, `/policy/${ids[1]}`, options)).status).toBe(404);
    platform.tokens.set('some', [`${verb} aipolicies team-b`]);
    expect((await platform.call(method, `/policy/${ids[1]}`, options)).status).toBe(200);
  });

  it('leave a line in the audit for each change', async () => {
    await platform.call('PUT', `/policy/${ids[1]}`, { body: { name: 'x' } });
    await platform.call('DELETE', `/policy/${ids[1]}`);
    const told = platform.ledger.audits
      .filter(({ uid }) => uid === ids[1])
      .map(({ event, kind, actor, workspace }) => [event, kind, actor, workspace]);
    expect(told).toEqual(['created', 'updated', 'deleted'].map((event) => [event, 'AIPolicy', 'admin', 'team-b']));
  });

  it('leave a line in the audit for each new name, too, which the operator does not see', async () => {
    for (const name of ['x', 'y']) await platform.call('PUT', `/policy/${ids[1]}`, { body: { name } });
    const told = platform.ledger.audits.filter(({ uid, event }) => uid === ids[1] && event === 'updated');
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  });

  it('change also where the ledger cannot be written, and the log says so', async () => {
    platform.ledger.audit = () => Promise.reject(new Error('disk full'));
    expect((await platform.call('DELETE', `/policy/${ids[1]}`)).status).toBe(200);
    expect(platform.log.join('')).toContain('a change could not be written to the audit');
  });

  it('made with kubectl have what can be told of them', async () => {
    const { metadata } = platform.objects.put('AIPolicy', 'team-b', 'by-hand', {
      scope: 'Repository',
      repositoryRef: { name: 'not-yet' },
      content: 'x',
      riskType: 'Low',
      action: 'Log',
    });
    const { body } = await platform.call('GET', `/policy/${metadata.uid}`);
    expect(body['policy']).toMatchObject({
      name: 'by-hand',
      workspaceId: 'team-b',
      repoId: null,
      repo: null,
      createdBy: { id: '', name: '' },
    });
  });
});
