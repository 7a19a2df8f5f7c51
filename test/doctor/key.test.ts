// What `explain --key-file` foretells of a key is what a gateway does: each case is judged here, and tried on the tables of a gateway.
import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { type AILLMConfig, type Repository } from '../../src/api/resources.ts';
import { keyReport } from '../../src/doctor/key-report.ts';
import { judgeRequest, type KeyFacts } from '../../src/doctor/key-verdict.ts';
import { explainKey } from '../../src/explain-key.ts';
import { GatewayError } from '../../src/errors.ts';
import { authenticate } from '../../src/gateway/authenticate.ts';
import { findModel } from '../../src/gateway/models-route.ts';
import { buildTables } from '../../src/gateway/tables.ts';
import { openAiSurface } from '../../src/surfaces/openai.ts';
import { Harness, INVALID, UNKNOWN, valid } from '../reconcile/harness.ts';

type Request = Parameters<typeof authenticate>[0];

/** What a gateway does, as far as its tables decide. */
function served(harness: Harness, key: string, model: string): string {
  const tables = buildTables(harness.snapshot(), undefined, { allowLoopback: true });
  const request = { headers: { authorization: `Bearer ${key}` }, socket: {} } as Request;
  try {
    const entry = authenticate(request, openAiSurface, tables, harness.clock.now());
    const { settings } = entry.repository;
    if (settings.suspended) return 'repository_suspended';
    if (!settings.surfaces.includes(openAiSurface.name)) return 'surface_not_enabled';
    return `served by ${findModel(entry, model).target.upstream.name}`;
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
}

async function explain({ store, clock }: Harness, key: string, model: string | undefined) {
  const source = {
    get: async (kind: 'Repository', name: { namespace: string; name: string }) => {
      if (name.namespace !== 'team') throw new Error('whoever asks may look at nothing of other namespaces');
      return store.get(kind, name);
    },
    keySecrets: async () => (await Promise.all(store.list('Repository').map(({ metadata }) => store.listKeySecrets(metadata)))).flat(),
  };
  return explainKey({ key, model, now: clock.now() }, source as Parameters<typeof explainKey>[1], async ({ name }) => `about ${name}\n`);
}

async function foretold(harness: Harness, key: string, model: string): Promise<string> {
  const { verdict } = await explain(harness, key, model);
  const name = verdict.route?.llm.metadata.name ?? / by lender\/(\S+) of another namespace$/.exec(verdict.why)?.[1];
  return verdict.code ?? (name === undefined ? verdict.outcome : `served by ${name}`);
}

async function keyOfApp({ store }: Harness, name = 'repo-app'): Promise<string> {
  return (await store.getSecret({ namespace: 'team', name }))?.data['OPENAI_API_KEY'] ?? '';
}

async function start(spec: Partial<Repository['spec']> = {}, prepare: (harness: Harness) => void = () => {}): Promise<Harness> {
  const harness = new Harness();
  harness.connection('main');
  prepare(harness);
  harness.repository('repo', spec);
  await harness.start();
  await harness.run(2_000);
  return harness;
}

/** A repository with a connection that the namespace `lender` has, and lends or not. */
function borrowing(isGranted: boolean, models?: string[]): Promise<Harness> {
  return start({ llms: [{ name: 'main' }, { name: 'lent', namespace: 'lender' }] }, ({ store, verdicts }) => {
    store.setSecret('lent-secret', { apiKey: 'planted-secret-lent' }, { namespace: 'lender' });
    verdicts.set('planted-secret-lent', valid(models ?? ['model-l']));
    store.apply('AILLMConfig', 'lent', { type: 'OpenAI', credentials: { secretRef: { name: 'lent-secret', key: 'apiKey' } } }, { namespace: 'lender' });
    if (isGranted) store.grant('lender', 'g', { from: [{ kind: 'Repository', namespace: 'team' }], to: [{ kind: 'AILLMConfig' }] });
  });
}

const HOUR = 3_600_000;
const rotating = { apiKeys: [{ name: 'app', rotation: { every: '24h', overlap: '1h' } }] };

/** Name of the case, the harness and the key, the model, and what becomes of it. */
const CASES: [string, () => Promise<{ harness: Harness; key: string }>, string, string][] = [
  ['a good key and a listed model', async () => whole(await start()), 'model-a', 'served by main'],
  ['a model that nobody offers', async () => whole(await start()), 'model-z', 'model_not_found'],
  ['a typo', async () => mistyped(await start()), 'model-a', 'key_malformed'],
  ['the key of another vendor', async () => ({ harness: await start(), key: 'sk-proj-0123456789' }), 'model-a', 'key_malformed'],
  [
    'a key that was never issued',
    async () => ({ harness: await start(), key: await keyOfApp(await start({ apiKeys: [{ name: 'x' }, { name: 'app' }] })) }),
    'model-a',
    'key_unknown',
  ],
  [
    'an expired key',
    async () => whole(await start({ apiKeys: [{ name: 'app', expiresAt: '2020-01-01T00:00:00Z' }] })),
    'model-a',
    'key_expired',
  ],
  [
    'a key for other models',
    async () => whole(await start({ apiKeys: [{ name: 'app', models: ['model-b'] }] })),
    'model-a',
    'model_not_found',
  ],
  ['a suspended repository', async () => whole(await start({ suspend: true })), 'model-a', 'repository_suspended'],
  ['a surface that is not offered', async () => whole(await start({ surfaces: ['Anthropic'] })), 'model-a', 'surface_not_enabled'],
  [
    'a connection that takes any model',
    async () => whole(await start({}, (harness) => harness.verdicts.set('planted-secret-main', valid([])))),
    'whatever',
    'served by main',
  ],
  [
    'a connection that was refused',
    async () => whole(await start({}, (harness) => harness.verdicts.set('planted-secret-main', INVALID))),
    'model-a',
    'provider_not_ready',
  ],
  [
    'a connection that was never proven',
    async () => whole(await start({}, (harness) => harness.verdicts.set('planted-secret-main', UNKNOWN))),
    'model-a',
    'provider_not_ready',
  ],
  ['a connection that does not exist', async () => whole(await start({ llms: [{ name: 'none' }] })), 'model-a', 'provider_not_ready'],
  [
    'two connections that offer it',
    async () => whole(await start({ llms: [{ name: 'other' }, { name: 'main' }] }, (harness) => harness.connection('other'))),
    'model-a',
    'served by other',
  ],
  [
    'a repository that limits its models',
    async () => whole(await start({ llms: [{ name: 'main', models: ['model-b'] }] })),
    'model-a',
    'model_not_found',
  ],
  ['a model of a connection that another namespace lends', async () => whole(await borrowing(true)), 'model-l', 'served by lent'],
  ['a model of its own beside a lent connection', async () => whole(await borrowing(true)), 'model-a', 'served by main'],
  ['a model that neither has', async () => whole(await borrowing(true)), 'model-z', 'model_not_found'],
  ['a connection that another namespace does not lend', async () => whole(await borrowing(false)), 'model-l', 'provider_not_ready'],
  ['a replaced key within its overlap', async () => afterRotation(24 * HOUR + 60_000), 'model-a', 'served by main'],
  ['a replaced key after its overlap', async () => afterRotation(26 * HOUR), 'model-a', 'key_revoked'],
];

async function whole(harness: Harness): Promise<{ harness: Harness; key: string }> {
  return { harness, key: await keyOfApp(harness) };
}

async function mistyped(harness: Harness): Promise<{ harness: Harness; key: string }> {
  const key = await keyOfApp(harness);
  return { harness, key: `${key.slice(0, 10)}${key[10] === 'A' ? 'B' : 'A'}${key.slice(11)}` };
}

async function afterRotation(ms: number): Promise<{ harness: Harness; key: string }> {
  const harness = await start(rotating);
  const key = await keyOfApp(harness);
  await harness.run(ms);
  expect(await keyOfApp(harness)).not.toBe(key);
  return { harness, key };
}

describe('what is foretold of a key is what a gateway does', () => {
  it.each(CASES)('for %s', async (name, prepare, model, expected) => {
    const { harness, key } = await prepare();
    expect(served(harness, key, model)).toBe(expected);
    // Nothing keeps what was removed, so a key of yesterday and one that never was look alike.
    const known = name === 'a replaced key after its overlap' ? 'key_unknown' : expected;
    expect(await foretold(harness, key, model)).toBe(known);
  });

  it('and cannot be foretold of a lent connection that lists no models', async () => {
    const { harness, key } = await whole(await borrowing(true, []));
    expect(served(harness, key, 'whatever')).toBe('served by lent');
    const { verdict } = await explain(harness, key, 'whatever');
    expect(verdict).toMatchObject({ outcome: 'uncertain', why: expect.stringContaining('lender/lent of another namespace lists no models') as string });
  });

  it('and says whom to ask where the connection is not lent', async () => {
    const { harness, key } = await whole(await borrowing(false));
    const { verdict } = await explain(harness, key, 'model-l');
    expect(verdict.why).toMatch(/connection lender\/lent, .* is out of use: no AIReferenceGrant lets repositories of namespace team use AILLMConfig lender\/lent/);
    expect(verdict.fix).toBe('kubectl describe airepo repo -n team');
  });

  it('never with the key in it, nor with a denial that does not say what to do', async () => {
    for (const [, prepare, model] of CASES) {
      const { harness, key } = await prepare();
      const { report, verdict } = await explain(harness, key, model);
      expect(report).not.toContain(key);
      expect(report).not.toContain(hashKey(key));
      if (verdict.outcome === 'denied') expect(verdict.fix).toMatch(/\w/);
    }
  });
});

describe('Secrets that hold the hash of a key', () => {
  it('do not count where their Repository does not own them, or where they were edited', async () => {
    const { harness, key } = await whole(await start());
    const repository = harness.store.get('Repository', { namespace: 'team', name: 'repo' })!;
    const [secret] = await harness.store.listKeySecrets({ namespace: 'team', name: 'repo' });
    const judge = async (change: (value: NonNullable<typeof secret>['value']) => void) => {
      const copy = structuredClone(secret!);
      change(copy.value);
      const source = { get: async () => repository, keySecrets: async () => [copy] } as unknown;
      return (await explainKey({ key, model: undefined, now: 0 }, source as Parameters<typeof explainKey>[1], async () => '')).verdict;
    };
    expect(await judge(() => {})).toMatchObject({ outcome: 'served' });
    expect(await judge((value) => (value.ownerUid = 'another'))).toMatchObject({
      code: 'key_unknown',
      why: expect.stringContaining('copy') as string,
    });
    expect(await judge((value) => (value.data['OPENAI_API_KEY'] = 'sk-edited'))).toMatchObject({
      code: 'key_unknown',
      why: expect.stringContaining('contradict') as string,
    });
    expect(await judge((value) => (value.labels['ai.flashback.tech/api-key'] = 'other'))).toMatchObject({
      code: 'key_unknown',
      why: expect.stringContaining('label') as string,
    });
    repository.spec.apiKeys = [];
    expect(await judge(() => {})).toMatchObject({ code: 'key_unknown', why: expect.stringContaining('no such entry') as string });
  });
});

describe('the report', () => {
  it('says where the key belongs, who serves the model, what limits there are, and the policies below', async () => {
    const { harness, key } = await whole(await start(rotating));
    const { report } = await explain(harness, key, 'model-a');
    expect(report).toMatch(
      /^Key sk-.{5}… \(key_[0-9a-f]{12}\): app of Repository team\/repo\n {3}type +OpenAI\n {3}secret +team\/repo-app\n/,
    );
    expect(report).toMatch(/state +current, never expires, replaced every 24h with an overlap of 1h\n/);
    expect(report).toMatch(/model +model-a: AILLMConfig team\/main \(OpenAI\)\nA?/);
    expect(report).toMatch(/\n\nA request would be served\n/);
    expect(report).toMatch(/\nabout repo\n$/);
  });

  it('tells until when a replaced key works', async () => {
    const { harness, key } = await afterRotation(24 * HOUR + 60_000);
    const { report } = await explain(harness, key, 'model-a');
    expect(report).toMatch(/state +replaced; works until \d{4}-/);
  });

  it('says 503 where a policy cannot be evaluated', async () => {
    const { harness, key } = await whole(
      await start({}, (made) =>
        made.policy('no-advice', { content: 'Never give legal advice.', failureMode: 'Closed', enforcement: 'Always' }),
      ),
    );
    const { verdict } = await explain(harness, key, 'model-a');
    expect(verdict).toMatchObject({
      outcome: 'denied',
      code: 'policy_unavailable',
      why: expect.stringContaining('team/no-advice') as string,
    });
  });

  it('cannot tell of the 201st model of a connection', async () => {
    const many = Array.from({ length: 250 }, (_, index) => `model-${String(index).padStart(3, '0')}`);
    const { harness, key } = await whole(await start({}, (made) => made.verdicts.set('planted-secret-main', valid(many))));
    expect(await foretold(harness, key, 'model-010')).toBe('served by main');
    expect((await explain(harness, key, 'model-240')).verdict.outcome).toBe('uncertain');
  });

  it('shows nothing of what is not a key of ours', () => {
    const facts: KeyFacts = {
      key: 'xoxb-somebody-elses-secret',
      model: 'm',
      trace: { state: 'unknown', doubts: [] },
      llms: new Map<string, AILLMConfig>(),
      now: 0,
    };
    expect(keyReport(facts, judgeRequest(facts))).toMatch(
      /^A request would be denied: key_malformed \(HTTP 401\)\n {3}why +it does not begin with "sk-"/,
    );
    expect(keyReport(facts, judgeRequest(facts))).not.toContain('xoxb');
  });
});
