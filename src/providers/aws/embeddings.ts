// Embeddings by models at Bedrock, for callers of OpenAI's dialect.
import { RequestError } from '../../chat/dialect.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from '../../chat/embeddings.ts';
import { isObject, own } from '../../chat/json.ts';
import { Losses } from '../../chat/losses.ts';
import {
  checkEmbeddingRequest,
  embeddingFormOf,
  INPUT_TYPES,
  readVectors,
  type EmbeddingForm,
  type InputType,
} from '../../dialects/bedrock/embeddings.ts';
import { readEmbeddingRequest, writeEmbeddingAnswer } from '../../dialects/openai-chat/embeddings.ts';
import { GatewayError } from '../../errors.ts';
import { JsonAnswer, type ConvertedAnswer } from '../json-answer.ts';
import { notSupported } from '../not-supported.ts';
import type { AnswerContext, AnswerReader, GatewayRequest, UpstreamRequest } from '../provider.ts';
import { modelPath } from './endpoint.ts';

const INPUT_TYPE = 'input_type';
/** Where Bedrock counts the tokens of models that do not. */
const COUNT_HEADER = 'x-amzn-bedrock-input-token-count';

function formOf({ upstreamModel, model }: GatewayRequest): EmbeddingForm {
  const form = embeddingFormOf(upstreamModel);
  if (form !== undefined) return form;
  const message = `The model ${model} makes no embeddings; name one of Titan, Nova or Cohere whose id says that it is for embeddings.`;
  throw new GatewayError('operation_not_supported', message, { param: 'model' });
}

/** A field that OpenAI has not, but its SDKs send. */
function inputTypeIn(body: GatewayRequest['body']): InputType {
  const given = own(body, INPUT_TYPE) ?? 'search_document';
  const found = INPUT_TYPES.find((type) => type === given);
  if (found === undefined) throw new RequestError(INPUT_TYPE, `${INPUT_TYPE} must be one of ${INPUT_TYPES.join(', ')}.`);
  return found;
}

function readAsked({ body }: GatewayRequest, form: EmbeddingForm, losses: Losses): EmbeddingRequest {
  const rest = form.takesInputType ? Object.fromEntries(Object.entries(body).filter(([name]) => name !== INPUT_TYPE)) : body;
  return readEmbeddingRequest(rest, losses);
}

/** Throws RequestError when the body is none in the caller's dialect, or more than the model takes. */
export function toEmbeddingRequest(request: GatewayRequest): UpstreamRequest {
  if (request.dialect.name !== 'openai-chat') throw notSupported(request);
  const form = formOf(request);
  const losses = new Losses();
  const asked = readAsked(request, form, losses);
  checkEmbeddingRequest(form, asked);
  const body = form.write(asked, form.takesInputType ? inputTypeIn(request.body) : 'search_document');
  return { path: modelPath(request.upstreamModel, 'invoke'), body: JSON.stringify(body), hideUsageEvent: false, losses };
}

function tokensIn(json: unknown, headers: AnswerContext['headers']): number | undefined {
  const counted = isObject(json) ? own(json, 'inputTextTokenCount') : undefined;
  const told = typeof counted === 'number' ? counted : Number(headers?.[COUNT_HEADER] ?? NaN);
  return Number.isSafeInteger(told) && told >= 0 ? told : undefined;
}

function toCaller({ vectors, inputTokens }: EmbeddingAnswer, { model, body }: GatewayRequest): ConvertedAnswer {
  const usage = inputTokens === undefined ? undefined : { inputTokens, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
  return { body: writeEmbeddingAnswer({ vectors, inputTokens }, model, body), usage };
}

export function readEmbeddingAnswer({ request, headers }: AnswerContext): AnswerReader {
  const form = formOf(request);
  const { inputs } = readAsked(request, form, new Losses());
  return new JsonAnswer((json) => {
    const vectors = readVectors(form, json, inputs.length);
    return toCaller({ vectors, inputTokens: tokensIn(json, headers) }, request);
  });
}
