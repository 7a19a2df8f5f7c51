// Anthropic, and servers that speak its Messages dialect.
import { anthropicProvider } from '../../dialects/anthropic/dialect.ts';
import type { Provider } from '../provider.ts';
import { readChatAnswer, toChatRequest, type ChatEndpoint } from '../translation.ts';
import { ANTHROPIC_ENDPOINT, authorizeAnthropic } from './connection.ts';
import { readAnthropicError } from './error.ts';
import { verifyAnthropic } from './verification.ts';

const CHAT: ChatEndpoint = { dialect: anthropicProvider, pathOf: () => '/messages', modelInPath: false };

export const anthropic: Provider = {
  type: 'Anthropic',
  defaultEndpoint: ANTHROPIC_ENDPOINT,
  authorize: authorizeAnthropic,
  verify: verifyAnthropic,
  toRequest: (request) => toChatRequest(CHAT, request),
  readAnswer: (context) => readChatAnswer(CHAT.dialect, context),
  toError: readAnthropicError,
};
