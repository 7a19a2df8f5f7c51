// Whether a credential is good at the Gemini API or at Vertex AI: free calls only.
import { readModelPages, type ModelPage, type PagedList } from '../model-pages.ts';
import { asRecord, parseObject, text } from '../error-body.ts';
import type { Probe, Verification } from '../provider.ts';
import { isRefusal, refused, undecided, type ProbeAnswer } from '../verdicts.ts';
import { googlePath, isVertexEndpoint } from './endpoint.ts';
import { googleErrorReason, googleRetryAfter, readGoogleError } from './error.ts';
import { TokenRefusedError } from '../token-errors.ts';

const USABLE = new Set(['generateContent', 'embedContent']);
/** Keys are refused with 400, like bodies; only the reason tells them apart. */
const KEY_REFUSED = new Set(['API_KEY_INVALID', 'API_KEY_EXPIRED', 'API_KEY_SERVICE_BLOCKED', 'ACCESS_TOKEN_EXPIRED']);
const VERTEX_HINT = '; is spec.endpoint https://<location>-aiplatform.googleapis.com/v1/projects/<project>/locations/<location>?';
/** Some model; a location that does not have it answers 404 to good credentials. */
const COUNTED_MODEL = 'gemini-2.5-flash';
const COUNTED_BODY = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'x' }] }] });

function isKeyRefusal(answer: ProbeAnswer): boolean {
  return isRefusal(answer) || (answer.status === 400 && KEY_REFUSED.has(googleErrorReason(answer.body) ?? ''));
}

function undecidedFor(answer: ProbeAnswer, hint = ''): Verification {
  const seconds = googleRetryAfter(answer.body);
  const headers = seconds === undefined ? answer.headers : { ...answer.headers, 'retry-after': String(seconds) };
  return undecided({ ...answer, headers }, readGoogleError, hint);
}

function readPage(body: string): ModelPage | undefined {
  const page = parseObject(body);
  if (!Array.isArray(page['models'])) return undefined;
  const names = page['models'].map(asRecord).flatMap((model) => {
    const methods = model['supportedGenerationMethods'];
    const usable = !Array.isArray(methods) || methods.some((method) => USABLE.has(String(method)));
    const name = text(model['name'])?.replace(/^models\//, '');
    return usable && name !== undefined ? [name] : [];
  });
  return { names, next: text(page['nextPageToken']) ?? undefined };
}

const MODELS: PagedList = {
  pathAt: (cursor) => `/models?pageSize=1000${cursor === undefined ? '' : `&pageToken=${encodeURIComponent(cursor)}`}`,
  read: readPage,
};

/** After a good credential got through, as nothing else is different: 400 is what keys are refused with. */
function proves(wrong: ProbeAnswer): boolean {
  return isRefusal(wrong) || wrong.status === 400;
}

async function verifyGemini(probe: Probe): Promise<Verification> {
  const list = await readModelPages(probe, MODELS);
  if ('failure' in list) {
    const { failure } = list;
    if (isKeyRefusal(failure)) return refused(failure, readGoogleError);
    if (failure.status !== 200) return undecidedFor(failure);
    return {
      verdict: 'unknown',
      message: 'the answer to GET /models is no list of models; does spec.endpoint end in the API version, as in /v1beta?',
    };
  }
  const wrong = await probe({ method: 'GET', path: MODELS.pathAt(undefined), credential: 'wrong' });
  return { verdict: 'valid', models: list.names, proven: proves(wrong) };
}

/**
 * By counting tokens, which needs the same permission as a chat. Below the endpoint there is no list of Google's models, so
 * the connection may have any.
 */
async function verifyVertex(probe: Probe, endpoint: string): Promise<Verification> {
  const call = { method: 'POST', path: googlePath(endpoint, COUNTED_MODEL, 'countTokens'), body: COUNTED_BODY } as const;
  const answer = await probe({ ...call, credential: 'given' });
  if (isKeyRefusal(answer)) return refused(answer, readGoogleError);
  // Where the path is wrong a web server answers, and not the API.
  const lacksModel = answer.status === 404 && readGoogleError(404, answer.body).type === 'NOT_FOUND';
  const counted = answer.status === 200 && typeof parseObject(answer.body)['totalTokens'] === 'number';
  if (!counted && !lacksModel) return undecidedFor(answer, VERTEX_HINT);
  return { verdict: 'valid', models: [], proven: proves(await probe({ ...call, credential: 'wrong' })) };
}

/** Checks the credential of a probe whose endpoint is `endpoint`. */
export async function verifyGoogle(probe: Probe, endpoint: string): Promise<Verification> {
  try {
    return await (isVertexEndpoint(endpoint) ? verifyVertex(probe, endpoint) : verifyGemini(probe));
  } catch (error) {
    // No token, no call: Google has refused the key already.
    if (error instanceof TokenRefusedError) return { verdict: 'invalid', message: error.message };
    throw error;
  }
}
