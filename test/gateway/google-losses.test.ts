// What Google's callers hear of losses: the places where they wrote it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { call } from '../fake/caller.ts';
import { aKey, aRepository } from '../fake/gateway.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

const KEY = aKey(3);
const BODY = {
  contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
  tools: [
    { functionDeclarations: [{ name: 'f', description: 'Does.' }] },
    { googleSearch: {} },
    { functionDeclarations: [{ name: 'g', behavior: 'BLOCKING' }], codeExecution: {} },
  ],
};
const LOST = 'tools[2].functionDeclarations[0].behavior, tools[1].googleSearch, tools[2].codeExecution';

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
  const keys = { [hashKey(KEY)]: { id: 'key_gemini', repository: 'team-a/chat', type: 'Google' as const } };
  const models = { 'small-1': { llm: 'team-a/main', upstream: 'small-1' } };
  serving.apply({ keys, repositories: { 'team-a/chat': aRepository({ surfaces: ['Google'], models }) } }, { type: 'Anthropic' });
});
beforeEach(() => {
  serving.provider.calls.length = 0;
});
afterAll(() => serving.close());

const ask = (verb: string) =>
  call(serving.gateway, {
    path: `/v1beta/models/small-1:${verb}`,
    key: null,
    headers: { 'x-goog-api-key': KEY },
    body: JSON.stringify(BODY),
  });

describe('tools that run at Google are named by their place', () => {
  it('in a chat', async () => {
    const content = [{ type: 'text', text: 'Hello' }];
    serving.provider.answer(json(200, { id: 'm', type: 'message', role: 'assistant', content, stop_reason: 'end_turn', usage: {} }));
    const reply = await ask('generateContent');
    expect(reply.status).toBe(200);
    expect(reply.headers['x-flashback-dropped']).toBe(LOST);
  });

  it('in a count of tokens', async () => {
    serving.provider.answer(json(200, { input_tokens: 3 }));
    const reply = await ask('countTokens');
    expect(reply.status).toBe(200);
    expect(reply.headers['x-flashback-dropped']).toBe(LOST);
  });
});
