// /systemevent over HTTP: the audit in the words and numbers of its clients, each filter, and who sees whose changes.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/ledger/ledger.ts';
import { numberOf, READ_AUDIT } from '../../src/platform/audit/system-events.ts';
import { startPlatform, type PlatformReply, type RunningPlatform } from '../fake/platform.ts';
import { MemoryLedger } from './memory-ledger.ts';

let platform: RunningPlatform;
let ledger: MemoryLedger;

beforeEach(async () => {
  ledger = new MemoryLedger();
  platform = await startPlatform({ ledger: { audited: ledger.audited.bind(ledger) } });
  const now = platform.clock.now();
  const entry = (id: string, ago: number, more: Partial<AuditEntry>): AuditEntry => ({
    id,
    at: now - ago,
    actor: 'anna',
    event: 'created',
    kind: 'Repository',
    uid: `uid-${id}`,
    workspace: 'team-a',
    name: id,
    ...more,
  });
  ledger.entries.push(
    entry('e1', 1_000, {}),
    entry('e2', 2_000, { kind: 'AILLMConfig', event: 'updated', actor: 'bert@acme.example' }),
    entry('e3', 3_000, { kind: 'Key', event: 'deleted' }),
    entry('e4', 4_000, { kind: 'AIPolicy', workspace: 'team-b', actor: 'bert@acme.example' }),
    entry('e5', 5_000, { kind: 'Conversation', uid: 'uid-e1' }),
    entry('e6', 90_000_000, {}),
  );
  platform.objects.put('Repository', 'team-a', 'r', { llms: [{ name: 'x' }] });
  platform.objects.put('Repository', 'team-b', 'r', { llms: [{ name: 'x' }] });
});
afterEach(() => platform.close());

const ask = (body: object, token = 'admin'): Promise<PlatformReply> => platform.call('POST', '/systemevent', { token, body });
const names = ({ body }: PlatformReply): unknown[] =>
  (body['events'] as { jsonData: string }[]).map(({ jsonData }) => (JSON.parse(jsonData) as { name: string }).name);

it('an event says what was done to what, by whom, where and when', async () => {
  const { body } = await ask({ skip: 1, take: 1 });
  expect(body).toEqual({
    events: [
      {
        id: numberOf('e2'),
        timestamp: new Date(platform.clock.now() - 2_000).toISOString(),
        contextId: 'uid-e2',
        context: 'aillm',
        event: 'updated',
        orgId: 'default',
        userId: 'bert@acme.example',
        userName: 'bert@acme.example',
        userEmail: 'bert@acme.example',
        workspaceId: 'team-a',
        jsonData: '{"name":"e2"}',
        showUnread: true,
      },
    ],
    total: 5,
    skip: 1,
    take: 1,
  });
  expect(Number.isSafeInteger(numberOf('e2'))).toBe(true);
});

it.each([
  [{}, ['e1', 'e2', 'e3', 'e4', 'e5']],
  [{ from_timestamp: '2020-01-01' }, ['e1', 'e2', 'e3', 'e4', 'e5', 'e6']],
  [{ context: 2 }, ['e1']],
  [{ context: 11 }, ['e2']],
  [{ context: 12 }, ['e3']],
  [{ context: 13 }, ['e5']],
  [{ context: 14 }, ['e4']],
  [{ context: 1 }, []],
  [{ event: 1 }, ['e2']],
  [{ event: 2 }, ['e3']],
  [{ userId: 'bert@acme.example' }, ['e2', 'e4']],
  [{ workspaceId: 'team-b' }, ['e4']],
  [{ workspaceId: 'uid-of-team-b' }, ['e4']],
  [{ contextId: 'uid-e1' }, ['e1', 'e5']],
  [{ contextId: 'uid-e1', context: 13, skip: 0, take: 1 }, ['e5']],
  [{ contextId: null, context: null, event: null, showUnread: true }, ['e1', 'e2', 'e3', 'e4', 'e5']],
])('takes the filter %j', async (body, wanted) => {
  expect(names(await ask(body))).toEqual(wanted);
});

it.each([
  [{ take: 101 }, 'take must be <= 100'],
  [{ take: 0 }, 'take must be >= 1'],
  [{ event: 7 }, 'event must be one of 0, 1, 2'],
  [{ context: 99 }, 'context must be <= 14'],
  [{ from_timestamp: 'then' }, 'from_timestamp must be a date in ISO 8601 form'],
])('refuses %j', async (body, message) => {
  const reply = await ask(body);
  expect([reply.status, reply.body.message]).toEqual([400, expect.stringContaining(message)]);
});

it("everybody sees their own changes where they may look; others' take the right that is for this", async () => {
  platform.tokens.set('anna', ['list repositories team-a']);
  expect(names(await ask({}, 'anna'))).toEqual(['e1', 'e3', 'e5']);
  expect(names(await ask({ userId: 'bert@acme.example' }, 'anna'))).toEqual([]);
  platform.tokens.set('chief', ['list repositories team-a', `${READ_AUDIT} repositories team-a`]);
  expect(names(await ask({}, 'chief'))).toEqual(['e1', 'e2', 'e3', 'e5']);
  expect(names(await ask({ workspaceId: 'team-b' }, 'chief'))).toEqual([]);
  platform.tokens.set('bert@acme.example', ['list repositories', `${READ_AUDIT} repositories team-a`]);
  expect(names(await ask({}, 'bert@acme.example'))).toEqual(['e1', 'e2', 'e3', 'e4', 'e5']);
  expect(names(await ask({ workspaceId: 'team-b' }, 'bert@acme.example'))).toEqual(['e4']);
  platform.tokens.set('anna', ['list repositories', `${READ_AUDIT} repositories team-a`]);
  expect(names(await ask({}, 'anna'))).toEqual(['e1', 'e2', 'e3', 'e5']);
  expect((await ask({}, 'nobody')).body).toEqual({ events: [], total: 0, skip: 0, take: 20 });
});
