// Embeddings by Google's models.
import type { EmbeddingAnswer } from '../../chat/embeddings.ts';
import { Losses } from '../../chat/losses.ts';
import { readBatch, readEmbeddingUsage, readPrediction, writeBatch, writePrediction } from '../../dialects/google/embeddings.ts';
import { readEmbeddingRequest, writeEmbeddingAnswer } from '../../dialects/openai-chat/embeddings.ts';
import { JsonAnswer, type ConvertedAnswer } from '../json-answer.ts';
import { notSupported } from '../not-supported.ts';
import { passedJson } from '../passed-answer.ts';
import type { AnswerContext, AnswerReader, GatewayRequest, UpstreamRequest } from '../provider.ts';
import { googlePath, isVertexEndpoint, modelResource } from './endpoint.ts';
import { ownBody } from './own-body.ts';

export const isEmbedding = ({ operation }: GatewayRequest): boolean => operation === 'embeddings' || operation === 'batch_embeddings';

function toOwn(request: GatewayRequest): UpstreamRequest {
  const { endpoint, operation, upstreamModel } = request;
  const isBatch = operation === 'batch_embeddings';
  if (isBatch && isVertexEndpoint(endpoint)) throw notSupported(request);
  const path = googlePath(endpoint, upstreamModel, isBatch ? 'batchEmbedContents' : 'embedContent');
  return { path, body: ownBody(request), hideUsageEvent: false };
}

/** Throws RequestError when the body is none in the caller's dialect. */
export function toEmbeddingRequest(request: GatewayRequest): UpstreamRequest {
  const { dialect, endpoint, upstreamModel, body } = request;
  if (dialect.name === 'google') return toOwn(request);
  if (dialect.name !== 'openai-chat') throw notSupported(request);
  const losses = new Losses();
  const asked = readEmbeddingRequest(body, losses);
  const resource = modelResource(endpoint, upstreamModel);
  const path = googlePath(endpoint, upstreamModel, resource === undefined ? 'predict' : 'batchEmbedContents');
  const written = resource === undefined ? writePrediction(asked) : writeBatch(asked, resource);
  return { path, body: JSON.stringify(written), hideUsageEvent: false, losses };
}

function toCaller({ vectors, inputTokens }: EmbeddingAnswer, { model, body }: GatewayRequest): ConvertedAnswer {
  const usage = inputTokens === undefined ? undefined : { inputTokens, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
  return { body: writeEmbeddingAnswer({ vectors, inputTokens }, model, body), usage };
}

export function readEmbeddingAnswer({ request }: AnswerContext): AnswerReader {
  if (request.dialect.name === 'google') return passedJson('usageMetadata', readEmbeddingUsage);
  const read = isVertexEndpoint(request.endpoint) ? readPrediction : readBatch;
  const asked = readEmbeddingRequest(request.body, new Losses());
  return new JsonAnswer((json) => toCaller(read(json, asked), request));
}
