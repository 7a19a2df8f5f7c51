// Whether a credential is good at a server of the OpenAI dialect: free calls only.
import { asRecord, parseObject, readOpenAiError, text } from '../error-body.ts';
import type { Probe, Verification } from '../provider.ts';

type Answer = Awaited<ReturnType<Probe>>;

const LIST_MODELS = { method: 'GET', path: '/models' } as const;
/** Costs nothing: a good key gets "your body is invalid", a bad one gets "your key is invalid". */
const EMPTY_CHAT = { method: 'POST', path: '/chat/completions', body: '{}' } as const;
/** Said about a key that the server knows, but does not let do this. */
const LACKS_PERMISSION = /missing[ _]scope|insufficient[ _]permission/i;
/** The server has no time for us, which says nothing about the key. */
const BUSY = new Set([408, 429, 502, 503, 504]);

function modelIds(body: string): string[] | undefined {
  const data = parseObject(body)['data'];
  if (!Array.isArray(data)) return undefined;
  return data.flatMap((entry) => text(asRecord(entry)['id']) ?? []);
}

function isRefusal({ status }: Answer): boolean {
  return status === 401 || status === 403;
}

function isMissing({ status }: Answer): boolean {
  return status === 404 || status === 405;
}

function lacksPermission(answer: Answer): boolean {
  const { message, code } = readOpenAiError(answer.status, answer.body);
  return isRefusal(answer) && LACKS_PERMISSION.test(`${message} ${code ?? ''}`);
}

function messageOf({ status, body }: Answer): string {
  return `HTTP ${status}: ${readOpenAiError(status, body).message}`;
}

function refusal(answer: Answer): Verification {
  return { verdict: 'invalid', message: messageOf(answer) };
}

function undecided(answer: Answer): Verification {
  const seconds = Number(answer.headers['retry-after']);
  const message = messageOf(answer);
  return Number.isFinite(seconds) && seconds > 0
    ? { verdict: 'unknown', message, retryAfterMs: seconds * 1000 }
    : { verdict: 'unknown', message };
}

/** The credential got through a call; that proves something only where the same call with a wrong one does not. */
async function accepted(probe: Probe, call: typeof LIST_MODELS | typeof EMPTY_CHAT, models: string[]): Promise<Verification> {
  return { verdict: 'valid', models, proven: isRefusal(await probe({ ...call, credential: 'wrong' })) };
}

/** Where there is no list of models to ask for. */
async function verifyByEmptyChat(probe: Probe, chat: Answer): Promise<Verification> {
  if (lacksPermission(chat)) return accepted(probe, EMPTY_CHAT, []);
  if (isRefusal(chat)) return refusal(chat);
  if (chat.status !== 400 && chat.status !== 422) return undecided(chat);
  return accepted(probe, EMPTY_CHAT, []);
}

/** Where anybody may read the list, only a chat can tell; a server that has none, or is odd, is known to exist at least. */
async function verifyBesideOpenList(probe: Probe, models: string[]): Promise<Verification> {
  const chat = await probe({ ...EMPTY_CHAT, credential: 'given' });
  if (isRefusal(chat) && !lacksPermission(chat)) return refusal(chat);
  if (BUSY.has(chat.status)) return undecided(chat);
  return accepted(probe, EMPTY_CHAT, models);
}

/** Checks the credential of a probe by listing models, and by an empty chat where that decides nothing. */
export async function verifyOpenAi(probe: Probe): Promise<Verification> {
  const list = await probe({ ...LIST_MODELS, credential: 'given' });
  // A key that may chat need not be allowed to list models: 403, or 401 in words that say so.
  if (list.status === 403 || lacksPermission(list)) {
    const chat = await probe({ ...EMPTY_CHAT, credential: 'given' });
    return isMissing(chat) ? refusal(list) : verifyByEmptyChat(probe, chat);
  }
  if (isRefusal(list)) return refusal(list);
  if (isMissing(list)) return verifyByEmptyChat(probe, await probe({ ...EMPTY_CHAT, credential: 'given' }));
  if (list.status !== 200) return undecided(list);
  const models = modelIds(list.body);
  if (models === undefined) {
    return { verdict: 'unknown', message: 'the answer to GET /models is no list of models; does spec.endpoint end in the API version, as in /v1?' };
  }
  const wrong = await probe({ ...LIST_MODELS, credential: 'wrong' });
  if (wrong.status === 200) return verifyBesideOpenList(probe, models);
  return { verdict: 'valid', models, proven: isRefusal(wrong) };
}
