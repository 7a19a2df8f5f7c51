// Whether a credential is good at Anthropic, or at a server that speaks like it: free calls only.
import { readModelPages, type ModelPage, type PagedList } from '../model-pages.ts';
import { asRecord, parseObject, text } from '../error-body.ts';
import type { Probe, Verification } from '../provider.ts';
import { isMissing, isRefusal, refused, undecided } from '../verdicts.ts';
import { readAnthropicError } from './error.ts';

/** Costs nothing: a good key gets "your body is invalid", a bad one gets "your key is invalid". */
const EMPTY_MESSAGE = { method: 'POST', path: '/messages', body: '{}' } as const;
/** A well-behaved server tells of a body that it would not take. */
const BODY_REFUSED = new Set([400, 422]);
/** The server has no time for us, which says nothing about the key. */
const BUSY = new Set([408, 429, 502, 503, 504, 529]);

function readPage(body: string): ModelPage | undefined {
  const page = parseObject(body);
  if (!Array.isArray(page['data'])) return undefined;
  const names = page['data'].flatMap((entry) => text(asRecord(entry)['id']) ?? []);
  const next = page['has_more'] === true ? (text(page['last_id']) ?? names.at(-1)) : undefined;
  return { names, next };
}

const MODELS: PagedList = {
  pathAt: (cursor) => `/models?limit=1000${cursor === undefined ? '' : `&after_id=${encodeURIComponent(cursor)}`}`,
  read: readPage,
};

/** By a call that needs a key even where the list of models does not, or where there is none. */
async function verifyByEmptyMessage(probe: Probe, models: string[], mustRefuseBody: boolean): Promise<Verification> {
  const answer = await probe({ ...EMPTY_MESSAGE, credential: 'given' });
  if (isRefusal(answer)) return refused(answer, readAnthropicError);
  if (BUSY.has(answer.status) || (mustRefuseBody && !BODY_REFUSED.has(answer.status))) return undecided(answer, readAnthropicError);
  return { verdict: 'valid', models, proven: isRefusal(await probe({ ...EMPTY_MESSAGE, credential: 'wrong' })) };
}

/** Checks the credential of a probe by listing models, and by an empty message where that decides nothing. */
export async function verifyAnthropic(probe: Probe): Promise<Verification> {
  const list = await readModelPages(probe, MODELS);
  if ('failure' in list) {
    const { failure } = list;
    if (isRefusal(failure)) return refused(failure, readAnthropicError);
    if (isMissing(failure)) return verifyByEmptyMessage(probe, [], true);
    if (failure.status !== 200) return undecided(failure, readAnthropicError);
    return {
      verdict: 'unknown',
      message: 'the answer to GET /models is no list of models; does spec.endpoint end in the API version, as in /v1?',
    };
  }
  const wrong = await probe({ method: 'GET', path: MODELS.pathAt(undefined), credential: 'wrong' });
  if (wrong.status === 200) return verifyByEmptyMessage(probe, list.names, false);
  return { verdict: 'valid', models: list.names, proven: isRefusal(wrong) };
}
