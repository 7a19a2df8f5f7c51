// Embeddings by servers of OpenAI's dialect, for callers of another one.
import { Losses } from '../../chat/losses.ts';
import { readEmbeddingAnswer, writeEmbeddingRequest } from '../../dialects/openai-chat/provider-embeddings.ts';
import { isEmbedding, readAsked, toCaller } from '../embeddings.ts';
import { JsonAnswer } from '../json-answer.ts';
import type { AnswerReader, GatewayRequest, UpstreamRequest } from '../provider.ts';

export const isForeignEmbedding = (request: GatewayRequest): boolean => isEmbedding(request) && request.dialect.name !== 'openai-chat';

/** `path`: of embeddings, below the endpoint. Throws RequestError when the body is none in the caller's dialect. */
export function toForeignEmbedding(path: string, request: GatewayRequest): UpstreamRequest {
  const losses = new Losses();
  const body = JSON.stringify(writeEmbeddingRequest(readAsked(request, losses), request.upstreamModel));
  return { path, body, hideUsageEvent: false, losses };
}

export function readForeignEmbedding(request: GatewayRequest): AnswerReader {
  const asked = readAsked(request, new Losses());
  return new JsonAnswer((json) => toCaller(readEmbeddingAnswer(json, asked), request));
}
