// What there is to see and to change in the test of rights: objects of two teams, a target for each caller, and rows of the ledger.
import { randomUUID } from 'node:crypto';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { LedgerEntry } from '../../../src/ledger/entries.ts';
import { chatKeyId } from '../../../src/platform/stats/chat-keys.ts';
import type { Kubectl } from '../stack/kubectl.ts';
import { manifest } from '../stack/tenant.ts';
import { NAMES, TEAMS, userOf, type CallerName, type Team } from './callers.ts';

export const HOME = 'home';
export const SOMEBODY = 'somebody@example.com';
/** How much of everything a team has used, so that a sum says whose it is. */
export const USED: Readonly<Record<Team, number>> = { 'team-a': 2, 'team-b': 5 };

/** UIDs. */
export interface Objects {
  llm: string;
  repo: string;
  policy: string;
}

/** What a caller works on, all of it in team-a; nobody else does. */
export interface Target extends Objects {
  name: CallerName;
  user: string;
  /** Begun by the caller. */
  own: string;
  ownToDelete: string;
  /** Begun by somebody else. */
  other: string;
  otherToDelete: string;
  key: string;
  keyToDelete: string;
}

export interface World {
  main: Record<Team | typeof HOME, Objects>;
  targets: Record<CallerName, Target>;
  /** Of team-b. */
  farConversation: string;
  /** Ids of what changed in the audit: done by the caller of this name, or by somebody in that team. */
  changes: Record<CallerName | Team, string>;
  endpoint: string;
}

const policy = (content: string, scope = 'Workspace'): object => ({ scope, content, riskType: 'High', action: 'Alert' });

function manifests(endpoint: string): string[] {
  const llm = { type: 'Other', endpoint, endpointSecurity: 'AllowPlaintext' };
  const repository = { llms: [{ name: 'main' }] };
  const shared = TEAMS.flatMap((team) => [
    manifest('AILLMConfig', 'main', llm, team),
    manifest('Repository', 'main', repository, team),
    manifest('AIPolicy', 'main', policy('Do not share payment card numbers.'), team),
  ]);
  const own = NAMES.flatMap((name) => [
    manifest('AILLMConfig', `of-${name}`, llm),
    manifest('Repository', `of-${name}`, repository),
    manifest('AIPolicy', `of-${name}`, policy('Do not share phone numbers.')),
  ]);
  return [...shared, ...own, manifest('AIPolicy', 'main', policy('Do not share passwords.', 'Organization'), HOME)];
}

/** Makes the objects; resolves with a way to their UIDs. */
async function makeObjects(kubectl: Kubectl, endpoint: string): Promise<(namespace: string, name: string) => Objects> {
  await kubectl(['apply', '-f', '-'], manifests(endpoint).join('\n'));
  const { items } = JSON.parse(await kubectl(['get', 'llm,airepo,aip', '-A', '-o', 'json'])) as {
    items: { kind: string; metadata: { namespace: string; name: string; uid: string } }[];
  };
  return (namespace, name) => {
    const uidOf = (kind: string): string =>
      items.find((one) => one.kind === kind && one.metadata.namespace === namespace && one.metadata.name === name)?.metadata.uid ?? '';
    return { llm: uidOf('AILLMConfig'), repo: uidOf('Repository'), policy: uidOf('AIPolicy') };
  };
}

/** Keys are for the callers alone: whoever wires the test makes them, as there is no other way than the API. */
export async function makeWorld(kubectl: Kubectl, endpoint: string): Promise<World> {
  const uidsOf = await makeObjects(kubectl, endpoint);
  const targetOf = (name: CallerName): [CallerName, Target] => [
    name,
    {
      ...uidsOf('team-a', `of-${name}`),
      name,
      user: userOf(name),
      own: randomUUID(),
      ownToDelete: randomUUID(),
      other: randomUUID(),
      otherToDelete: randomUUID(),
      key: '',
      keyToDelete: '',
    },
  ];
  return {
    main: { 'team-a': uidsOf('team-a', 'main'), 'team-b': uidsOf('team-b', 'main'), [HOME]: uidsOf(HOME, 'main') },
    targets: Object.fromEntries(NAMES.map(targetOf)) as World['targets'],
    farConversation: randomUUID(),
    changes: Object.fromEntries([...NAMES, ...TEAMS].map((name) => [name, randomUUID()])) as World['changes'],
    endpoint,
  };
}

function entriesOf(team: Team, { repo }: Objects): LedgerEntry[] {
  const now = Date.now();
  const amount = USED[team];
  const dimensions = {
    repository: `${team}/main`,
    llm: `${team}/main`,
    provider: 'Other',
    model: 'small-1',
    host: `host-of-${team}`,
    user: `user-of-${team}`,
    conversation: '',
  } as const;
  const use = { requests: amount, tokensIn: amount, tokensOut: 0, policyTokensIn: amount, policyTokensOut: 0, latency: amount };
  const usage = ['key_of_apps_000', chatKeyId(repo)].map((key): LedgerEntry => ({
    type: 'usage',
    minute: Math.floor(now / 60_000),
    ...dimensions,
    key,
    ...use,
  }));
  const violations = Array.from({ length: amount }, (): LedgerEntry => ({
    type: 'violation',
    id: randomUUID(),
    at: now,
    policy: `${team}/main`,
    phase: 'Request',
    action: 'Alert',
    explanation: 'a payment card number',
    requestId: randomUUID(),
    ...dimensions,
    key: 'key_of_apps_000',
  }));
  return [...usage, ...violations];
}

/** What the teams have used, said and changed. */
export async function fillLedger(ledger: Ledger, { main, targets, farConversation, changes }: World): Promise<void> {
  const kinds = { AILLMConfig: 'llm', Repository: 'repo', AIPolicy: 'policy' } as const;
  const entries = TEAMS.flatMap((team) => entriesOf(team, main[team]));
  await ledger.ingest([{ source: 'test', sequence: 1, dropped: 0, entries }], (kind, key) => main[key.split('/')[0] as Team][kinds[kind]]);
  const at = Date.now();
  const talk = (id: string, createdBy: string, workspace: Team) =>
    ledger.createConversation({
      id,
      workspace,
      repository: main[workspace].repo,
      createdBy,
      createdAt: at,
      updatedAt: at,
      tokensIn: 0,
      tokensOut: 0,
    });
  for (const { user, own, ownToDelete, other, otherToDelete } of Object.values(targets)) {
    for (const id of [own, ownToDelete]) await talk(id, user, 'team-a');
    for (const id of [other, otherToDelete]) await talk(id, SOMEBODY, 'team-a');
  }
  await talk(farConversation, SOMEBODY, 'team-b');
  const change = (uid: string, actor: string, workspace: Team) =>
    ({ id: randomUUID(), at, actor, event: 'updated', kind: 'Conversation', uid, workspace, name: uid }) as const;
  await ledger.audit([
    ...NAMES.map((name) => change(changes[name], userOf(name), 'team-a')),
    ...TEAMS.map((team) => change(changes[team], SOMEBODY, team)),
  ]);
}
