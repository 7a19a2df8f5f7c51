// Models at AWS: Bedrock's Converse API, and beside it embeddings and counts of tokens.
import { countingModelOf, countRequest, readCount } from '../../dialects/bedrock/count-tokens.ts';
import { bedrockProvider } from '../../dialects/bedrock/dialect.ts';
import { readCountAnswer, toCountRequest, type CountEndpoint } from '../count-tokens.ts';
import { isEmbedding } from '../embeddings.ts';
import type { AnswerContext, AnswerReader, GatewayRequest, Provider, UpstreamRequest } from '../provider.ts';
import { readChatAnswer, toChatRequest, type ChatEndpoint } from '../translation.ts';
import { authorizeAws, type AwsSigning } from './authorization.ts';
import { readEmbeddingAnswer, toEmbeddingRequest } from './embeddings.ts';
import { conversePath, modelPath } from './endpoint.ts';
import { readAwsError, refusesAwsCredential } from './error.ts';
import { verifyAws } from './verification.ts';

const CHAT: ChatEndpoint = {
  dialect: bedrockProvider,
  pathOf: ({ upstreamModel, stream }) => conversePath(upstreamModel, stream),
  modelInPath: true,
};
const COUNT: CountEndpoint = {
  dialect: bedrockProvider,
  pathOf: ({ upstreamModel }) => modelPath(countingModelOf(upstreamModel), 'count-tokens'),
  // No caller speaks Bedrock's dialect.
  ownBody: ({ raw }) => raw,
  writeBody: countRequest,
  readCount,
};

function toRequest(request: GatewayRequest): UpstreamRequest {
  if (isEmbedding(request)) return toEmbeddingRequest(request);
  return request.operation === 'count_tokens' ? toCountRequest(COUNT, request) : toChatRequest(CHAT, request);
}

function readAnswer(context: AnswerContext): AnswerReader {
  const { request } = context;
  if (isEmbedding(request)) return readEmbeddingAnswer(context);
  return request.operation === 'count_tokens' ? readCountAnswer(COUNT, context) : readChatAnswer(CHAT.dialect, context);
}

export function aws(signing: AwsSigning): Provider {
  return {
    type: 'AWS',
    defaultEndpoint: 'https://bedrock-runtime.us-east-1.amazonaws.com',
    authorize: (credential, _endpoint, asPod) => authorizeAws(credential, signing, asPod),
    verify: verifyAws,
    toRequest,
    readAnswer,
    toError: (status, body, headers = {}) => {
      const error = readAwsError(status, body, headers['x-amzn-errortype']);
      return { ...error, refusesCredential: refusesAwsCredential(status, error) };
    },
  };
}
