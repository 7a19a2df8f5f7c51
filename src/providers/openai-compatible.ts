// The OpenAI dialect: OpenAI itself and every server that speaks like it.
import type { ProviderType } from '../api/resources.ts';
import { insertFirst, spliceValues, topLevelMembers } from './json-splice.ts';
import { readOpenAiUsage } from './openai-usage.ts';
import type { GatewayRequest, Operation, Probe, Provider, UpstreamError, UpstreamRequest, Verification } from './provider.ts';

const PATHS: Record<Operation, string> = { chat: '/chat/completions', embeddings: '/embeddings' };
const INCLUDE_USAGE = '"stream_options":{"include_usage":true}';

interface Quirks {
  type: ProviderType;
  defaultEndpoint: string | undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    // Gemini's OpenAI endpoint wraps its errors in a list.
    return asRecord(Array.isArray(value) ? value[0] : value);
  } catch {
    return {};
  }
}

function text(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** Reads `{error:{message,type,param,code}}` and the looser forms that compatible servers send. */
export function readOpenAiError(status: number, body: string): UpstreamError {
  const parsed = parseObject(body);
  // Some servers write the members of `error` at the top.
  const error = typeof parsed['error'] === 'object' ? asRecord(parsed['error']) : parsed;
  const message = text(error['message']) ?? text(parsed['error']) ?? text(parsed['message']) ?? text(parsed['detail']);
  return {
    message: message ?? `The provider answered with HTTP ${status} and no error message.`,
    type: text(error['type']),
    param: text(error['param']),
    code: text(error['code']),
  };
}

/** Asks for usage in a stream whose application did not, and names the upstream's model in place of its alias. */
function toRequest(request: GatewayRequest): UpstreamRequest {
  const { operation, raw, body, model, upstreamModel, stream } = request;
  const path = PATHS[operation];
  const options = asRecord(body['stream_options']);
  const hideUsageEvent = stream && operation === 'chat' && options['include_usage'] !== true;
  const aliased = upstreamModel !== model;
  if (!aliased && !hideUsageEvent) return { path, body: raw, hideUsageEvent };

  const replacements = [];
  const hasOptions = 'stream_options' in body;
  if (aliased || hasOptions) {
    for (const member of topLevelMembers(raw)) {
      if (aliased && member.name === 'model') replacements.push({ member, json: JSON.stringify(upstreamModel) });
      if (hideUsageEvent && member.name === 'stream_options') {
        replacements.push({ member, json: JSON.stringify({ ...options, include_usage: true }) });
      }
    }
  }
  const spliced = replacements.length === 0 ? raw : spliceValues(raw, replacements);
  return { path, body: hideUsageEvent && !hasOptions ? insertFirst(spliced, INCLUDE_USAGE) : spliced, hideUsageEvent };
}

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
  const call = { method: 'POST', path: PATHS.chat, body: '{}' } as const;
  const { status, headers, body } = await probe({ ...call, credential: 'given' });
  if (status === 401 || status === 403) return refusal(status, body);
  if (status !== 400 && status !== 422) return undecided(status, headers, body);
  const wrong = await probe({ ...call, credential: 'wrong' });
  return { verdict: 'valid', models: [], proven: wrong.status === 401 || wrong.status === 403 };
}

async function verify(probe: Probe): Promise<Verification> {
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

/** A provider that speaks the OpenAI dialect. */
export function openAiCompatible({ type, defaultEndpoint }: Quirks): Provider {
  return {
    type,
    defaultEndpoint,
    authorize: (credential) => (credential === undefined ? [] : ['authorization', `Bearer ${credential.secret}`]),
    verify,
    toRequest,
    readUsage: readOpenAiUsage,
    toError: readOpenAiError,
  };
}
