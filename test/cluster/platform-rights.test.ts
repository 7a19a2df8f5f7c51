// Who may do what over the Platform API: every operation for every role, on a real API server with the roles that the chart adds up. First
// all that is to be refused, between two looks at everything there is; then what is allowed; deletions last. callers.ts has the rights,
// table.ts what each operation takes.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openLedger } from '../../src/ledger/open.ts';
import { OPERATIONS } from '../../src/platform/operations.ts';
import { freePort } from './harness/ports.ts';
import { belongsTo, makeCallers, NAMES, TEAMS, type CallerName } from './rights/callers.ts';
import type { Outcome } from './rights/rules.ts';
import { madeUp, TABLE, type Case } from './rights/table.ts';
import { fillLedger, HOME, makeWorld, type World } from './rights/world.ts';
import { startCountingProvider, type CountingProvider } from './stack/counting-provider.ts';
import { aggregateRoles } from './stack/roles.ts';
import { eventually, Stack } from './stack/stack.ts';

interface Reply {
  status: number;
  body: Record<string, unknown>;
  text: string;
}
type Asked = Pick<Case, 'params' | 'query' | 'body'>;

interface Done extends Case {
  id: string;
  caller: CallerName;
  expected: Outcome;
  reply: Reply;
}

let stack: Stack;
let provider: CountingProvider;
let origin: string;
let tokens: Map<CallerName, string>;
let world: World;
let done: Done[];
let without: { id: string; status: number }[];
/** Everything there is, before and after all that was to be refused. */
let looks: [unknown, unknown];

const operationOf = (id: string) => OPERATIONS.find((one) => one.id === id)!;

async function call(id: string, token: string | undefined, { params = {}, query = {}, body }: Asked): Promise<Reply> {
  const { method, path, body: schema } = operationOf(id);
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? `no-${name}`);
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(schema === undefined ? {} : { 'content-type': 'application/json' }),
  };
  // Advice is given to one after the other: whoever is sent away comes again, as clients do.
  return eventually(`an answer of ${id}`, async () => {
    const response = await fetch(`${origin}${url}?${new URLSearchParams(query).toString()}`, {
      method,
      headers,
      ...(schema === undefined ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    const text = await response.text();
    if (response.status === 503) throw new Error(text);
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown>, text };
  });
}

const ledgerOf = () => openLedger({ url: join(stack.directory, 'ledger.sqlite') });

/** Objects with their generations and names, Secrets, and the rows of the ledger that callers make. */
async function look(): Promise<unknown> {
  interface Listed {
    kind: string;
    metadata: { namespace: string; name: string; uid: string; generation?: number; resourceVersion: string; annotations?: object };
  }
  const { items } = JSON.parse(await stack.kubectl(['get', 'llm,airepo,aip,secrets', '-A', '-o', 'json'])) as { items: Listed[] };
  const objects = items
    .filter(({ metadata }) => [...TEAMS, HOME].includes(metadata.namespace))
    .map(({ kind, metadata: { namespace, name, uid, generation, resourceVersion, annotations } }) => [
      kind,
      namespace,
      name,
      uid,
      generation ?? resourceVersion,
      annotations,
    ]);
  const ledger = await ledgerOf();
  try {
    const page = { visible: 'all', skip: 0, take: 1000 } as const;
    // What the operator has seen by itself comes when it comes.
    const changes = (await ledger.audited(page)).rows.filter(({ actor }) => !actor.startsWith('manager:'));
    const { rows } = await ledger.conversations({ ...page, showDeleted: true });
    const said = await Promise.all(rows.map(async ({ id }) => (await ledger.messages(id, { skip: 0, take: 1 })).total));
    return { objects, changes, rows, said };
  } finally {
    await ledger.close();
  }
}

/** Keys are made over the API alone; each caller has two to change. */
async function makeKeys(): Promise<void> {
  const repoId = world.main['team-a'].repo;
  for (const name of NAMES) {
    for (const what of ['key', 'keyToDelete'] as const) {
      const { body } = await call('createRepoKey', tokens.get('cluster-admin'), {
        params: { repoId },
        body: { name: `${what}-${name}`, aiType: 'OPENAI' },
      });
      world.targets[name][what] = String(body['id']);
    }
  }
}

type Planned = Omit<Done, 'reply'>;
const isDeletion = ({ id }: Planned): boolean => operationOf(id).method === 'delete';

function plan(): Planned[] {
  return NAMES.flatMap((caller) =>
    Object.entries(TABLE).flatMap(([id, row]) =>
      row(world.targets[caller], world).map((one) => ({ ...one, id, caller, expected: one.rule(caller, world.targets[caller], world) })),
    ),
  );
}

/** Callers side by side, each of them one call after the other. */
async function run(calls: readonly Planned[]): Promise<Done[]> {
  const chains = [...Map.groupBy(calls, ({ caller }) => caller)].map(async ([caller, own]) => {
    const replies: Done[] = [];
    for (const one of own) replies.push({ ...one, reply: await call(one.id, tokens.get(caller), one) });
    return replies;
  });
  return (await Promise.all(chains)).flat();
}

async function condition(namespace: string): Promise<true> {
  return eventually(
    `${namespace} is ready`,
    async () => ((await stack.condition('llm', namespace, 'main', 'Ready')).startsWith('True') ? true : undefined),
    60,
  );
}

beforeAll(async () => {
  [provider, stack] = await Promise.all([startCountingProvider(), Stack.start(inject('kubectl'), 1)]);
  const namespace = (name: string, labels: object = {}): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  const namespaces = [...TEAMS, 'people'].map((name) => namespace(name));
  await stack.apply([...namespaces, namespace(HOME, { 'ai.flashback.tech/organization-home': 'true' })].join('\n'));
  [world, tokens] = await Promise.all([
    makeWorld(stack.kubectl, provider.url),
    aggregateRoles(stack.kubectl).then(() => makeCallers(stack.kubectl)),
  ]);
  const ledger = await ledgerOf();
  await fillLedger(ledger, world);
  await ledger.close();
  const keys = join(stack.directory, 'conversation-keys');
  await writeFile(keys, `k1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  // Prompts go to the provider itself: which gateway they take is not what this is about.
  await stack.startOperator([
    '--platform-api-port',
    String(port),
    '--ledger-url',
    join(stack.directory, 'ledger.sqlite'),
    '--conversation-keys',
    keys,
    '--gateway-url',
    provider.url,
    // Only one operator is there to lead, however slow the machine is.
    '--lease-duration',
    '120s',
    '--lease-renew-deadline',
    '100s',
  ]);
  await eventually('the push certificates', async () => (await stack.project()).includes('flashback-gateway-tls') || undefined);
  await stack.startGateway(0);
  await eventually('the Platform API answers', () => call('listAiLlms', tokens.get('cluster-admin'), {}), 60);
  await Promise.all(TEAMS.map(condition));
  await makeKeys();
  const calls = plan();
  const refused = calls.filter(({ expected }) => expected.status !== 200);
  const allowed = calls.filter(({ expected }) => expected.status === 200);
  const before = await look();
  done = await run(refused);
  const noToken = calls.filter(({ caller }) => caller === 'cluster-admin');
  without = await Promise.all(noToken.map(async (one) => ({ id: one.id, status: (await call(one.id, undefined, one)).status })));
  looks = [before, await look()];
  done.push(...(await run(allowed.filter((one) => !isDeletion(one)))), ...(await run(allowed.filter(isDeletion))));
});

afterAll(async () => {
  await stack?.stop();
  await provider?.close();
});

test('every operation has its row', () => {
  expect(Object.keys(TABLE).toSorted()).toEqual(OPERATIONS.map(({ id }) => id).toSorted());
});

const cases = NAMES.flatMap((caller) => OPERATIONS.map(({ id }) => ({ caller, id })));

test.each(cases)('$caller: $id', ({ caller, id }) => {
  const calls = done.filter((one) => one.caller === caller && one.id === id);
  expect(calls.length).toBeGreaterThan(0);
  for (const { about = '', expected, reply } of calls) {
    const { status, body, text } = reply;
    expect([about, status, status === 200 ? undefined : body['message']]).toEqual([about, expected.status, expected.message]);
    // Advice is no answer of this form.
    if ('success' in body) expect(body['success']).toBe(expected.status === 200);
    const found = (ids: readonly string[] = []): string[] => ids.filter((one) => text.includes(one));
    expect([about, found(expected.shows), found(expected.hides)]).toEqual([about, expected.shows ?? [], []]);
    if (expected.total !== undefined) expect([about, (body['summary'] as { total: number }).total]).toEqual([about, expected.total]);
  }
});

test('what is refused changes nothing', () => {
  expect(looks[1]).toEqual(looks[0]);
});

test('without a token everything is refused, and the document is open', async () => {
  expect(without.filter(({ status }) => status !== 401)).toEqual([]);
  expect(new Set(without.map(({ id }) => id)).size).toBe(OPERATIONS.length);
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as { paths: object };
  expect(Object.keys(document.paths).length).toBeGreaterThan(30);
});

test.each(NAMES)('%s is told of what is closed to them what they are told of what is not there', async (caller) => {
  const closed = done.filter((one) => one.caller === caller && /there is no|has no/.test(one.expected.message ?? ''));
  const told = await Promise.all(
    closed.map(async (one) => {
      const { asked, back } = madeUp(one);
      const reply = await call(one.id, tokens.get(caller), asked);
      return [one.id, reply.status, back(String(reply.body['message']))];
    }),
  );
  expect(told).toEqual(closed.map(({ id, reply }) => [id, reply.status, reply.body['message']]));
});

test.each(NAMES)('nothing that %s is told comes from a team to which they do not belong', (caller) => {
  const markers = TEAMS.filter((team) => !belongsTo(caller, team)).flatMap((team) => [
    team,
    `host-of-${team}`,
    `user-of-${team}`,
    ...Object.values<string>({ ...world.main[team] }),
  ]);
  const own = done.filter((one) => one.caller === caller);
  const leaks = own.flatMap(({ id, params, query, body, reply }) => {
    const sent = JSON.stringify([params, query, body]);
    return markers.filter((marker) => reply.text.includes(marker) && !sent.includes(marker)).map((marker) => [id, marker]);
  });
  expect(leaks).toEqual([]);
});

describe('who may see one kind of object', () => {
  const rowsOf = (caller: CallerName, id: string, field: string) =>
    done.find((one) => one.caller === caller && one.id === id)!.reply.body[field] as { id: string; repos: object[]; aiLlms: object[] }[];

  test('is not told of repositories by their connections', () => {
    const reposOf = (caller: CallerName): number | undefined =>
      rowsOf(caller, 'listAiLlms', 'aiLlms').find(({ id }) => id === world.main['team-a'].llm)?.repos.length;
    expect(reposOf('llms-only')).toBe(0);
    expect(reposOf('viewer')).toBeGreaterThan(0);
  });

  test('is told of connections of repositories no more than their ids', () => {
    const llmsOf = (caller: CallerName) => rowsOf(caller, 'listRepos', 'repos').find(({ id }) => id === world.main['team-a'].repo)?.aiLlms;
    expect(llmsOf('repositories-only')).toEqual([{ aiLlmId: world.main['team-a'].llm }]);
    expect(llmsOf('viewer')).toEqual([{ aiLlmId: world.main['team-a'].llm, aiLlm: expect.objectContaining({ name: 'main' }) as object }]);
  });
});

test('a connection that a grant lends is in use, of a repository that its owner is not told of; without the grant it can go', async () => {
  const api = { apiVersion: 'ai.flashback.tech/v1alpha1' };
  const lent = { name: 'lent', namespace: 'team-a' };
  await stack.apply(
    [
      { ...api, kind: 'AILLMConfig', metadata: lent, spec: { type: 'Other', endpoint: provider.url, endpointSecurity: 'AllowPlaintext' } },
      {
        ...api,
        kind: 'AIReferenceGrant',
        metadata: lent,
        spec: { from: [{ kind: 'Repository', namespace: 'team-b' }], to: [{ kind: 'AILLMConfig', name: 'lent' }] },
      },
      { ...api, kind: 'Repository', metadata: { name: 'borrowing', namespace: 'team-b' }, spec: { llms: [lent] } },
    ]
      .map((one) => JSON.stringify(one))
      .join('\n'),
  );
  await eventually(
    'the models of the borrower',
    async () =>
      (await stack.kubectl(['get', 'airepo', 'borrowing', '-n', 'team-b', '-o', 'jsonpath={.status.models}'])).includes('lent') ||
      undefined,
  );
  const id = await stack.kubectl(['get', 'llm', 'lent', '-n', 'team-a', '-o', 'jsonpath={.metadata.uid}']);
  const remove = (caller: CallerName) => call('deleteAiLlm', tokens.get(caller), { params: { id } });
  const fix = 'have it detached there, or take it out of the AIReferenceGrant that lends it';
  expect((await remove('admin')).body).toEqual({ success: false, message: `it is in use by a repository that you may not see; ${fix}` });
  expect(await remove('cluster-admin')).toMatchObject({
    status: 403,
    body: { message: 'it is in use by the repository team-b/borrowing; detach it there first' },
  });
  await stack.kubectl(['delete', 'aigrant', 'lent', '-n', 'team-a']);
  await eventually('the deletion', async () => ((await remove('admin')).status === 200 ? true : undefined));
});
