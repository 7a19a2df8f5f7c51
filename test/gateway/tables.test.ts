// Tables made from snapshots, and what a swap costs traffic.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildTables, UnservableObjectError, type Tables } from '../../src/gateway/tables.ts';
import { issueAuthority } from '../../src/push/issue.ts';
import type { SnapshotProvider } from '../../src/snapshot/snapshot.ts';
import { hashKey } from '../../src/api/api-key.ts';
import { CHAT_BODY, STREAM_BODY, call, errorOf } from '../fake/caller.ts';
import { APP_KEY, LOOPBACK_ALLOWED, aProvider, aRepository, aSnapshot } from '../fake/gateway.ts';
import { CHAT_ANSWER, json, startProvider, streamEvents } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

describe('a snapshot that cannot be served', () => {
  const refusal = (provider: Partial<SnapshotProvider>): UnservableObjectError => {
    const snapshot = aSnapshot({ providers: { 'team-a/main': aProvider('https://example.com/v1', provider) } });
    try {
      buildTables(snapshot, undefined, { allowLoopback: false });
    } catch (error) {
      if (error instanceof UnservableObjectError) return error;
    }
    throw new Error('it was served');
  };

  it.each([
    ['of a type that this version lacks', { type: 'Unheard-of' as 'Other' }, 'type Unheard-of'],
    ['at a metadata service', { endpoint: 'http://169.254.169.254/v1' }, 'reserved'],
    ['at a loopback address', { endpoint: 'http://127.0.0.1/v1' }, 'loopback'],
    ['with a CA bundle that is none', { ca: 'nonsense' }, 'not PEM'],
    ['with a CA bundle that is damaged', { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }, 'not PEM'],
  ])('because of a provider %s names it', (_case, provider, reason) => {
    const error = refusal(provider);
    expect(error.object).toBe('provider/team-a/main');
    expect(error.message).toContain(reason);
  });

  it('because of a model without its provider names the repository', () => {
    const build = (): unknown => buildTables(aSnapshot(), undefined, LOOPBACK_ALLOWED);
    expect(build).toThrow(expect.objectContaining({ object: 'repository/team-a/chat' }) as Error);
  });
});

it('an endpoint may end in a slash, or in no path at all', () => {
  const paths = ['https://a.example/v1/', 'https://a.example', 'https://a.example/x/y'].map((endpoint) => {
    const tables = buildTables(aSnapshot({ providers: { 'team-a/main': aProvider(endpoint) } }), undefined, LOOPBACK_ALLOWED);
    return tables.upstreams.get('team-a/main')?.basePath;
  });
  expect(paths).toEqual(['/v1', '', '/x/y']);
});

it('a key of a repository that is not there opens nothing', () => {
  const tables = buildTables(
    aSnapshot({ repositories: {}, keys: { [hashKey(APP_KEY)]: { id: 'k', repository: 'team-a/gone' } } }),
    undefined,
    LOOPBACK_ALLOWED,
  );
  expect(tables.keys.size).toBe(0);
});

describe('pools', () => {
  const base = aProvider('https://a.example/v1');
  const poolAfter = (change: Partial<SnapshotProvider>): boolean => {
    const before = buildTables(aSnapshot({ providers: { 'team-a/main': base } }), undefined, LOOPBACK_ALLOWED);
    const after = buildTables(aSnapshot({ providers: { 'team-a/main': { ...base, ...change } } }), before, LOOPBACK_ALLOWED);
    return before.upstreams.get('team-a/main')?.pool === after.upstreams.get('team-a/main')?.pool;
  };
  it.each([
    ['the credential', { credential: { secret: 'new' } }],
    ['headers', { headers: [['a', 'b']] as [string, string][] }],
    ['timeouts of answers', { timeouts: { ...base.timeouts, response: 1, idle: 1, total: 1 } }],
    ['the generation', { generation: 2 }],
  ])('outlive a change of %s', (_what, change) => {
    expect(poolAfter(change)).toBe(true);
  });
  it.each([
    ['the endpoint', { endpoint: 'https://b.example/v1' }],
    ['the connect timeout', { timeouts: { ...base.timeouts, connect: 1 } }],
  ])('are new after a change of %s', (_what, change) => {
    expect(poolAfter(change)).toBe(false);
  });
});

it('a bundle of authorities is accepted, and another one means another pool', async () => {
  const [one, two] = await Promise.all([issueAuthority(Date.now()), issueAuthority(Date.now())]);
  const build = (ca: string, previous?: Tables): Tables =>
    buildTables(aSnapshot({ providers: { 'team-a/main': aProvider('https://a.example/v1', { ca }) } }), previous, LOOPBACK_ALLOWED);
  const poolOf = (tables: Tables): unknown => tables.upstreams.get('team-a/main')?.pool;
  const first = build(`# ours\n${one.cert}`);
  expect(poolOf(build(`# ours\n${one.cert}`, first))).toBe(poolOf(first));
  expect(poolOf(build(`${one.cert}\n${two.cert}`, first))).not.toBe(poolOf(first));
});

describe('a swap under load', () => {
  let serving: Serving;
  beforeEach(async () => {
    serving = await startServing();
    serving.provider.answer(json(200, CHAT_ANSWER));
  });
  afterEach(() => serving.close());

  it('of the credential fails no request and opens no further connection', async () => {
    const worker = async (): Promise<number[]> => {
      const statuses: number[] = [];
      for (let index = 0; index < 30; index++) statuses.push((await call(serving.gateway, { body: CHAT_BODY })).status);
      return statuses;
    };
    let rotations = 0;
    const rotating = setInterval(() => serving.apply({}, { credential: { secret: `secret-${++rotations}` } }), 1);
    const statuses = (await Promise.all([worker(), worker()])).flat();
    clearInterval(rotating);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(new Set(serving.provider.calls.map(({ headers }) => headers.authorization)).size).toBeGreaterThan(1);
    expect(serving.provider.connections()).toBeLessThanOrEqual(2);
  });

  it('of the endpoint lets streams under way finish on the old connection, and closes it then', async () => {
    const [first = '', ...rest] = streamEvents(['one'], false);
    const socketClosed = Promise.withResolvers<void>();
    const started = Promise.withResolvers<() => void>();
    serving.provider.answer((response) => {
      response.socket?.on('close', () => socketClosed.resolve());
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
      started.resolve(() => response.end(rest.join('')));
    });
    const reply = call(serving.gateway, { body: STREAM_BODY });
    const finish = await started.promise;
    const next = await startProvider();
    serving.apply({}, { endpoint: next.url });
    expect((await call(serving.gateway, { body: CHAT_BODY })).status).toBe(200);
    expect(next.calls).toHaveLength(1);
    finish();
    expect((await reply).body).toBe(first + rest.join(''));
    await socketClosed.promise;
    await next.close();
  });

  it('that removes a key refuses its next request and finishes its last', async () => {
    const held = Promise.withResolvers<() => void>();
    serving.provider.answer((response, received) => held.resolve(() => json(200, CHAT_ANSWER)(response, received)));
    const last = call(serving.gateway, { body: CHAT_BODY });
    const release = await held.promise;
    serving.apply({ keys: {} });
    const refused = await call(serving.gateway, { body: CHAT_BODY });
    expect([refused.status, errorOf(refused).code]).toEqual([401, 'key_unknown']);
    release();
    expect((await last).status).toBe(200);
  });

  it('to a snapshot that cannot be served changes nothing', async () => {
    const bad = (): void => serving.apply({ repositories: { 'team-a/chat': aRepository({ models: { x: { llm: 'team-a/none', upstream: 'x' } } }) } });
    expect(bad).toThrow(UnservableObjectError);
    expect((await call(serving.gateway, { body: CHAT_BODY })).status).toBe(200);
  });
});
