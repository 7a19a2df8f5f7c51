// What `helm test` runs in a pod, here as a process.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { CHART } from '../../hack/chart/generate.ts';
import { json, startProvider, CHAT_ANSWER } from '../fake/provider.ts';

const run = promisify(execFile);
const SCRIPT = join(CHART, 'files', 'test-request.mjs');
const REFUSAL = { error: { message: 'there is no key', type: 'invalid_request_error', param: null, code: 'key_missing' } };

async function askedOf(answers: readonly (readonly [number, unknown])[], key?: string): Promise<{ output: string; keys: unknown[] }> {
  const gateway = await startProvider();
  let turn = 0;
  gateway.answer((response, call) => {
    const [status, body] = answers[Math.min(turn++, answers.length - 1)]!;
    json(status, body)(response, call);
  });
  const env = { ...process.env, FLASHBACK_TEST_URL: gateway.url, ...(key === undefined ? {} : { OPENAI_API_KEY: key }) };
  if (key === undefined) Reflect.deleteProperty(env, 'OPENAI_API_KEY');
  const { stdout } = await run(process.execPath, [SCRIPT], { env });
  await gateway.close();
  return { output: stdout, keys: gateway.calls.map(({ headers }) => headers.authorization) };
}

test('it asks with the key of an application, until it is answered', async () => {
  const busy = [503, { error: { code: 'no_snapshot' } }] as const;
  const { output, keys } = await askedOf([busy, busy, [200, CHAT_ANSWER]], 'sk-test');
  expect(keys).toEqual(['Bearer sk-test', 'Bearer sk-test', 'Bearer sk-test']);
  expect(output.trim().split('\n').map((line) => line.slice(0, 8))).toEqual(['HTTP 503', 'HTTP 503', 'HTTP 200']);
});

test('without a key it wants to be refused in the words of the gateway, and by nothing else on the way', async () => {
  const { output, keys } = await askedOf([[401, { message: 'a proxy' }], [200, CHAT_ANSWER], [401, REFUSAL]]);
  expect(keys).toEqual([undefined, undefined, undefined]);
  expect(output.trim().split('\n').at(-1)).toContain('key_missing');
});
