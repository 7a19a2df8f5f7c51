// Conversations of the Platform API and their messages.
import { expect, it } from 'vitest';
import type { Conversation, ConversationQuestion, Message } from '../../../src/ledger/ledger.ts';
import { DAY_0 } from '../said.ts';
import type { Place } from '../stores.ts';

function aConversation(id: string, fields: Partial<Conversation> = {}): Conversation {
  return {
    id,
    workspace: 'shop',
    repository: 'u1',
    createdBy: 'ann',
    createdAt: DAY_0,
    updatedAt: DAY_0,
    tokensIn: 0,
    tokensOut: 0,
    ...fields,
  };
}

function aMessage(id: string, fields: Partial<Message> = {}): Message {
  return { id, conversation: 'c', role: 'user', content: new Uint8Array([0, 1, 255]), createdAt: DAY_0 + 5, ...fields };
}

const PAGE = { skip: 0, take: 10 };

export function conversationsSuite(fresh: () => Promise<Place>): void {
  it('keeps a conversation as it is told, and says nothing of others', async () => {
    const ledger = await (await fresh()).open();
    const told = aConversation('c', { title: new Uint8Array([9, 0, 9]), deletedAt: DAY_0 + 1 });
    await ledger.createConversation(told);
    expect(await ledger.conversation('c')).toEqual(told);
    expect(await ledger.conversation('d')).toBeUndefined();
    await expect(ledger.createConversation(told)).rejects.toThrow();
    await ledger.close();
  });

  it('adds messages and tokens, and gives the messages back in their order', async () => {
    const ledger = await (await fresh()).open();
    await ledger.createConversation(aConversation('c'));
    const told = [aMessage('b'), aMessage('a', { role: 'assistant', model: 'gpt-4o', tokens: 7 })];
    await ledger.addMessages('c', told, { in: 3, out: 7 });
    await ledger.addMessages('c', [aMessage('first', { createdAt: DAY_0 + 4 })], { in: 1, out: 0 });
    expect(await ledger.messages('c', PAGE)).toEqual({ total: 3, rows: [aMessage('first', { createdAt: DAY_0 + 4 }), ...told] });
    expect((await ledger.messages('c', { skip: 1, take: 1 })).rows).toEqual([told[0]]);
    expect(await ledger.conversation('c')).toEqual(aConversation('c', { tokensIn: 4, tokensOut: 7, updatedAt: DAY_0 + 5 }));
    await ledger.close();
  });

  it('gives the first messages of many conversations at once, without those that are too long', async () => {
    const ledger = await (await fresh()).open();
    for (const id of ['c', 'd', 'e', 'silent']) await ledger.createConversation(aConversation(id));
    const first = aMessage('later', { createdAt: DAY_0 + 1 });
    await ledger.addMessages('c', [aMessage('second'), first], { in: 0, out: 0 });
    const same = [aMessage('z', { conversation: 'd' }), aMessage('a', { conversation: 'd' })];
    await ledger.addMessages('d', same, { in: 0, out: 0 });
    const long = aMessage('long', { conversation: 'e', content: new Uint8Array(11) });
    await ledger.addMessages('e', [long, aMessage('short', { conversation: 'e', createdAt: DAY_0 + 6 })], { in: 0, out: 0 });
    const told = async (ids: string[], bytes: number) => (await ledger.openings(ids, bytes)).toSorted((a, b) => (a.conversation < b.conversation ? -1 : 1));
    expect(await told(['c', 'd', 'e', 'silent', 'unknown'], 10)).toEqual([first, same[0]]);
    expect(await told(['c', 'e'], 11)).toEqual([first, long]);
    expect(await told([], 11)).toEqual([]);
    await ledger.close();
  });

  it('ends a page of messages before it is too large, from either end, and never before its first one', async () => {
    const ledger = await (await fresh()).open();
    await ledger.createConversation(aConversation('c'));
    await ledger.createConversation(aConversation('d'));
    const sizes = [100, 10, 20, 30, 5];
    const told = sizes.map((size, at) => aMessage(`m${at}`, { content: new Uint8Array(size), createdAt: DAY_0 + (at >> 1) }));
    await ledger.addMessages('c', told, { in: 0, out: 0 });
    await ledger.addMessages('d', [aMessage('other', { conversation: 'd' })], { in: 0, out: 0 });
    const ids = async (question: object): Promise<string[]> =>
      (await ledger.messages('c', { ...PAGE, ...question })).rows.map(({ id }) => id);
    expect(await ids({ bytes: 99 })).toEqual(['m0']);
    expect(await ids({ bytes: 110 })).toEqual(['m0', 'm1']);
    expect(await ids({ bytes: 129 })).toEqual(['m0', 'm1']);
    expect(await ids({ bytes: 59, skip: 1 })).toEqual(['m1', 'm2']);
    expect(await ids({ bytes: 60, skip: 1, take: 2 })).toEqual(['m1', 'm2']);
    expect(await ids({ bytes: 64, latestFirst: true })).toEqual(['m4', 'm3', 'm2']);
    expect(await ids({ latestFirst: true, take: 2, skip: 1 })).toEqual(['m3', 'm2']);
    expect((await ledger.messages('c', { ...PAGE, bytes: 1 })).total).toBe(5);
    await ledger.close();
  });

  it('adds none of the messages where one cannot be added, and none to a conversation that is gone', async () => {
    const ledger = await (await fresh()).open();
    await ledger.createConversation(aConversation('c'));
    await expect(ledger.addMessages('c', [aMessage('m'), aMessage('m')], { in: 1, out: 1 })).rejects.toThrow();
    expect([(await ledger.messages('c', PAGE)).total, (await ledger.conversation('c'))?.tokensIn]).toEqual([0, 0]);
    await expect(ledger.addMessages('d', [aMessage('m')], { in: 1, out: 1 })).rejects.toThrow('there is no conversation d in the ledger');
    await ledger.close();
  });

  it('lists conversations by what is asked, the newest first', async () => {
    const ledger = await (await fresh()).open();
    await ledger.createConversation(aConversation('a'));
    await ledger.createConversation(aConversation('b', { createdAt: DAY_0 + 1, createdBy: 'bob' }));
    await ledger.createConversation(aConversation('c', { createdAt: DAY_0 + 2, workspace: 'lab', repository: 'u2' }));
    await ledger.createConversation(aConversation('d'));
    await ledger.deleteConversation('d', { hard: false, at: DAY_0 + 9 });
    const asked = async (fields: Partial<ConversationQuestion>): Promise<string> => {
      const { rows, total } = await ledger.conversations({ visible: 'all', ...PAGE, ...fields });
      return `${rows.map(({ id }) => id).join('')} of ${total}`;
    };
    expect(await asked({})).toBe('cba of 3');
    expect(await asked({ showDeleted: true })).toBe('cbad of 4');
    expect(await asked({ skip: 2, take: 1 })).toBe('a of 3');
    expect(await asked({ visible: ['lab'] })).toBe('c of 1');
    expect(await asked({ visible: [] })).toBe(' of 0');
    const own = { visible: 'all', name: 'bob' } as const;
    expect(await asked({ visible: ['lab'], own })).toBe('cb of 2');
    expect(await asked({ visible: ['lab'], own: { ...own, visible: ['shop'] } })).toBe('cb of 2');
    expect(await asked({ visible: ['lab'], own: { ...own, visible: ['lab'] } })).toBe('c of 1');
    expect(await asked({ visible: ['lab'], own, createdBy: 'bob' })).toBe('b of 1');
    expect(await asked({ visible: [], own })).toBe('b of 1');
    expect(await asked({ visible: [], own: { ...own, visible: [] } })).toBe(' of 0');
    expect(await asked({ visible: 'all', own: { ...own, visible: [] } })).toBe('cba of 3');
    expect(await asked({ createdBy: 'bob' })).toBe('b of 1');
    expect(await asked({ repository: 'u2' })).toBe('c of 1');
    expect(await asked({ from: DAY_0 + 1, to: DAY_0 + 2 })).toBe('b of 1');
    await ledger.close();
  });

  it('hides what is deleted softly, and forgets what is deleted hard with its messages', async () => {
    const ledger = await (await fresh()).open();
    for (const id of ['c', 'd']) await ledger.createConversation(aConversation(id));
    await ledger.addMessages('c', [aMessage('m')], { in: 0, out: 0 });
    await ledger.addMessages('d', [aMessage('n', { conversation: 'd' })], { in: 0, out: 0 });
    await ledger.deleteConversation('c', { hard: false, at: DAY_0 + 9 });
    await ledger.deleteConversation('c', { hard: false, at: DAY_0 + 99 });
    expect((await ledger.conversation('c'))?.deletedAt).toBe(DAY_0 + 9);
    expect((await ledger.messages('c', PAGE)).total).toBe(1);
    await ledger.deleteConversation('c', { hard: true, at: DAY_0 });
    expect([await ledger.conversation('c'), (await ledger.messages('c', PAGE)).total, (await ledger.messages('d', PAGE)).total]).toEqual([
      undefined,
      0,
      1,
    ]);
    await ledger.close();
  });
}
