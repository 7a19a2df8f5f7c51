// Bedrock's Converse and ConverseStream: one form for the models of all vendors there.
import type { ProviderDialect } from '../../chat/dialect.ts';
import { readAnswer } from './read-answer.ts';
import { ConverseStream } from './read-stream.ts';
import { writeRequest } from './write-request.ts';

export const bedrockProvider: ProviderDialect = {
  name: 'bedrock',
  writeRequest,
  readAnswer,
  readStream: () => new ConverseStream(),
};
