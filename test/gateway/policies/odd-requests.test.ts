// Requests that are made to get a card past a policy which blocks it: none of them reaches the provider.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorOf, rawCall, rawHead } from '../../fake/caller.ts';
import { CARD, KEYS, MODEL, NO_CARDS, saying, startPolicyStage, type PolicyStage } from './stage.ts';

const RUN = '4242424242424242';
/** Of nineteen digits, which a number in JavaScript cannot hold. */
const LONG_CARD = '4000000000000000006';
const blocked = { ...NO_CARDS, phases: ['Request' as const] };
const user = `{"role":"user","content":"Hello."}`;
const withCard = `{"role":"user","content":"${CARD}"}`;
const chat = (members: string): string => `{"model":"${MODEL}",${members}}`;

let stage: PolicyStage;
beforeAll(async () => {
  stage = await startPolicyStage();
});
beforeEach(() => {
  stage.use({ ...blocked, onUnscannable: 'Allow' });
  stage.provider.calls.length = 0;
  stage.provider.answer(saying('Other', { text: 'Fine.' }));
});
afterAll(() => stage.close());

const ask = (body: string, path?: string, key = KEYS.OpenAI, headers = {}) => stage.ask({ key, body, headers, ...(path === undefined ? {} : { path }) });

/** Nothing was sent on, and nothing that is told quotes the card. */
function expectKept({ status, body, headers }: { status: number; body: string; headers: object }): void {
  expect(status).toBe(400);
  expect(stage.provider.calls).toEqual([]);
  expect(JSON.stringify([body, headers, stage.gateway.logs])).not.toMatch(/4242.?4242|4000000000/);
}

describe('a body that says something twice', () => {
  it.each([
    ['at its top', chat(`"messages":[${withCard}],"messages":[${user}]`)],
    ['in a message', chat(`"messages":[{"role":"user","content":"${CARD}","content":"Hello."}]`)],
    ['with another spelling', chat(`"messages":[${withCard}],"mess\\u0061ges":[${user}]`)],
    ['with space around', chat(`"messages" : [${withCard}] , "messages"\n:[${user}]`)],
    ['far down', chat(`"messages":[${user}],"metadata":{"a":[{"b":"${CARD}","b":1}]}`)],
  ])('%s is refused', async (_where, body) => {
    const reply = await ask(body);
    expectKept(reply);
    expect(errorOf(reply).code).toBe('body_not_json');
  });

  it('passes as it came where policies only tell', async () => {
    stage.use({ ...NO_CARDS, action: 'Alert' });
    const body = chat(`"messages":[${user}],"messages":[${user}]`);
    expect((await ask(body)).status).toBe(200);
    expect(stage.provider.calls.at(-1)!.body).toBe(body);
    stage.use(NO_CARDS);
  });

  it('in two objects is not', async () => {
    expect((await ask(chat(`"messages":[${user},${user}],"metadata":{"messages":"{\\"a\\":1,\\"a\\":2}"}`))).status).toBe(200);
  });
});

describe('a card', () => {
  it.each<[string, string, string?, string?]>([
    ['as a number of many digits', chat(`"messages":[${user}],"metadata":{"card":${LONG_CARD}}`)],
    ['as a number of many digits in an object of that name', chat(`"messages":[${user}],"metadata":{"card":{"digits":[${LONG_CARD}]}}`)],
    ['as a number with a fraction', chat(`"messages":[${user}],"metadata":{"card":${RUN}.0}`)],
    ['as a number with an exponent', chat(`"messages":[${user}],"metadata":{"card":4.242424242424242e15}`)],
    ['in escapes of JSON', chat(`"messages":[{"role":"user","content":"${[...RUN].map((digit) => `\\u003${digit}`).join('')}"}]`)],
    ['behind half a character', chat(`"messages":[{"role":"user","content":"\\ud83d ${CARD} \\ude00"}]`)],
    ['in a member of a prototype', chat(`"messages":[{"role":"user","content":"x","__proto__":{"content":"${CARD}"}}]`)],
    ['in a deep nest', chat(`"messages":[{"role":"user","content":${'['.repeat(3000)}"${CARD}"${']'.repeat(3000)}}]`)],
    ['at the end of a long body', chat(`"messages":[{"role":"user","content":"${'All is well. '.repeat(30_000)}"},${withCard}]`)],
    ['as a long number at the end of a long body', chat(`"messages":[{"role":"user","content":"${'All is well. '.repeat(30_000)}"}],"metadata":{"card":${LONG_CARD}}`)],
    ['in what is to be counted', chat(`"messages":[${withCard}]`), '/v1/messages/count_tokens', KEYS.Anthropic],
    ['in what Google is to count', `{"contents":[{"parts":[{"text":"${CARD}"}]}]}`, `/v1beta/models/${MODEL}:countTokens`, KEYS.Google],
    ['in what is to be spoken', chat(`"input":"${CARD}","voice":"alloy"`), '/v1/audio/speech'],
    ['in a list of what is to be embedded', `{"requests":[{"content":{"parts":[{"text":"${CARD}"}]}}]}`, `/v1beta/models/${MODEL}:batchEmbedContents`, KEYS.Google],
    ['in a picture to be changed', chat(`"prompt":"${CARD}","images":[]`), '/v1/images/edits'],
  ])('%s is kept', async (_how, body, path, key) => {
    expectKept(await ask(body, path, key, { 'content-type': 'application/json' }));
  });

  it.each<[string, string]>([
    ['in a field', `content-disposition: form-data; name="prompt"\r\n\r\nuse ${CARD}`],
    ['over two fields', `content-disposition: form-data; name="prompt"\r\n\r\n4242 4242\r\n--b\r\ncontent-disposition: form-data; name="language"\r\n\r\n 4242 4242`],
    ['in the name of a field', `content-disposition: form-data; name="${CARD}"\r\n\r\nx`],
    ['in the name of a file', `content-disposition: form-data; name="image"; filename="${CARD}.png"\r\ncontent-type: image/png\r\n\r\nx`],
    ['in the long name of a file', `content-disposition: form-data; name="image"; filename*=UTF-8''${encodeURIComponent(CARD)}.png\r\n\r\nx`],
    ['in a header of a part', `content-disposition: form-data; name="image"; filename="a.png"\r\nx-note: ${CARD}\r\n\r\nx`],
    ['in a file of text', `content-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\n${CARD}`],
    ['in a field of letters of two bytes', `content-disposition: form-data; name="prompt"\r\n\r\n${[...RUN].join('\0')}\0`],
  ])('%s of a form is kept', async (_how, part) => {
    const form = `--b\r\ncontent-disposition: form-data; name="model"\r\n\r\n${MODEL}\r\n--b\r\n${part}\r\n--b--\r\n`;
    expectKept(await ask(form, '/v1/audio/transcriptions', KEYS.OpenAI, { 'content-type': 'multipart/form-data; boundary=b' }));
  });

  it('is kept where the caller waits to be told to go on', async () => {
    const body = chat(`"messages":[${withCard}]`);
    const head = rawHead('/v1/chat/completions', 'content-type: application/json', `content-length: ${body.length}`, 'expect: 100-continue', 'connection: close');
    const answer = await rawCall(stage.gateway.url, head, body);
    expect(answer).toMatch(/^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 400 [\s\S]*content_policy_violation/);
    expect(stage.provider.calls).toEqual([]);
  });
});

describe('what the gateway cannot see', () => {
  it.each([
    ['an earlier answer', '/v1/responses', { input: 'And then?', previous_response_id: 'resp_1' }],
    ['a conversation', '/v1/responses', { input: 'And then?', conversation: { id: 'conv_1' } }],
    ['a stored prompt', '/v1/responses', { prompt: { id: 'pmpt_1' } }],
    ['an earlier item', '/v1/responses', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['a stored file', '/v1/chat/completions', { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }] }],
    ['tokens', '/v1/completions', { prompt: [[464, 318]] }],
    ['a picture that is to be varied', '/v1/images/edits', { prompt: 'x', images: [{ image_url: 'https://example.com/a.png' }] }],
  ])('fails the policy, as %s does', async (_what, path, body) => {
    const openAi = await startPolicyStage('OpenAI');
    openAi.use(blocked);
    const { status, body: said } = await openAi.ask({ key: KEYS.OpenAI, path, body: JSON.stringify({ model: MODEL, ...body }), headers: { 'content-type': 'application/json' } });
    expect([status, said]).toEqual([503, expect.stringContaining('policy_unavailable')]);
    expect(openAi.provider.calls).toEqual([]);
    await openAi.close();
  });

  it.each(['content-transfer-encoding: base64', 'content-type: text/plain; charset=utf-7'])('is a field of a form with %s', async (header) => {
    stage.use(blocked);
    const field = `content-disposition: form-data; name="prompt"\r\n${header}\r\n\r\n=34=32=34=32`;
    const form = `--b\r\ncontent-disposition: form-data; name="model"\r\n\r\n${MODEL}\r\n--b\r\n${field}\r\n--b--\r\n`;
    const { status } = await ask(form, '/v1/audio/translations', KEYS.OpenAI, { 'content-type': 'multipart/form-data; boundary=b' });
    expect(status).toBe(503);
  });
});
