// Which keys open which repository.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import type { SnapshotKey } from '../../src/snapshot/snapshot.ts';
import { CHAT_BODY, call, errorOf, rawCall, sdk, type Reply } from '../fake/caller.ts';
import { APP_KEY, aKey, aRepository } from '../fake/gateway.ts';
import { manualClock } from '../fake/manual-clock.ts';
import { samplesOf, sumOf } from '../fake/metrics.ts';
import { CHAT_ANSWER, json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const EXPIRING = aKey(2);
const REVOKED = aKey(3);
const LIMITED = aKey(4);
const UNKNOWN = aKey(5);
const SUSPENDED = aKey(6);
const OTHER_SURFACE = aKey(7);
const OPEN = aKey(8);
const OPEN_LIMITED = aKey(9);

const clock = manualClock(START);
let serving: Serving;

beforeAll(async () => {
  serving = await startServing(clock);
  const models = { 'small-1': { llm: 'team-a/main', upstream: 'small-1' }, 'large-1': { llm: 'team-a/main', upstream: 'large-1' } };
  const entry = (id: string, repository = 'chat', rest: Partial<SnapshotKey> = {}): SnapshotKey => ({ id, repository: `team-a/${repository}`, ...rest });
  serving.apply({
    repositories: {
      'team-a/chat': aRepository({ models }),
      'team-a/asleep': aRepository({ name: 'asleep', suspended: true }),
      'team-a/claude': aRepository({ name: 'claude', surfaces: ['Anthropic'] }),
      'team-a/open': aRepository({ name: 'open', openLlm: 'team-a/main' }),
    },
    keys: {
      [hashKey(APP_KEY)]: entry('key_app'),
      [hashKey(EXPIRING)]: entry('key_expiring', 'chat', { expiresAt: START + 60_000 }),
      [hashKey(LIMITED)]: entry('key_limited', 'chat', { models: ['large-1'] }),
      [hashKey(SUSPENDED)]: entry('key_suspended', 'asleep'),
      [hashKey(OTHER_SURFACE)]: entry('key_surface', 'claude'),
      [hashKey(OPEN)]: entry('key_open', 'open'),
      [hashKey(OPEN_LIMITED)]: entry('key_open_limited', 'open', { models: ['new-1'] }),
    },
    revokedKeys: { [hashKey(REVOKED)]: { id: 'key_revoked', repository: 'team-a/chat', revokedAt: START } },
  });
  serving.provider.answer(json(200, CHAT_ANSWER));
});
afterAll(() => serving.close());

const ask = (key: string | null, model = 'small-1'): Promise<Reply> => call(serving.gateway, { key, body: CHAT_BODY.replace('small-1', model) });
async function refusal(key: string | null, model?: string): Promise<[number, string]> {
  const calls = serving.provider.calls.length;
  const reply = await ask(key, model);
  expect(serving.provider.calls).toHaveLength(calls);
  return [reply.status, errorOf(reply).code];
}
const typo = (key: string): string => key.slice(0, 20) + (key[20] === 'A' ? 'B' : 'A') + key.slice(21);

describe('a request', () => {
  it('without a key is told so', async () => {
    expect(await refusal(null)).toEqual([401, 'key_missing']);
  });
  it.each([
    ['a typo', typo(APP_KEY)],
    ['a character too few', APP_KEY.slice(0, -1)],
    ['a key of somebody else', 'sk-proj-0123456789'],
    ['something endless', 'x'.repeat(600)],
  ])('with %s in its key is told that it is malformed', async (_case, key) => {
    expect(await refusal(key)).toEqual([401, 'key_malformed']);
  });
  it('with another scheme is told that the header is malformed', async () => {
    const reply = await call(serving.gateway, { key: null, headers: { authorization: 'Basic YTpi' }, body: CHAT_BODY });
    expect([reply.status, errorOf(reply).code]).toEqual([401, 'key_malformed']);
  });
  it('may write the scheme in any case', async () => {
    const reply = await call(serving.gateway, { key: null, headers: { authorization: `bearer  ${APP_KEY} ` }, body: CHAT_BODY });
    expect(reply.status).toBe(200);
  });
  it('with a well-formed key that was never issued is told that it is unknown', async () => {
    expect(await refusal(UNKNOWN)).toEqual([401, 'key_unknown']);
  });
  it('with a revoked key is told so', async () => {
    expect(await refusal(REVOKED)).toEqual([401, 'key_revoked']);
  });
  it('with a key that expires is served to the last millisecond and not after', async () => {
    clock.advance(59_999);
    expect((await ask(EXPIRING)).status).toBe(200);
    clock.advance(1);
    const reply = await ask(EXPIRING);
    expect(reply.status).toBe(401);
    expect(errorOf(reply)).toMatchObject({ code: 'key_expired', message: 'This API key expired at 2026-01-01T00:01:00.000Z.' });
  });
  it('to a suspended repository is refused', async () => {
    expect(await refusal(SUSPENDED)).toEqual([403, 'repository_suspended']);
  });
  it('to a repository without the OpenAI surface is refused', async () => {
    expect(await refusal(OTHER_SURFACE)).toEqual([404, 'surface_not_enabled']);
  });
  it('is never answered with the key that it carried', async () => {
    for (const key of [typo(APP_KEY), UNKNOWN, REVOKED, EXPIRING]) expect((await ask(key)).body).not.toContain(key);
  });
  it('raises AuthenticationError in the SDK', async () => {
    await expect(sdk(serving.gateway, UNKNOWN).models.list()).rejects.toMatchObject({ name: 'Error', status: 401, code: 'key_unknown' });
  });
  it('with two Authorization headers is served by the first or refused, never by the second', async () => {
    const head = `GET /v1/models HTTP/1.1\r\nhost: g\r\nauthorization: Bearer ${UNKNOWN}\r\nauthorization: Bearer ${APP_KEY}\r\nconnection: close\r\n\r\n`;
    expect(await rawCall(serving.gateway.url, head)).toContain('key_unknown');
  });
});

describe('a key that is limited to models', () => {
  it('gets those', async () => {
    expect((await ask(LIMITED, 'large-1')).status).toBe(200);
  });
  it('gets no others, and does not see them either', async () => {
    expect(await refusal(LIMITED, 'small-1')).toEqual([404, 'model_not_found']);
    const listed = await sdk(serving.gateway, LIMITED).models.list();
    expect(listed.data.map(({ id }) => id)).toEqual(['large-1']);
    await expect(sdk(serving.gateway, LIMITED).models.retrieve('small-1')).rejects.toMatchObject({ code: 'model_not_found' });
  });
  it('does not get what the repository does not have', async () => {
    expect(await refusal(APP_KEY, 'new-1')).toEqual([404, 'model_not_found']);
  });
  it.each(['__proto__', 'constructor', 'toString'])('does not get %s', async (model) => {
    expect(await refusal(APP_KEY, model)).toEqual([404, 'model_not_found']);
  });
});

describe('a repository with a connection that lists no models', () => {
  it('passes unlisted models on under their own name', async () => {
    expect((await ask(OPEN, 'brand-new-1')).status).toBe(200);
    expect(JSON.parse(serving.provider.calls.at(-1)!.body)).toMatchObject({ model: 'brand-new-1' });
  });
  it('still keeps a key within its own list', async () => {
    expect((await ask(OPEN_LIMITED, 'new-1')).status).toBe(200);
    expect(await refusal(OPEN_LIMITED, 'brand-new-1')).toEqual([404, 'model_not_found']);
  });
  it('makes a bounded number of metric labels of what callers write', async () => {
    const long = `x${'y'.repeat(200)}`;
    for (let index = 0; index < 120; index++) await ask(OPEN, `made-up-${index}`);
    await ask(OPEN, long);
    const text = await serving.quiet();
    const labels = new Set(samplesOf(text, 'flashback_requests_total').map(({ labels: { model } }) => model));
    expect(labels.size).toBeLessThanOrEqual(105);
    expect(labels).not.toContain(long);
    expect(sumOf(text, 'flashback_requests_total', { model: 'other' })).toBeGreaterThan(20);
  });
});
