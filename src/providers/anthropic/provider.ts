// Anthropic, and servers that speak its Messages dialect.
import { countRequest, readCount } from '../../dialects/anthropic/count-tokens.ts';
import { anthropicProvider } from '../../dialects/anthropic/dialect.ts';
import { refuseThread } from '../../dialects/anthropic/thread.ts';
import { readCountAnswer, toCountRequest, type CountEndpoint } from '../count-tokens.ts';
import type { GatewayRequest, Provider, UpstreamRequest } from '../provider.ts';
import { readChatAnswer, toChatRequest, withUpstreamModel, type ChatEndpoint } from '../translation.ts';
import { ANTHROPIC_ENDPOINT, authorizeAnthropic } from './connection.ts';
import { readAnthropicError } from './error.ts';
import { verifyAnthropic } from './verification.ts';

const CHAT: ChatEndpoint = { dialect: anthropicProvider, pathOf: () => '/messages', modelInPath: false };
const COUNT: CountEndpoint = {
  dialect: anthropicProvider,
  pathOf: () => '/messages/count_tokens',
  ownBody: withUpstreamModel,
  writeBody: countRequest,
  readCount,
};

function toRequest(request: GatewayRequest): UpstreamRequest {
  if (request.operation === 'count_tokens') return toCountRequest(COUNT, request);
  if (request.dialect.name === 'anthropic') refuseThread(request.body);
  return toChatRequest(CHAT, request);
}

export const anthropic: Provider = {
  type: 'Anthropic',
  defaultEndpoint: ANTHROPIC_ENDPOINT,
  authorize: authorizeAnthropic,
  verify: verifyAnthropic,
  toRequest,
  readAnswer: (context) =>
    context.request.operation === 'count_tokens' ? readCountAnswer(COUNT, context) : readChatAnswer(CHAT.dialect, context),
  toError: readAnthropicError,
};
