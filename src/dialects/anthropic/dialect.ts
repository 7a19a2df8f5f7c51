// Anthropic's Messages API, towards callers and towards providers.
import type { ProviderDialect, SurfaceDialect } from '../../chat/dialect.ts';
import { writeError } from './error.ts';
import { nameOf } from './names.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';
import { AnthropicStreamReader } from './read-stream.ts';
import { holdsForeign } from './signatures.ts';
import { writeAnswer } from './write-answer.ts';
import { writeRequest } from './write-request.ts';
import { AnthropicStreamWriter } from './write-stream.ts';

export const anthropicSurface: SurfaceDialect = {
  name: 'anthropic',
  streamType: 'text/event-stream',
  readRequest,
  nameOf,
  holdsForeign,
  pathOf: (name) => name.replace(/^system\.content(?=\[)/, 'system'),
  writeAnswer,
  writeStream: (head) => new AnthropicStreamWriter(head),
  writeError,
};

export const anthropicProvider: ProviderDialect = {
  name: 'anthropic',
  toolNames: { legal: /^[a-zA-Z0-9_-]{1,128}$/, illegalCharacters: /[^a-zA-Z0-9_-]/g, longest: 128 },
  writeRequest,
  readAnswer,
  readStream: () => new AnthropicStreamReader(),
};
