// /conversation over HTTP: begin, talk, read, list and delete, each by those who may and by those who may not.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROMPT, READ_OTHERS } from '../../src/platform/conversations/access.ts';
import { MAX_TURNS } from '../../src/platform/conversations/prompt.ts';
import { AesSealer } from '../../src/platform/conversations/sealer.ts';
import type { ChatReply, ChatRequest, ConversationServices } from '../../src/platform/conversations/services.ts';
import { startPlatform, type PlatformReply, type RunningPlatform } from '../fake/platform.ts';
import { MemoryLedger } from './memory-ledger.ts';

const READER = ['list repositories team-a', 'get repositories team-a'];
const MEMBER = [...READER, `${PROMPT} repositories team-a`];
let platform: RunningPlatform;
let ledger: MemoryLedger;
let repo: string;
let asked: ChatRequest[];
let reply: (request: ChatRequest) => ChatReply;
let services: { conversations: ConversationServices['conversations'] };

beforeEach(async () => {
  ledger = new MemoryLedger();
  asked = [];
  reply = ({ turns }) => ({ outcome: 'answered', text: `you said: ${turns.at(-1)!.content}`, tokensIn: 10, tokensOut: 4 });
  const gateway = { ask: async (request: ChatRequest) => (asked.push(request), reply(request)) };
  services = { conversations: { sealer: new AesSealer([{ id: 'k1', key: randomBytes(32) }]), gateway } };
  platform = await startPlatform({ ledger: parts(ledger), services });
  repo = platform.objects.put('Repository', 'team-a', 'support', { llms: [{ name: 'openai' }] }).metadata.uid;
  platform.objects.put('Repository', 'team-b', 'sales', { llms: [{ name: 'openai' }] });
  platform.tokens.set('anna', MEMBER);
  platform.tokens.set('bert', MEMBER);
  platform.tokens.set('chief', [...MEMBER, `${READ_OTHERS} repositories team-a`]);
  platform.tokens.set('stranger', ['list repositories team-b', 'get repositories team-b', `${PROMPT} repositories team-b`]);
});
afterEach(() => platform.close());

function parts(memory: MemoryLedger): object {
  const names = ['createConversation', 'conversation', 'conversations', 'addMessages', 'messages', 'openings', 'deleteConversation'] as const;
  return Object.fromEntries(names.map((name) => [name, memory[name].bind(memory)]));
}

async function begin(token = 'anna'): Promise<string> {
  const { body } = await platform.call('POST', '/conversation', { token, body: { repoId: repo } });
  return body['conversationId'] as string;
}
const say = (id: string, prompt: string, token = 'anna'): Promise<PlatformReply> =>
  platform.call('POST', `/conversation/${id}/prompt`, { token, body: { prompt, model: 'gpt' } });
const listed = async (token: string, query = ''): Promise<string[]> =>
  ((await platform.call('GET', `/conversation${query}`, { token })).body['conversations'] as { id: string }[]).map(({ id }) => id);
interface Said {
  role: string;
  content: string;
}
const read = async (id: string, token = 'anna'): Promise<Said[]> =>
  (await platform.call('GET', `/conversation/${id}/messages`, { token })).body['messages'] as Said[];

describe('a talk', () => {
  it('answers with what the model said, and goes on with what was said before', async () => {
    const id = await begin();
    expect((await say(id, 'hello')).body).toEqual({ success: true, message: 'you said: hello' });
    await say(id, 'and now?');
    expect(asked[1]).toMatchObject({
      model: 'gpt',
      user: 'anna',
      conversation: id,
      turns: [
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: 'you said: hello' },
        { role: 'user', content: 'and now?' },
      ],
    });
    expect((await read(id)).map(({ role, content }) => [role, content])).toEqual([
      ['user', 'hello'],
      ['assistant', 'you said: hello'],
      ['user', 'and now?'],
      ['assistant', 'you said: and now?'],
    ]);
  });

  it('is kept sealed: nothing of it is in the ledger, or in the log', async () => {
    const id = await begin();
    await say(id, 'canary-prompt');
    expect(ledger.said).toHaveLength(2);
    for (const { content } of ledger.said) expect(Buffer.from(content).toString('latin1')).not.toContain('canary');
    expect(platform.log.join('')).not.toContain('canary');
  });

  it('counts its tokens, and is called by its first words', async () => {
    const id = await begin();
    await say(id, `  ${'long words '.repeat(20)}`);
    await say(id, 'again');
    const { body } = await platform.call('GET', '/conversation', { token: 'anna' });
    expect(body['conversations']).toEqual([
      expect.objectContaining({
        id,
        orgId: 'default',
        workspaceId: 'team-a',
        repoId: repo,
        tokensIn: '20',
        tokensOut: '8',
        deletedAt: null,
        createdBy: 'anna',
        repo: { id: repo, name: 'support' },
        creator: { id: 'anna', name: 'anna', lastName: '', email: '' },
        title: expect.stringMatching(/^long words .{40,48}…$/) as string,
      }),
    ]);
    expect((await platform.call('GET', `/conversation/${id}/messages`, { token: 'anna' })).body['title']).toMatch(/^long words/);
  });

  it('finds the titles of a list by one question, and gives none for a first prompt above 64 KiB', async () => {
    const ids = [await begin(), await begin(), await begin()];
    await say(ids[0]!, 'short');
    await say(ids[1]!, 'x'.repeat(70_000));
    let questions = 0;
    for (const name of ['messages', 'openings'] as const) {
      const ask = platform.ledger[name];
      platform.ledger[name] = (...args: never[]) => ((questions += 1), Reflect.apply(ask, platform.ledger, args));
    }
    const { body } = await platform.call('GET', '/conversation', { token: 'anna' });
    const titles = new Map((body['conversations'] as { id: string; title?: string }[]).map(({ id, title }) => [id, title]));
    expect([questions, ids.map((id) => titles.get(id))]).toEqual([1, ['short', undefined, undefined]]);
  });

  it('carries the latest turns along, and no more than these', async () => {
    const id = await begin();
    for (let index = 0; index < MAX_TURNS / 2 + 2; index += 1) await say(id, `turn ${index}`);
    expect(asked.at(-1)!.turns).toHaveLength(MAX_TURNS + 1);
    expect(asked.at(-1)!.turns[0]).toEqual({ role: 'user', content: 'turn 1' });
  });

  it('carries no more than 1 MiB of turns along, the latest of them', async () => {
    const id = await begin();
    for (const word of ['a', 'b', 'c']) {
      reply = () => ({ outcome: 'answered', text: word.repeat(250_000), tokensIn: 1, tokensOut: 1 });
      await say(id, word.repeat(200_000));
    }
    await say(id, 'and now?');
    expect(asked.at(-1)!.turns.map(({ role, content }) => [role, content.slice(0, 2), content.length])).toEqual([
      ['user', 'bb', 200_000],
      ['assistant', 'bb', 250_000],
      ['user', 'cc', 200_000],
      ['assistant', 'cc', 250_000],
      ['user', 'an', 8],
    ]);
  });

  it('keeps 256 KiB of an answer, and shows all of it once', async () => {
    const id = await begin();
    const text = `${'x'.repeat(256 * 1024 - 1)}😀 and more`;
    reply = () => ({ outcome: 'answered', text, tokensIn: 1, tokensOut: 1 });
    expect((await say(id, 'hello')).body.message).toBe(text);
    expect((await read(id))[1]!.content).toBe(`${'x'.repeat(256 * 1024 - 1)}…`);
  });

  it('is read in pages of 4 MiB at most, which say how much there is', async () => {
    const id = await begin();
    reply = () => ({ outcome: 'answered', text: 'x'.repeat(256 * 1024 - 100), tokensIn: 1, tokensOut: 1 });
    for (let index = 0; index < 17; index += 1) await say(id, '?');
    const page = async (query: string) => (await platform.call('GET', `/conversation/${id}/messages${query}`, { token: 'anna' })).body;
    const { messages, total } = await page('');
    const read = (messages as Said[]).length;
    expect(read).toBeGreaterThan(16);
    expect(read).toBeLessThan(34);
    expect(total).toBe(34);
    expect((await page(`?skip=${read}`))['messages']).toHaveLength(34 - read);
  });

  it('that a policy blocks says so with success false, and keeps nothing of it', async () => {
    const id = await begin();
    reply = () => ({ outcome: 'refused', message: 'The policy team-a/no-cards blocks this request.' });
    const { status, body } = await say(id, 'my card is 4242');
    expect([status, body]).toEqual([200, { success: false, message: 'The policy team-a/no-cards blocks this request.' }]);
    expect(ledger.said).toEqual([]);
  });

  it('that nobody answers is 503, and keeps nothing of it', async () => {
    const id = await begin();
    reply = () => ({ outcome: 'unavailable', message: 'the gateway cannot be asked now; try again' });
    expect((await say(id, 'hello')).status).toBe(503);
    expect(ledger.said).toEqual([]);
  });

  it('goes on after its key is gone, without what cannot be opened', async () => {
    const id = await begin();
    await say(id, 'old words');
    services.conversations.sealer = new AesSealer([{ id: 'k2', key: randomBytes(32) }]);
    const again = await startPlatform({ ledger: parts(ledger), services });
    Object.assign(again.objects, { byUid: platform.objects.byUid.bind(platform.objects) });
    again.tokens.set('anna', MEMBER);
    await again.call('POST', `/conversation/${id}/prompt`, { token: 'anna', body: { prompt: 'new words', model: 'gpt' } });
    expect(asked.at(-1)!.turns).toEqual([{ role: 'user', content: 'new words' }]);
    const { body } = await again.call('GET', `/conversation/${id}/messages`, { token: 'anna' });
    expect((body['messages'] as Said[]).map(({ content }) => content.slice(0, 12))).toEqual([
      '[sealed with',
      '[sealed with',
      'new words',
      'you said: ne',
    ]);
    await again.close();
  });
});

describe('without a key to seal with', () => {
  beforeEach(() => {
    services.conversations.sealer = undefined;
  });

  it('nothing is begun, said or read, and the error says what to set', async () => {
    const bare = await startPlatform({ ledger: parts(ledger), services });
    bare.tokens.set('anna', MEMBER);
    for (const [method, path, body] of [
      ['POST', '/conversation', { repoId: repo }],
      ['POST', '/conversation/c/prompt', { prompt: 'x', model: 'y' }],
      ['GET', '/conversation/c/messages', undefined],
    ] as const) {
      const { status, body: answer } = await bare.call(method, path, { token: 'anna', ...(body === undefined ? {} : { body }) });
      expect([status, answer.message]).toEqual([503, expect.stringContaining('set --conversation-keys')]);
    }
    await bare.close();
  });
});

describe('who may', () => {
  it('begin: who may prompt the repository; to see it is not enough', async () => {
    platform.tokens.set('reader', READER);
    expect(await platform.call('POST', '/conversation', { token: 'reader', body: { repoId: repo } })).toMatchObject({
      status: 403,
      body: { message: 'you may not prompt repositories in team-a' },
    });
    expect((await platform.call('POST', '/conversation', { token: 'stranger', body: { repoId: repo } })).status).toBe(404);
    expect((await platform.call('POST', '/conversation', { token: 'anna', body: { repoId: 'r-9' } })).status).toBe(404);
    expect((await platform.call('POST', '/conversation', { token: 'anna', body: {} })).body.message).toBe('repoId is required');
  });

  it('talk: who began it, and nobody else, for as long as they may prompt', async () => {
    const id = await begin();
    platform.tokens.set('anna', READER);
    expect((await say(id, 'hello')).status).toBe(403);
    expect((await read(id)).length).toBe(0);
    expect((await say(id, 'hello', 'bert')).status).toBe(404);
    expect((await say(id, 'hello', 'chief')).status).toBe(403);
    expect(asked).toEqual([]);
  });

  it('read: who began it, and who has the right that is for this', async () => {
    const id = await begin();
    await say(id, 'hello');
    expect(await read(id, 'chief')).toHaveLength(2);
    for (const token of ['bert', 'stranger', 'nobody'])
      expect((await platform.call('GET', `/conversation/${id}/messages`, { token })).status).toBe(404);
    platform.tokens.set('anna', []);
    expect((await platform.call('GET', `/conversation/${id}/messages`, { token: 'anna' })).status).toBe(404);
  });

  it("list: all, those of workspaces that one looks after, or one's own", async () => {
    const [ofAnna, ofBert] = [await begin('anna'), await begin('bert')];
    expect((await listed('admin')).toSorted()).toEqual([ofAnna, ofBert].toSorted());
    expect((await listed('chief')).toSorted()).toEqual([ofAnna, ofBert].toSorted());
    expect(await listed('chief', '?userId=bert')).toEqual([ofBert]);
    expect(await listed('anna')).toEqual([ofAnna]);
    expect(await listed('anna', '?userId=bert')).toEqual([]);
    for (const id of ['team-a', 'uid-of-team-a']) expect(await listed('anna', `?workspaceId=${id}`)).toEqual([ofAnna]);
    for (const id of ['team-b', 'uid-of-team-b']) expect(await listed('anna', `?workspaceId=${id}`)).toEqual([]);
    expect(await listed('stranger')).toEqual([]);
    expect(await listed('nobody')).toEqual([]);
  });

  it("list: others' of one workspace, and one's own of another beside them", async () => {
    const sales = platform.objects.list('Repository').find(({ metadata }) => metadata.namespace === 'team-b')!.metadata.uid;
    const rights = ['list repositories team-b', `${PROMPT} repositories team-b`];
    platform.tokens.set('chief', [...MEMBER, ...rights, `${READ_OTHERS} repositories team-a`]);
    platform.tokens.set('bert', [...MEMBER, ...rights]);
    const start = async (token: string): Promise<string> =>
      (await platform.call('POST', '/conversation', { token, body: { repoId: sales } })).body['conversationId'] as string;
    const [ofAnna, ofChief] = [await begin('anna'), await start('chief')];
    await start('bert');
    expect((await listed('chief')).toSorted()).toEqual([ofAnna, ofChief].toSorted());
    expect(await listed('chief', '?userId=chief')).toEqual([ofChief]);
    expect(await listed('chief', '?workspaceId=team-b')).toEqual([ofChief]);
    expect(await listed('chief', '?workspaceId=team-a')).toEqual([ofAnna]);
  });

  it('delete: who began it; others need the right to delete besides', async () => {
    const id = await begin();
    expect((await platform.call('DELETE', `/conversation/${id}`, { token: 'bert' })).status).toBe(404);
    expect((await platform.call('DELETE', `/conversation/${id}`, { token: 'chief' })).status).toBe(403);
    expect((await platform.call('DELETE', `/conversation/${id}?hardDelete=true`, { token: 'admin' })).body.success).toBe(true);
    expect(ledger.talks.size).toBe(0);
  });
});

describe('a list', () => {
  it('pages and filters', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      ids.unshift(await begin());
      await platform.clock.advance(60_000);
    }
    expect(await listed('anna', '?take=1&skip=1')).toEqual([ids[1]]);
    expect(await listed('anna', `?repoId=${repo}`)).toEqual(ids);
    expect(await listed('anna', '?repoId=other')).toEqual([]);
    const from = new Date(platform.clock.now() - 90_000).toISOString();
    expect(await listed('anna', `?from=${from}`)).toEqual(ids.slice(0, 1));
    expect((await platform.call('GET', '/conversation?take=101', { token: 'anna' })).status).toBe(400);
  });

  it('leaves out what is deleted, unless it is asked for', async () => {
    const id = await begin();
    await say(id, 'hello');
    expect((await platform.call('DELETE', `/conversation/${id}?hardDelete=false`, { token: 'anna' })).body.success).toBe(true);
    expect(await listed('anna')).toEqual([]);
    expect(await listed('anna', '?showDeleted=true')).toEqual([id]);
    expect((await say(id, 'more')).status).toBe(400);
    expect((await platform.call('DELETE', `/conversation/${id}`, { token: 'anna' })).status).toBe(404);
    await platform.call('DELETE', `/conversation/${id}?hardDelete=true`, { token: 'anna' });
    expect([await listed('anna', '?showDeleted=true'), ledger.said]).toEqual([[], []]);
  });
});

it('beginning and deleting leave a line in the audit', async () => {
  const id = await begin();
  await platform.call('DELETE', `/conversation/${id}`, { token: 'anna' });
  expect(platform.ledger.audits.map(({ event, kind, uid, actor }) => [event, kind, uid, actor])).toEqual([
    ['created', 'Conversation', id, 'anna'],
    ['deleted', 'Conversation', id, 'anna'],
  ]);
});
