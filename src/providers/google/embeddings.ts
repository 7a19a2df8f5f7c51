// Embeddings by Google's models.
import { readEmbeddingUsage } from '../../dialects/google/embeddings.ts';
import { notSupported } from '../not-supported.ts';
import { passedJson } from '../passed-answer.ts';
import type { AnswerReader, GatewayRequest, UpstreamRequest } from '../provider.ts';
import { googlePath, isVertexEndpoint } from './endpoint.ts';
import { ownBody } from './own-body.ts';

export const isEmbedding = ({ operation }: GatewayRequest): boolean => operation === 'embeddings' || operation === 'batch_embeddings';

export function toEmbeddingRequest(request: GatewayRequest): UpstreamRequest {
  const { dialect, endpoint, operation, upstreamModel } = request;
  const isBatch = operation === 'batch_embeddings';
  if (dialect.name !== 'google' || (isBatch && isVertexEndpoint(endpoint))) throw notSupported(request);
  const path = googlePath(endpoint, upstreamModel, isBatch ? 'batchEmbedContents' : 'embedContent');
  return { path, body: ownBody(request), hideUsageEvent: false };
}

export function readEmbeddingAnswer(): AnswerReader {
  return passedJson('usageMetadata', readEmbeddingUsage);
}
