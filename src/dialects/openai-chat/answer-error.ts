// Errors that come where an answer should: inside a stream, or with status 200.
import type { AnswerError } from '../../chat/answer.ts';
import { isObject, type Json } from '../../chat/json.ts';

function word(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : null;
}

const NO_WORDS = 'The provider broke off the answer and did not say why.';

function read(error: unknown): AnswerError {
  const fields: Json = isObject(error) ? error : {};
  return {
    message: word(error) ?? word(fields['message']) ?? word(fields['detail']) ?? NO_WORDS,
    type: word(fields['type']) ?? word(fields['status']),
    code: word(fields['code']),
  };
}

/** Undefined: it is no error. Servers write the members of `error` at the top too, and Google a list around it. */
export function readAnswerError(json: unknown): AnswerError | undefined {
  const [first] = Array.isArray(json) ? (json as unknown[]) : [json];
  if (!isObject(first)) return undefined;
  const { error } = first;
  if (isObject(error) || (typeof error === 'string' && error !== '')) return read(error);
  const isMarked = first['object'] === 'error' || first['type'] === 'error';
  const isBare = isMarked || (!Array.isArray(first['choices']) && word(first['detail']) !== null);
  return isBare ? read(first) : undefined;
}
