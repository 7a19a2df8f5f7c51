// Gemini, by the Gemini API or by Vertex AI.
import { countRequest, readCount } from '../../dialects/google/count-tokens.ts';
import { googleProvider } from '../../dialects/google/dialect.ts';
import { readCountAnswer, toCountRequest, type CountEndpoint } from '../count-tokens.ts';
import { isEmbedding } from '../embeddings.ts';
import type { AnswerContext, AnswerReader, GatewayRequest, Provider, UpstreamRequest } from '../provider.ts';
import { readChatAnswer, toChatRequest, type ChatEndpoint } from '../translation.ts';
import { authorizeGoogle } from './authorization.ts';
import { GOOGLE_ENDPOINT, googlePath, modelResource } from './endpoint.ts';
import { readEmbeddingAnswer, toEmbeddingRequest } from './embeddings.ts';
import { googleErrorReason, googleRetryAfter, readGoogleError } from './error.ts';
import { ListAnswer } from './list-answer.ts';
import { ownCountBody } from './own-body.ts';
import { verifyGoogle } from './verification.ts';
import type { VertexTokens } from './vertex-tokens.ts';

const CHAT: ChatEndpoint = {
  dialect: googleProvider,
  pathOf: ({ endpoint, upstreamModel, stream }) =>
    googlePath(endpoint, upstreamModel, stream ? 'streamGenerateContent' : 'generateContent'),
  modelInPath: true,
};

/** Callers of the own dialect get what Google sends, so it has to be made a list for those that want one. */
const wantsList = ({ dialect }: GatewayRequest): boolean => dialect.name === CHAT.dialect.name && dialect.streamType === 'application/json';

const COUNT: CountEndpoint = {
  dialect: googleProvider,
  pathOf: ({ endpoint, upstreamModel }) => googlePath(endpoint, upstreamModel, 'countTokens'),
  ownBody: ownCountBody,
  writeBody: (written, { endpoint, upstreamModel }) => countRequest(written, modelResource(endpoint, upstreamModel)),
  readCount,
};

function toRequest(request: GatewayRequest): UpstreamRequest {
  if (isEmbedding(request)) return toEmbeddingRequest(request);
  return request.operation === 'count_tokens' ? toCountRequest(COUNT, request) : toChatRequest(CHAT, request);
}

function readAnswer(context: AnswerContext): AnswerReader {
  const { request } = context;
  if (isEmbedding(request)) return readEmbeddingAnswer(context);
  if (request.operation === 'count_tokens') return readCountAnswer(COUNT, context);
  const answer = readChatAnswer(CHAT.dialect, context);
  return answer.isEventStream && wantsList(request) ? new ListAnswer(answer, request.dialect) : answer;
}

const REFUSED_KEY = new Set(['API_KEY_INVALID', 'ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_TYPE_UNSUPPORTED']);

/** `tokens`: access tokens for Vertex AI. */
export function google(tokens: VertexTokens): Provider {
  return {
    type: 'Google',
    defaultEndpoint: GOOGLE_ENDPOINT,
    authorize: (credential, endpoint, asPod) => authorizeGoogle(credential, endpoint, tokens, asPod),
    verify: verifyGoogle,
    toRequest,
    readAnswer,
    toError: (status, body) => {
      const retryAfter = googleRetryAfter(body);
      return {
        ...readGoogleError(status, body),
        // A key that is no good gets 400.
        refusesCredential: status === 401 || REFUSED_KEY.has(googleErrorReason(body) ?? ''),
        ...(retryAfter === undefined ? {} : { retryAfter }),
      };
    },
  };
}
