// Credential checks at Bedrock: free, by the error that AWS gives to a chat with no model.
import { expect, it } from 'vitest';
import { AwsCredentialError } from '../../../src/providers/aws/credential.ts';
import { verifyAws } from '../../../src/providers/aws/verification.ts';
import type { Probe, ProbeCall, Verification } from '../../../src/providers/provider.ts';

interface Said {
  status: number;
  kind?: string;
  message?: string;
  headers?: Record<string, string>;
}

const GOOD: Said = { status: 400, kind: 'ValidationException:http://a.example/', message: 'The provided model identifier is invalid.' };
const BAD: Said = { status: 403, kind: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' };

async function check(given: Said, wrong: Said = BAD): Promise<{ verification: Verification; calls: ProbeCall[] }> {
  const calls: ProbeCall[] = [];
  const probe: Probe = (call) => {
    calls.push(call);
    const { status, kind, message, headers } = call.credential === 'given' ? given : wrong;
    const own = kind === undefined ? {} : { 'x-amzn-errortype': kind };
    return Promise.resolve({ status, headers: { ...own, ...headers }, body: JSON.stringify({ message }) });
  };
  return { verification: await verifyAws(probe), calls };
}

it('asks for a model that there is not', async () => {
  const { calls } = await check(GOOD);
  const call = { method: 'POST', path: '/model/flashback-credential-check/converse', body: '{}' };
  expect(calls).toEqual([{ ...call, credential: 'given' }, { ...call, credential: 'wrong' }]);
});

it.each<{ name: string; said: Said }>([
  { name: 'the model is unknown', said: GOOD },
  { name: 'the model is not found', said: { status: 404, kind: 'ResourceNotFoundException', message: 'no' } },
  { name: 'other models may be called', said: { status: 403, kind: 'AccessDeniedException', message: 'not authorized to perform: a' } },
])('is good where $name', async ({ said }) => {
  expect((await check(said)).verification).toEqual({ verdict: 'valid', models: [], proven: true });
});

it('is bad where nothing can be signed with it, in the words that say what to set', async () => {
  const probe: Probe = () => Promise.reject(new AwsCredentialError('set spec.credentials.secretRef'));
  expect(await verifyAws(probe)).toEqual({ verdict: 'invalid', message: 'set spec.credentials.secretRef' });
});

it('is unknown where there is no answer', async () => {
  await expect(verifyAws(() => Promise.reject(new Error('no connection')))).rejects.toThrow('no connection');
});

it('is not proven where a wrong one is answered just the same', async () => {
  expect((await check(GOOD, GOOD)).verification).toEqual({ verdict: 'valid', models: [], proven: false });
});

it.each<{ name: string; said: Said; message: string }>([
  { name: 'nobody knows it', said: BAD, message: 'HTTP 403: The security token included in the request is invalid.' },
  {
    name: 'it has expired',
    said: { status: 403, kind: 'ExpiredTokenException', message: 'The security token included in the request is expired' },
    message: 'HTTP 403: The security token included in the request is expired',
  },
  {
    name: 'it is no API key',
    said: { status: 403, message: 'Authentication failed: Please make sure your API Key is valid.' },
    message: 'HTTP 403: Authentication failed: Please make sure your API Key is valid.',
  },
])('is bad where $name', async ({ said, message }) => {
  expect((await check(said)).verification).toEqual({ verdict: 'invalid', message });
});

it.each<{ name: string; said: Said; message: string }>([
  { name: 'AWS is busy', said: { status: 503, kind: 'ServiceUnavailableException', message: 'no' }, message: 'HTTP 503: no' },
  {
    name: 'the clock is wrong',
    said: { status: 403, kind: 'InvalidSignatureException', message: 'Signature expired: a is now earlier than b' },
    message: 'HTTP 403: Signature expired: a is now earlier than b (the clock of this machine is wrong)',
  },
  {
    name: 'it is another server',
    said: { status: 404, message: 'no' },
    message: 'HTTP 404: no; is spec.endpoint the address of bedrock-runtime?',
  },
  { name: 'a refusal is new', said: { status: 403, kind: 'NewException', message: 'no' }, message: 'HTTP 403: no' },
])('is left as it is where $name', async ({ said, message }) => {
  expect((await check(said)).verification).toEqual({ verdict: 'unknown', message });
});

it('waits as long as AWS says', async () => {
  const said = { status: 429, kind: 'ThrottlingException', message: 'no', headers: { 'retry-after': '7' } };
  expect((await check(said)).verification).toEqual({ verdict: 'unknown', message: 'HTTP 429: no', retryAfterMs: 7000 });
});
