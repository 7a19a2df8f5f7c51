// Errors as OpenAI's SDKs read them.
import type { DialectError } from '../../chat/dialect.ts';

export function writeError({ message, type, param, code }: DialectError): { error: object } {
  return { error: { message, type, param, code } };
}
