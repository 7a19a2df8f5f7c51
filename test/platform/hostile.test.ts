// What strangers may send to the Platform API: each is answered in the one form of failures, and no answer or log line tells of stacks, paths,
// addresses inside, or what was sent in the wrong place.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHoldable } from '../../src/platform/body.ts';
import { OPERATIONS } from '../../src/platform/operations.ts';
import { startPlatform, type PlatformReply, type RunningPlatform } from '../fake/platform.ts';

const CANARY = 'sk-canary-8f2d';
/** Of errors, files and hosts. */
const INSIDE = /\bat [\w.<>]+ \(|node:internal|node_modules|\.ts\b|\/src\/|127\.0\.0\.1|::1|ECONN|TypeError|SyntaxError|\[object/;

let platform: RunningPlatform;
let llm: string;
beforeAll(async () => {
  platform = await startPlatform();
  llm = platform.objects.put('AILLMConfig', 'team', 'llm', { type: 'OpenAI' }).metadata.uid;
});
afterAll(() => platform.close());

function expectClean({ status, body, headers }: PlatformReply): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-powered-by')).toBeNull();
  expect([body.success, typeof body.message]).toEqual([false, 'string']);
  const told = JSON.stringify([body, platform.log]);
  expect(told).not.toContain(CANARY);
  expect(JSON.stringify(body)).not.toMatch(INSIDE);
  expect(JSON.stringify(body).length).toBeLessThan(1024);
}

const create = (raw: string, headers: Record<string, string> = {}): Promise<PlatformReply> => platform.call('POST', '/ai/llm', { raw, headers });
const good = { name: 'one', aiType: 'OPENAI', workspaceId: 'team', secret: CANARY };

describe('a body', () => {
  it.each([
    ['that is cut off', `{"name":"a","secret":"${CANARY}`, 'the body is not valid JSON'],
    ['with a comma too many', `{"secret":"${CANARY}",}`, 'the body is not valid JSON'],
    ['that is a text', JSON.stringify(CANARY), 'the body must be of type object'],
    ['that is nothing', 'null', 'name is required; aiType is required; workspaceId is required'],
    ['nested a hundred thousand times', '['.repeat(100_000) + ']'.repeat(100_000), 'the body must be of type object'],
    ['nested in a field that nobody knows, and otherwise wrong', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'name is required; aiType is required; workspaceId is required'],
    ['with a secret in the place of an enum', JSON.stringify({ ...good, aiType: CANARY }), 'aiType must be one of OPENAI, GOOGLE, ANTHROPIC, AWS, OTHER'],
    ['with a secret as the name of a field that is not there', `{"${CANARY}":1}`, 'name is required; aiType is required; workspaceId is required'],
    ['with a number that no number is', '{"name":1e400,"aiType":"OPENAI","workspaceId":1e400}', 'name must be text that can be read, without control characters; name must be of type string; workspaceId must be of type string'],
    ['with a zero character', '{"name":"a\\u0000b","aiType":"OPENAI","workspaceId":"team"}', 'the body holds a zero character, or half of a character (\\u0000, \\ud800 and the like)'],
    ['with half of a character, deep inside', '{"x":[{"y":["\\ud800"]}]}', 'the body holds a zero character, or half of a character (\\u0000, \\ud800 and the like)'],
  ])('%s is refused', async (_what, raw, message) => {
    const reply = await create(raw);
    expectClean(reply);
    expect([reply.status, reply.body.message]).toEqual([400, message]);
  });

  it('that is no UTF-8 is refused, rather than read as another text', async () => {
    const bytes = Buffer.concat([Buffer.from('{"secret":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const response = await fetch(`${platform.url}/ai/llm`, { method: 'POST', headers: { authorization: 'Bearer admin', 'content-type': 'application/json' }, body: bytes });
    expect([response.status, await response.json()]).toEqual([400, { success: false, message: 'the body is not valid UTF-8' }]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', 'x'])('of the type %s is refused', async (type) => {
    const reply = await create(JSON.stringify(good), { 'content-type': type });
    expectClean(reply);
    expect(reply.status).toBe(415);
  });

  it.each(['gzip', 'br', 'identity, gzip', 'x'])('with the encoding %s is refused', async (encoding) => {
    const reply = await create(JSON.stringify(good), { 'content-encoding': encoding });
    expectClean(reply);
    expect(reply.status).toBe(415);
  });

  it('with names that objects have by themselves is as one without them', async () => {
    const polluted = JSON.stringify(good).replace('{', '{"__proto__":{"polluted":true,"apiKeyUuid":"x"},"constructor":{"prototype":{"polluted":true}},');
    const { status, body } = await create(polluted);
    expect([status, body.success]).toEqual([200, true]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(JSON.stringify(platform.objects.list('AILLMConfig'))).not.toContain('polluted');
  });

  it('that names a field twice counts as the last says, everywhere', async () => {
    const raw = '{"name":"first","name":"second","aiType":"OPENAI","workspaceId":"team","secret":"a","secret":"b"}';
    expect((await create(raw)).status).toBe(200);
    const made = platform.objects.list('AILLMConfig').find(({ metadata }) => metadata.name === 'second');
    expect(platform.objects.secrets.get(`team/${made?.metadata.name}-credential`)?.values).toEqual({ apiKey: 'b' });
  });
});

it.each([
  ['', true],
  ['a😀b', true],
  ['a\0b', false],
  ['\ud83d', false],
  ['\ude00\ud83d', false],
])('%j can be kept: %s', (text, can) => {
  expect(isHoldable(text)).toBe(can);
});

describe('an address', () => {
  it.each(['/policy/%00', '/policy/a%0Ab', `/policy/${'x'.repeat(257)}`, '/conversation/%00/messages', '/repo/%00/ai/apikey'])('with what is no id is refused: %.40s', async (path) => {
    const reply = await platform.call('GET', path);
    expectClean(reply);
    expect([reply.status, reply.body.message]).toEqual([400, expect.stringMatching(/^\w+: what the address names is no id$/)]);
  });

  it.each(['/policy/%', '/policy/%zz', '/policy/%ff', '/policy/%c3%28'])('that cannot be read is refused: %s', async (path) => {
    const reply = await platform.call('GET', path);
    expectClean(reply);
    expect(reply.status).toBe(400);
  });

  it.each(['/policy/..%2f..%2fetc%2fpasswd', '/policy/%2e%2e%2frepo', '/policy/__proto__', '/policy/constructor', '/policy/a%2fviolations'])('with an id that looks like a path is an id: %s', async (path) => {
    const reply = await platform.call('GET', path);
    expectClean(reply);
    expect(reply.status).toBe(404);
  });

  it.each(['/AI/LLM', '/Policy', '/ai/llm;x=1', '/ai/llm%2f', '/ai%2fllm', '/ai/./llm%00', `/${'x'.repeat(8000)}`])('that is not written as it is described leads nowhere: %.40s', async (path) => {
    const reply = await platform.call('GET', path);
    expectClean(reply);
    expect(reply.status).toBe(404);
  });

  it.each([
    ['/policy/violations?llmModel=a%00', 400],
    ['/policy/violations?take=1e400', 400],
    ['/policy/violations?take=9007199254740993', 400],
    ['/policy/violations?skip=-1', 400],
    ['/policy/violations?take=NaN', 400],
    ['/policy/violations?take=0x10', 400],
    ['/policy/violations?take=1e1', 400],
    ['/policy/violations?skip=-1e400', 400],
    [`/policy/violations?llmModel=${Array.from({ length: 101 }, () => 'x').join(',')}`, 400],
    ['/repo?__proto__[x]=1&constructor=2&repoId[]=3&workspaceId=%ff', 400],
  ])('with a query that is wrong is refused: %.60s', async (path, status) => {
    const reply = await platform.call('GET', path);
    expectClean(reply);
    expect(reply.status).toBe(status);
  });
});

describe('a method', () => {
  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])('is what it says, whatever %s says', async (header) => {
    const reply = await platform.call('POST', `/ai/llm/${llm}`, { headers: { [header]: 'DELETE' } });
    expectClean(reply);
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'PUT, DELETE']);
    expect((await platform.call('GET', `/ai/llm?_method=DELETE`)).status).toBe(200);
    expect(platform.objects.byUid('AILLMConfig', llm)).toBeDefined();
  });

  it.each([...new Set(OPERATIONS.map(({ path }) => path.replaceAll(/\{\w+\}/g, 'x')))])('OPTIONS and TRACE of %s are refused, and open nothing to other origins', async (path) => {
    for (const method of ['OPTIONS', 'PATCH']) {
      const reply = await platform.call(method, path, { token: null, headers: { origin: 'https://evil.example' } });
      expectClean(reply);
      expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([405, null]);
    }
  });

  it('HEAD takes a token as GET does', async () => {
    const head = (token: string) => fetch(`${platform.url}/ai/llm`, { method: 'HEAD', headers: token === '' ? {} : { authorization: `Bearer ${token}` } });
    expect([(await head('')).status, (await head('made-up')).status, (await head('admin')).status]).toEqual([401, 401, 200]);
  });
});

it('a change that is refused leaves nothing in the audit, whoever asks for it', async () => {
  const quiet = await startPlatform();
  for (const { method, path, body } of OPERATIONS.filter((operation) => operation.method !== 'get')) {
    for (const token of ['nobody', 'admin']) await quiet.call(method, path.replaceAll(/\{\w+\}/g, 'x'), { token, ...(body === undefined ? {} : { body: {} }) });
  }
  await quiet.close();
  expect(quiet.ledger.audits).toEqual([]);
});

it('several tokens, and one in the address, are none', async () => {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(platform.url).port), '127.0.0.1');
  let heard = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk)).on('error', reject).on('close', () => resolve(heard));
  socket.write('GET /ai/llm?access_token=admin&token=admin HTTP/1.1\r\nhost: x\r\nauthorization: Basic YWRtaW46\r\nauthorization: Bearer admin\r\nconnection: close\r\n\r\n');
  expect((await promise).split('\r\n')[0]).toBe('HTTP/1.1 401 Unauthorized');
});

it('what goes wrong inside is told to the log alone', async () => {
  const broken = await startPlatform({ ledger: { usage: () => Promise.reject(new Error(`connect ECONNREFUSED 127.0.0.1:5432 ${CANARY}`)) } });
  const { status, body } = await broken.call('GET', '/aistats/daily', { headers: { 'x-request-id': 'mine' } });
  await broken.close();
  expect([status, body]).toEqual([500, { success: false, message: 'internal error; the log of the operator has the details under the request id mine' }]);
});
