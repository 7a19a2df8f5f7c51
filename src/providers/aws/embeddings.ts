// Embeddings by models at Bedrock.
import { isObject, own } from '../../chat/json.ts';
import { Losses } from '../../chat/losses.ts';
import { checkEmbeddingRequest, embeddingFormOf, readVectors, type EmbeddingForm } from '../../dialects/bedrock/embeddings.ts';
import { GatewayError } from '../../errors.ts';
import { namesOf, readAsked, toCaller } from '../embeddings.ts';
import { JsonAnswer } from '../json-answer.ts';
import type { AnswerContext, AnswerReader, GatewayRequest, UpstreamRequest } from '../provider.ts';
import { modelPath } from './endpoint.ts';

/** Where Bedrock counts the tokens of models that do not. */
const COUNT_HEADER = 'x-amzn-bedrock-input-token-count';

function formOf({ upstreamModel, model }: GatewayRequest): EmbeddingForm {
  const form = embeddingFormOf(upstreamModel);
  if (form !== undefined) return form;
  const message = `The model ${model} makes no embeddings; name one of Titan, Nova or Cohere whose id says that it is for embeddings.`;
  throw new GatewayError('operation_not_supported', message, { param: 'model' });
}

/** Throws RequestError when the body is none in the caller's dialect, or more than the model takes. */
export function toEmbeddingRequest(request: GatewayRequest): UpstreamRequest {
  const form = formOf(request);
  const losses = new Losses();
  const asked = readAsked(request, losses, form.takesInputType);
  checkEmbeddingRequest(form, asked, namesOf(request));
  const body = form.write(asked, asked.use ?? 'search_document');
  return { path: modelPath(request.upstreamModel, 'invoke'), body: JSON.stringify(body), hideUsageEvent: false, losses };
}

function tokensIn(json: unknown, headers: AnswerContext['headers']): number | undefined {
  const counted = isObject(json) ? own(json, 'inputTextTokenCount') : undefined;
  const told = typeof counted === 'number' ? counted : Number(headers?.[COUNT_HEADER] ?? NaN);
  return Number.isSafeInteger(told) && told >= 0 ? told : undefined;
}

export function readEmbeddingAnswer({ request, headers }: AnswerContext): AnswerReader {
  const form = formOf(request);
  const { inputs } = readAsked(request, new Losses(), form.takesInputType);
  return new JsonAnswer((json) => {
    const vectors = readVectors(form, json, inputs.length);
    return toCaller({ vectors, inputTokens: tokensIn(json, headers) }, request);
  });
}
