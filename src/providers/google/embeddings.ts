// Embeddings by Google's models.
import { RequestError } from '../../chat/dialect.ts';
import type { EmbeddingAnswer, EmbeddingRequest } from '../../chat/embeddings.ts';
import { Losses } from '../../chat/losses.ts';
import {
  readBatch,
  readContent,
  readEmbeddingUsage,
  readPrediction,
  writeBatch,
  writeContent,
  writePrediction,
} from '../../dialects/google/embeddings.ts';
import { readAsked, toCaller } from '../embeddings.ts';
import { JsonAnswer } from '../json-answer.ts';
import { notSupported } from '../not-supported.ts';
import { passedJson } from '../passed-answer.ts';
import type { AnswerContext, AnswerReader, GatewayRequest, UpstreamRequest } from '../provider.ts';
import { type GoogleMethod, googlePath, isVertexEndpoint, modelResource } from './endpoint.ts';
import { ownBody } from './own-body.ts';

function toOwn(request: GatewayRequest): UpstreamRequest {
  const { endpoint, operation, upstreamModel } = request;
  const isBatch = operation === 'batch_embeddings';
  if (isBatch && isVertexEndpoint(endpoint)) throw notSupported(request);
  const path = googlePath(endpoint, upstreamModel, isBatch ? 'batchEmbedContents' : 'embedContent');
  return { path, body: ownBody(request), hideUsageEvent: false };
}

/** How a model makes embeddings. */
interface Way {
  method: GoogleMethod;
  /** Texts in one request. */
  most: number;
  write(asked: EmbeddingRequest): object;
  read(json: unknown, asked: EmbeddingRequest): EmbeddingAnswer;
}

function wayOf({ endpoint, upstreamModel }: GatewayRequest): Way {
  const resource = modelResource(endpoint, upstreamModel);
  if (resource !== undefined) {
    return { method: 'batchEmbedContents', most: 100, write: (asked) => writeBatch(asked, resource), read: readBatch };
  }
  const name = upstreamModel.slice(upstreamModel.lastIndexOf('/') + 1);
  if (name === 'gemini-embedding-001') return { method: 'predict', most: 1, write: writePrediction, read: readPrediction };
  if (name.startsWith('gemini-')) return { method: 'embedContent', most: 1, write: writeContent, read: readContent };
  return { method: 'predict', most: 250, write: writePrediction, read: readPrediction };
}

/** Throws RequestError when the body is none in the caller's dialect, or asks for more than one request of Google's can hold. */
export function toEmbeddingRequest(request: GatewayRequest): UpstreamRequest {
  const { dialect, endpoint, upstreamModel } = request;
  if (dialect.name === 'google') return toOwn(request);
  const losses = new Losses();
  const asked = readAsked(request, losses);
  const { method, most, write } = wayOf(request);
  const count = asked.inputs.length;
  if (count > most) {
    const fault = `input has ${count} texts, and this model takes ${most} in one request`;
    throw new RequestError('input', `${fault}; send them in several requests.`);
  }
  return { path: googlePath(endpoint, upstreamModel, method), body: JSON.stringify(write(asked)), hideUsageEvent: false, losses };
}

export function readEmbeddingAnswer({ request }: AnswerContext): AnswerReader {
  if (request.dialect.name === 'google') return passedJson('usageMetadata', readEmbeddingUsage);
  const { read } = wayOf(request);
  const asked = readAsked(request, new Losses());
  return new JsonAnswer((json) => toCaller(read(json, asked), request));
}
