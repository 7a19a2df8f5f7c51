// Errors as OpenAI's SDKs read them.
import type { DialectError } from '../../chat/dialect.ts';
import { inOpenAiWords } from '../../chat/openai-errors.ts';

export function writeError(error: DialectError): { error: object } {
  const { type, code } = inOpenAiWords(error);
  return { error: { message: error.message, type, param: error.param, code } };
}
