// Bedrock's Converse and ConverseStream: one form for the models of all vendors there.
import type { ProviderDialect } from '../../chat/dialect.ts';
import { readAnswer } from './read-answer.ts';
import { ConverseStream } from './read-stream.ts';
import { writeRequest } from './write-request.ts';

export const bedrockProvider: ProviderDialect = {
  name: 'bedrock',
  toolNames: { legal: /^[a-zA-Z0-9_-]{1,64}$/, illegalCharacters: /[^a-zA-Z0-9_-]/g, longest: 64 },
  writeRequest,
  readAnswer,
  readStream: () => new ConverseStream(),
};
