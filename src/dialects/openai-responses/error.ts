// Errors as this dialect says them: as a body, and inside a stream.
import type { DialectError } from '../../chat/dialect.ts';
import { inOpenAiWords } from '../../chat/openai-errors.ts';

export function writeError(error: DialectError): object {
  const { type, code } = inOpenAiWords(error);
  return { error: { message: error.message, type, param: error.param, code } };
}

/** The documentation has the fields beside `type`, the API sends them in `error`: clients read the one or the other. */
export function errorEvent(error: DialectError): { type: string } & Record<string, unknown> {
  const { message, param } = error;
  const { type, code } = inOpenAiWords(error);
  return { type: 'error', code, message, param, error: { type, code, message, param } };
}

/** Those that clients know: they are a closed list. */
const CODES: ReadonlySet<string | null> = new Set([
  'server_error',
  'rate_limit_exceeded',
  'invalid_prompt',
  'data_residency_mismatch',
  'bio_policy',
  'misalignment_policy_violation',
  'vector_store_timeout',
  'invalid_image',
  'invalid_image_format',
  'invalid_base64_image',
  'invalid_image_url',
  'image_too_large',
  'image_too_small',
  'image_parse_error',
  'image_content_policy_violation',
  'invalid_image_mode',
  'image_file_too_large',
  'unsupported_image_media_type',
  'empty_image_file',
  'failed_to_download_image',
  'image_file_not_found',
]);

/** The same after events of the provider, whose numbers it goes on with. The response that they belong to cannot be told again. */
export function failPassed(error: DialectError, last: string): string {
  const numbers = [...last.matchAll(/"sequence_number": ?(\d+)/g)];
  const before = numbers.length === 0 ? -1 : Number(numbers.at(-1)![1]);
  return `event: error\ndata: ${JSON.stringify({ ...errorEvent(error), sequence_number: before + 1 })}\n\n`;
}

/** `error` of a response that failed; the event `error` before it has the code as it was. */
export function responseError(error: DialectError): object {
  const { type, code } = inOpenAiWords(error);
  const known = CODES.has(code) ? code : type === 'rate_limit_error' ? 'rate_limit_exceeded' : 'server_error';
  return { code: known, message: error.message };
}
