// Whether a credential is good at a server of the OpenAI dialect: free calls only.
import { asRecord, parseObject, readOpenAiError, text } from './openai-error.ts';
import type { Probe, Verification } from './provider.ts';

const CHAT_PATH = '/chat/completions';

function modelIds(body: string): string[] | undefined {
  const data = parseObject(body)['data'];
  if (!Array.isArray(data)) return undefined;
  return data.flatMap((entry) => text(asRecord(entry)['id']) ?? []);
}

function refusal(status: number, body: string): Verification {
  return { verdict: 'invalid', message: `HTTP ${status}: ${readOpenAiError(status, body).message}` };
}

function undecided(status: number, headers: Record<string, string>, body: string): Verification {
  const seconds = Number(headers['retry-after']);
  const message = `HTTP ${status}: ${readOpenAiError(status, body).message}`;
  return Number.isFinite(seconds) && seconds > 0
    ? { verdict: 'unknown', message, retryAfterMs: seconds * 1000 }
    : { verdict: 'unknown', message };
}

/** An empty chat request costs nothing: a good key gets "your body is invalid", a bad one gets "your key is invalid". */
async function verifyByEmptyChat(probe: Probe): Promise<Verification> {
  const call = { method: 'POST', path: CHAT_PATH, body: '{}' } as const;
  const { status, headers, body } = await probe({ ...call, credential: 'given' });
  if (status === 401 || status === 403) return refusal(status, body);
  if (status !== 400 && status !== 422) return undecided(status, headers, body);
  const wrong = await probe({ ...call, credential: 'wrong' });
  return { verdict: 'valid', models: [], proven: wrong.status === 401 || wrong.status === 403 };
}

/** Lists the models with the credential; where that proves nothing, falls back to an empty chat request. */
export async function verifyOpenAi(probe: Probe): Promise<Verification> {
  const call = { method: 'GET', path: '/models' } as const;
  const { status, headers, body } = await probe({ ...call, credential: 'given' });
  if (status === 401 || status === 403) return refusal(status, body);
  if (status === 404 || status === 405) return verifyByEmptyChat(probe);
  if (status !== 200) return undecided(status, headers, body);
  const models = modelIds(body);
  if (models === undefined) {
    return { verdict: 'unknown', message: 'the answer to GET /models is no list of models; does spec.endpoint end in the API version, as in /v1?' };
  }
  // A list that anybody may read says nothing about the key: the same call with a wrong one must fail.
  const wrong = await probe({ ...call, credential: 'wrong' });
  return { verdict: 'valid', models, proven: wrong.status === 401 || wrong.status === 403 };
}
