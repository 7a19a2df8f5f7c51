// Lists of violations, alerts and changes.
import { expect, it } from 'vitest';
import type { AuditEntry, AuditQuestion } from '../../../src/ledger/ledger.ts';
import { aList, aViolation, DAY_0, everyUid, noUid, told } from '../said.ts';
import type { Place } from '../stores.ts';

const MINUTE = 60_000;

function aChange(id: string, fields: Partial<AuditEntry> = {}): AuditEntry {
  return { id, at: DAY_0, actor: 'ann', event: 'created', kind: 'Repository', uid: 'u1', workspace: 'shop', name: 'chat', ...fields };
}

export function recordsSuite(fresh: () => Promise<Place>): void {
  it('lists a violation as it was told', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [aViolation({ id: 'v', user: 'ann', conversation: 'c', severity: 'High', requestId: 'r', phase: 'Response' })]);
    expect(await ledger.violations(aList())).toEqual({
      total: 1,
      rows: [
        {
          id: 'v',
          at: DAY_0,
          policy: { uid: 'uid of AIPolicy shop/no-cards', name: 'no-cards' },
          workspace: 'shop',
          repository: { uid: 'uid of Repository shop/chat', name: 'chat' },
          key: 'web',
          llm: 'uid of AILLMConfig shop/openai',
          provider: 'OpenAI',
          model: 'gpt-4o',
          host: 'gateway-1',
          user: 'ann',
          conversation: 'c',
          phase: 'Response',
          action: 'Block',
          severity: 'High',
          explanation: 'a card number',
          requestId: 'r',
        },
      ],
    });
    await ledger.close();
  });

  it('lists a violation of objects that nobody knows, and of a request that went to no connection', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [aViolation({ llm: '', provider: '', model: '' })], noUid);
    const [row] = (await ledger.violations(aList())).rows;
    expect(row).toMatchObject({ policy: { uid: '', name: 'no-cards' }, repository: { uid: '', name: 'chat' }, llm: '', provider: '' });
    expect(row).not.toHaveProperty('severity');
    await ledger.close();
  });

  it('filters violations by everything that a question may hold, the newest first', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [
      aViolation({ id: 'a', at: DAY_0, action: 'Log', severity: 'Low' }),
      aViolation({ id: 'b', at: DAY_0 + MINUTE, action: 'Alert', severity: 'High', model: 'o3', host: 'gateway-2' }),
      aViolation({ id: 'c', at: DAY_0 + 2 * MINUTE, policy: 'lab/other', repository: 'lab/play', provider: 'AWS' }),
      aViolation({ id: 'd', at: DAY_0 + 3 * MINUTE, action: 'DryRun' }),
    ]);
    const ids = async (fields: Parameters<typeof aList>[0]): Promise<string> => {
      const { rows, total } = await ledger.violations(aList(fields));
      return `${rows.map(({ id }) => id).join('')} of ${total}`;
    };
    expect(await ids({})).toBe('cba of 3');
    expect(await ids({ skip: 1, take: 1 })).toBe('b of 3');
    expect(await ids({ visible: ['shop'] })).toBe('ba of 2');
    expect(await ids({ visible: [] })).toBe(' of 0');
    expect(await ids({ from: DAY_0 + 1, to: DAY_0 + 2 * MINUTE })).toBe('b of 1');
    expect(await ids({ repository: everyUid('Repository', 'lab/play')! })).toBe('c of 1');
    expect(await ids({ policy: everyUid('AIPolicy', 'shop/no-cards')! })).toBe('ba of 2');
    expect(await ids({ policy: 'never seen' })).toBe(' of 0');
    expect(await ids({ provider: ['AWS', 'Google'] })).toBe('c of 1');
    expect(await ids({ model: ['o3'] })).toBe('b of 1');
    expect(await ids({ host: ['gateway-1'] })).toBe('ca of 2');
    expect(await ids({ severity: ['Low', 'High'] })).toBe('ba of 2');
    expect(await ids({ block: true })).toBe('c of 1');
    expect(await ids({ block: false })).toBe('ba of 2');
    const alerts = await ledger.alerts(aList());
    expect([alerts.total, alerts.rows.map(({ id, message }) => [id, message])]).toEqual([
      2,
      [
        ['c', 'policy other blocked a request: a card number'],
        ['b', 'policy no-cards found something in a request: a card number'],
      ],
    ]);
    expect((await ledger.alerts(aList({ visible: ['shop'] }))).total).toBe(1);
    await ledger.close();
  });

  it('keeps texts that callers chose, whatever is in them', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [
      aViolation({ user: `\0'; DROP TABLE violations; -- ?`, conversation: '\u{D800}x', explanation: '$1 {a,b} "q" \\ \u{1F642}' }),
    ]);
    expect((await ledger.violations(aList())).rows[0]).toMatchObject({
      user: `\u{FFFD}'; DROP TABLE violations; -- ?`,
      conversation: '\u{FFFD}x',
      explanation: '$1 {a,b} "q" \\ \u{1F642}',
    });
    await ledger.close();
  });

  it('lists changes once each, the newest first, by what is asked', async () => {
    const ledger = await (await fresh()).open();
    const changes = [
      aChange('1'),
      aChange('2', { at: DAY_0 + 1, event: 'deleted', actor: 'bob' }),
      aChange('3', { kind: 'Key', workspace: 'lab' }),
    ];
    await ledger.audit(changes);
    await ledger.audit([changes[0]!, changes[0]!]);
    await ledger.audit([]);
    const asked = async (fields: Partial<AuditQuestion>): Promise<unknown> =>
      (await ledger.audited({ visible: 'all', skip: 0, take: 10, ...fields })).rows.map(({ id }) => id);
    expect(await asked({})).toEqual(['2', '1', '3']);
    expect(await asked({ skip: 1, take: 1 })).toEqual(['1']);
    expect(await asked({ visible: ['lab'] })).toEqual(['3']);
    expect(await asked({ visible: ['lab'], own: { visible: 'all', name: 'bob' } })).toEqual(['2', '3']);
    expect(await asked({ visible: ['lab'], own: { visible: ['lab'], name: 'bob' } })).toEqual(['3']);
    expect(await asked({ visible: [], own: { visible: 'all', name: 'ann' } })).toEqual(['1', '3']);
    expect(await asked({ kind: 'Key' })).toEqual(['3']);
    expect(await asked({ event: 'deleted' })).toEqual(['2']);
    expect(await asked({ actor: 'ann' })).toEqual(['1', '3']);
    expect(await asked({ from: DAY_0 + 1 })).toEqual(['2']);
    expect(await asked({ to: DAY_0 + 1 })).toEqual(['1', '3']);
    expect((await ledger.audited({ visible: 'all', skip: 0, take: 10, kind: 'Key' })).rows).toEqual([changes[2]]);
    await ledger.close();
  });

  it('keeps a change whose name no database would take, beside the others', async () => {
    const ledger = await (await fresh()).open();
    await ledger.audit([aChange('1', { name: 'a\0b\u{D800}' }), aChange('2')]);
    const { rows } = await ledger.audited({ visible: 'all', skip: 0, take: 10 });
    expect(rows).toEqual([aChange('1', { name: 'a\u{FFFD}b\u{FFFD}' }), aChange('2')]);
    await ledger.close();
  });

  it('finds nothing by a text that no database would take', async () => {
    const ledger = await (await fresh()).open();
    const page = { visible: 'all', skip: 0, take: 10 } as const;
    expect((await ledger.audited({ ...page, actor: 'a\0' })).rows).toEqual([]);
    expect((await ledger.violations({ ...page, policy: '\0', model: ['\0'] })).rows).toEqual([]);
    expect((await ledger.conversations({ ...page, createdBy: '\0', repository: '\u{D800}' })).rows).toEqual([]);
    expect(await ledger.conversation('\0')).toBeUndefined();
    expect((await ledger.messages('\0', { skip: 0, take: 1 })).rows).toEqual([]);
    await ledger.deleteConversation('\0', { hard: true, at: 0 });
    await ledger.close();
  });
}
