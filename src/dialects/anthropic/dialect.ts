// Anthropic's Messages API, towards providers.
import type { ProviderDialect } from '../../chat/dialect.ts';
import { readAnswer } from './read-answer.ts';
import { AnthropicStreamReader } from './read-stream.ts';
import { writeRequest } from './write-request.ts';

export const anthropicProvider: ProviderDialect = {
  name: 'anthropic',
  writeRequest,
  readAnswer,
  readStream: () => new AnthropicStreamReader(),
};
