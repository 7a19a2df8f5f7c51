// Connections to providers over the Platform API: what is written, what is refused, and where the credential goes.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/platform/operation.ts';
import type { CredentialAnswer } from '../../src/platform/services.ts';
import { startPlatform, type PlatformReply, type RunningPlatform } from '../fake/platform.ts';

const SECRET = 'canary-7c1e';

let platform: RunningPlatform;
let verdict: CredentialAnswer;
beforeEach(async () => {
  verdict = { verdict: 'valid', reason: 'accepted' };
  platform = await startPlatform({ services: { credentials: { check: async () => verdict } } });
  platform.objects.organizations.set('team', 'acme');
});
afterEach(async () => {
  expect(platform.log.join('')).not.toContain(SECRET);
  await platform.close();
});

const create = (body: object = {}): Promise<PlatformReply> =>
  platform.call('POST', '/ai/llm', { body: { name: 'Main', aiType: 'OPENAI', secret: SECRET, workspaceId: 'team', ...body } });
const only = () => platform.objects.list('AILLMConfig')[0];

describe('creating', () => {
  it('makes an AILLMConfig, and a Secret that belongs to it and is never shown', async () => {
    const { status, body } = await create({ name: 'Main Größe!', endpoint: 'https://eu.api.openai.com/v1', key: 'ignored' });
    const made = only();
    expect([status, body]).toEqual([200, { success: true, aiLlmId: made?.metadata.uid }]);
    expect(made?.metadata.name).toMatch(/^main-gro-e-[0-9a-f]{6}$/);
    expect(made?.spec).toEqual({ type: 'OpenAI', endpoint: 'https://eu.api.openai.com/v1', credentials: { secretRef: { name: `${made?.metadata.name}-credential`, key: 'apiKey' } } });
    expect([...platform.objects.secrets]).toEqual([
      [`team/${made?.metadata.name}-credential`, { values: { apiKey: SECRET }, owner: { kind: 'AILLMConfig', name: made?.metadata.name, uid: made?.metadata.uid } }],
    ]);
    const listed = await platform.call('GET', '/ai/llm');
    expect(listed.body).toMatchObject({ aiLlms: [{ name: 'Main Größe!', orgId: 'acme', workspaceId: 'team', userId: 'admin', aiType: 'OPENAI', key: null, repos: [] }] });
    expect(JSON.stringify(listed.body)).not.toContain(SECRET);
  });

  it('takes the name itself where Kubernetes does, and both parts of a credential of AWS', async () => {
    await create({ name: 'bedrock', aiType: 'AWS', key: 'AKIA' });
    const name = 'bedrock-credential';
    expect(only()?.metadata.name).toBe('bedrock');
    expect(only()?.spec.credentials).toEqual({ secretRef: { name, key: 'apiKey' }, accessKeySecretRef: { name, key: 'accessKeyId' } });
    expect(platform.objects.secrets.get(`team/${name}`)?.values).toEqual({ apiKey: SECRET, accessKeyId: 'AKIA' });
  });

  it('accepts the UID of a namespace, and plain http on loopback', async () => {
    expect((await create({ aiType: 'OTHER', endpoint: 'http://127.0.0.1:8000/v1', secret: null, workspaceId: 'uid-of-team' })).status).toBe(200);
    expect(only()?.spec).toEqual({ type: 'Other', endpoint: 'http://127.0.0.1:8000/v1', endpointSecurity: 'AllowPlaintext' });
    expect(platform.objects.secrets.size).toBe(0);
  });

  it.each([
    ['no name', { name: undefined }, 'name is required'],
    ['an empty name', { name: '' }, 'name must not be empty'],
    ['a name of blanks', { name: ' \t ' }, 'name must not be empty'],
    ['an unknown type', { aiType: 'ACME' }, 'aiType must be one of OPENAI, GOOGLE, ANTHROPIC, AWS, OTHER'],
    ['no workspace of this name', { workspaceId: 'nowhere' }, 'workspaceId: there is no workspace "nowhere"'],
    ['no secret', { secret: null }, 'secret is required for OPENAI'],
    ['OTHER without endpoint', { aiType: 'OTHER' }, 'endpoint is required for OTHER'],
    ['a stored credential', { apiKeyUuid: 'abc' }, 'apiKeyUuid: there are no stored credentials here'],
    ['a secret that is no text', { secret: { a: SECRET } }, 'secret must be of type string or null'],
  ])('refuses %s, and says which field', async (_what, change, message) => {
    const { status, body } = await create(change);
    expect([status, body.success]).toEqual([400, false]);
    expect(body.message).toContain(message);
    expect(JSON.stringify(body)).not.toContain(SECRET);
    expect(platform.objects.list('AILLMConfig')).toEqual([]);
  });

  it('refuses a name that is taken in the workspace, but not one of another workspace', async () => {
    platform.objects.organizations.set('other', 'acme');
    await create();
    expect(await create()).toMatchObject({ status: 400, body: { message: 'name: another AI LLM is called "Main" in this workspace; choose another one' } });
    expect((await create({ workspaceId: 'other' })).status).toBe(200);
  });

  it('leaves nothing behind where the Secret cannot be written', async () => {
    platform.objects.writeSecret = () => Promise.reject(new ApiError(503, 'try again'));
    expect(await create()).toMatchObject({ status: 503, body: { success: false, message: 'try again' } });
    expect([platform.objects.list('AILLMConfig'), platform.ledger.audits]).toEqual([[], []]);
  });
});

describe('changing', () => {
  it('keeps what is not said, and writes a new credential into a Secret of its own', async () => {
    const { uid } = platform.objects.put('AILLMConfig', 'team', 'kept', { type: 'OpenAI', headers: [{ name: 'x', value: 'y' }], credentials: { secretRef: { name: 'of-somebody', key: 'k' } } }).metadata;
    expect((await platform.call('PUT', `/ai/llm/${uid}`, { body: { name: 'Renamed', secret: `${SECRET}-2`, endpoint: null } })).status).toBe(200);
    expect(only()?.spec).toEqual({ type: 'OpenAI', headers: [{ name: 'x', value: 'y' }], credentials: { secretRef: { name: 'kept-credential', key: 'apiKey' } } });
    expect(only()?.metadata.annotations).toEqual({ 'ai.flashback.tech/display-name': 'Renamed' });
    expect([...platform.objects.secrets.keys()]).toEqual(['team/kept-credential']);
  });

  it('forgets the access key where the type is not AWS any more', async () => {
    await create({ aiType: 'AWS', key: 'AKIA' });
    await platform.call('PUT', `/ai/llm/${only()?.metadata.uid}`, { body: { aiType: 'OPENAI', secret: SECRET } });
    expect(only()?.spec.credentials).toEqual({ secretRef: { name: expect.stringContaining('-credential') as string, key: 'apiKey' } });
  });

  it('takes plain http back where the endpoint is on loopback no longer', async () => {
    await create({ aiType: 'OTHER', endpoint: 'http://127.0.0.1:8000/v1', secret: null });
    const { uid } = only()!.metadata;
    const put = (endpoint: string) => platform.call('PUT', `/ai/llm/${uid}`, { body: { endpoint } });
    expect((await put('http://[::1]:8000/v1')).status).toBe(200);
    expect(only()?.spec.endpointSecurity).toBe('AllowPlaintext');
    expect((await put('http://llm.example.com/v1')).status).toBe(200);
    expect(only()?.spec).toEqual({ type: 'Other', endpoint: 'http://llm.example.com/v1' });
  });

  it('leaves plain http where somebody has allowed it for a host', async () => {
    const spec = { type: 'Other', endpoint: 'http://llm.team.svc/v1', endpointSecurity: 'AllowPlaintext' } as const;
    const { uid } = platform.objects.put('AILLMConfig', 'team', 'kept', spec).metadata;
    await platform.call('PUT', `/ai/llm/${uid}`, { body: { endpoint: 'http://llm.team.svc/v2' } });
    expect(only()?.spec).toEqual({ ...spec, endpoint: 'http://llm.team.svc/v2' });
  });

  it.each([
    ['another host', { endpoint: 'https://elsewhere.example/v1' }],
    ['another port', { endpoint: 'https://llm.example:8443/v1' }],
    ['another scheme', { endpoint: 'http://llm.example/v1' }],
    ['no secret but the id of an access key', { aiType: 'AWS', endpoint: 'https://elsewhere.example', key: 'AKIA' }],
  ])('sends the credential that is kept nowhere else: %s takes the secret as well', async (_what, body) => {
    await create({ aiType: 'OTHER', endpoint: 'https://llm.example/v1' });
    const before = only()!;
    const path = `/ai/llm/${before.metadata.uid}`;
    const message = expect.stringContaining('secret is required: endpoint or aiType lead to another origin') as string;
    expect(await platform.call('PUT', path, { body })).toMatchObject({ status: 400, body: { message } });
    expect(only()).toEqual(before);
    expect(platform.objects.secrets.get(`team/${before.metadata.name}-credential`)?.values).toEqual({ apiKey: SECRET });
    expect((await platform.call('PUT', path, { body: { ...body, secret: SECRET } })).status).toBe(200);
  });

  it('sends the credential that is kept to no other provider; another path, or a type whose endpoint stays, needs no secret', async () => {
    await create();
    const path = `/ai/llm/${only()?.metadata.uid}`;
    expect((await platform.call('PUT', path, { body: { aiType: 'ANTHROPIC' } })).status).toBe(400);
    for (const endpoint of ['https://llm.example/v1', 'https://LLM.example:443/v2'])
      await platform.call('PUT', path, { body: { endpoint, ...(endpoint.endsWith('v1') ? { secret: SECRET } : {}) } });
    expect((await platform.call('PUT', path, { body: { aiType: 'ANTHROPIC' } })).status).toBe(200);
    expect(only()?.spec).toMatchObject({ type: 'Anthropic', endpoint: 'https://LLM.example:443/v2' });
  });

  it('is a 404 for an id that nobody has', async () => {
    expect((await platform.call('PUT', '/ai/llm/nobody', { body: {} })).status).toBe(404);
  });
});

it('deletes the credential with the connection, unless a repository uses it', async () => {
  await create({ name: 'main' });
  const { uid } = only()?.metadata ?? { uid: '' };
  const repository = platform.objects.put('Repository', 'team', 'chat', { llms: [{ name: 'main' }] });
  expect(await platform.call('DELETE', `/ai/llm/${uid}`)).toMatchObject({ status: 403, body: { message: 'it is in use by the repository chat; detach it there first' } });
  await platform.objects.remove('Repository', repository.metadata.uid);
  expect((await platform.call('DELETE', `/ai/llm/${uid}`)).status).toBe(200);
  expect([platform.objects.list('AILLMConfig'), platform.objects.secrets.size]).toEqual([[], 0]);
  expect(platform.ledger.audits.map(({ actor, event, kind, name }) => [actor, event, kind, name])).toEqual([
    ['admin', 'created', 'AILLMConfig', 'main'],
    ['admin', 'deleted', 'AILLMConfig', 'main'],
  ]);
});

describe('a connection that another workspace borrows', () => {
  let uid: string;
  beforeEach(async () => {
    await create({ name: 'main' });
    uid = only()?.metadata.uid ?? '';
    platform.objects.put('Repository', 'borrower', 'their-chat', { llms: [{ name: 'main', namespace: 'team' }] });
    platform.tokens.set('owner', ['get', 'list', 'delete'].flatMap((verb) => [`${verb} aillmconfigs team`, `${verb} repositories team`]));
  });
  const remove = (token: string) => platform.call('DELETE', `/ai/llm/${uid}`, { token });

  it('is not deleted, and its owner is told nothing of whose repository it is', async () => {
    platform.objects.grants.add('team/main borrower');
    const { status, body } = await remove('owner');
    expect([status, body.message]).toEqual([
      403,
      'it is in use by a repository that you may not see; have it detached there, or take it out of the AIReferenceGrant that lends it',
    ]);
    expect((await remove('admin')).body.message).toBe('it is in use by the repository borrower/their-chat; detach it there first');
    expect(only()?.metadata.uid).toBe(uid);
  });

  it('is deleted where no grant lends it: to name it is not to use it', async () => {
    expect((await remove('owner')).status).toBe(200);
  });
});

it('shows repositories of a connection to those who may list them', async () => {
  await create({ name: 'main' });
  platform.objects.put('Repository', 'team', 'chat', { llms: [{ name: 'main' }] });
  platform.tokens.set('guest', ['list aillmconfigs team']);
  const reposFor = async (token: string) => ((await platform.call('GET', '/ai/llm', { token })).body['aiLlms'] as { repos: { name: string }[] }[])[0]?.repos.map(({ name }) => name);
  expect([await reposFor('guest'), await reposFor('admin')]).toEqual([[], ['chat']]);
});

it.each([
  ['valid', true],
  ['invalid', false],
  ['unknown', false],
] as const)('validate answers 200 where the credential is %s', async (answer, success) => {
  await create();
  verdict = { verdict: answer, reason: 'because' };
  expect(await platform.call('POST', `/ai/llm/${only()?.metadata.uid}/validate`)).toMatchObject({ status: 200, body: { success, message: 'because' } });
});

it('available are those that are Ready, the newest first', async () => {
  const ready = (status: string) => ({ status: { conditions: [{ type: 'Ready', status }] } });
  for (const [name, status] of [['one', 'True'], ['two', 'False'], ['three', 'True']] as const) platform.objects.put('AILLMConfig', 'team', name, { type: 'OpenAI' }, ready(status));
  const { body } = await platform.call('GET', '/ai/llm/available');
  expect((body['aiLlms'] as { name: string }[]).map(({ name }) => name)).toEqual(['three', 'one']);
});

it('lists those of the namespaces that the caller may see, and no others', async () => {
  platform.objects.put('AILLMConfig', 'team', 'one', { type: 'OpenAI' });
  platform.objects.put('AILLMConfig', 'other', 'two', { type: 'OpenAI' });
  platform.tokens.set('guest', ['list aillmconfigs other']);
  const names = async (path: string) => ((await platform.call('GET', path, { token: 'guest' })).body['aiLlms'] as { name: string }[]).map(({ name }) => name);
  expect([await names('/ai/llm'), await names('/ai/llm?workspaceId=other'), await names('/ai/llm?workspaceId=team')]).toEqual([['two'], ['two'], []]);
});

it('counts in decimal strings, with a row for each connection, used or not', async () => {
  const amounts = { requests: 3, tokensIn: 10, tokensOut: 20, policyTokensIn: 1, policyTokensOut: 2, latency: 9, violations: 4, alerts: 5, blocks: 6, severityLow: 0, severityMedium: 0, severityHigh: 0 };
  const used = platform.objects.put('AILLMConfig', 'team', 'used', { type: 'OpenAI' }).metadata.uid;
  const unused = platform.objects.put('AILLMConfig', 'team', 'unused', { type: 'OpenAI' }).metadata.uid;
  platform.ledger.usage = async () => [{ at: 0, dimensions: { llm: used }, amounts, conversations: 0 }];
  const { body } = await platform.call('GET', '/ai/llm/stats');
  const zero = { totalApiCalls: '0', totalTokensIn: '0', totalTokensOut: '0', totalLlmTokensIn: '0', totalLlmTokensOut: '0', totalPolicyViolations: '0', totalAlerts: '0', totalBlocks: '0' };
  expect(body['stats']).toEqual([
    { aiLlmId: unused, ...zero },
    { aiLlmId: used, totalApiCalls: '3', totalTokensIn: '10', totalTokensOut: '20', totalLlmTokensIn: '1', totalLlmTokensOut: '2', totalPolicyViolations: '4', totalAlerts: '5', totalBlocks: '6' },
  ]);
});
