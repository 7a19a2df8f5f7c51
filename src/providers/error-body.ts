// Reads error bodies, which come in many forms: those of the OpenAI dialect whole, of others what they share with it.
import type { UpstreamError } from './provider.ts';

/** The value as an object; anything else is an empty one. */
export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A body as an object, empty when it is none. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    // Gemini's OpenAI endpoint wraps its errors in a list.
    return asRecord(Array.isArray(value) ? value[0] : value);
  } catch {
    return {};
  }
}

/** A non-empty string, or a number as one. */
export function text(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : null;
}

/** Reads `{error:{message,type,param,code}}` and the looser forms that compatible servers send. */
export function readOpenAiError(status: number, body: string): UpstreamError {
  const parsed = parseObject(body);
  // Some servers write the members of `error` at the top.
  const error = typeof parsed['error'] === 'object' ? asRecord(parsed['error']) : parsed;
  const message = text(error['message']) ?? text(parsed['error']) ?? text(parsed['message']) ?? text(parsed['detail']);
  return {
    message: message ?? `The provider answered with HTTP ${status} and no error message.`,
    type: text(error['type']),
    param: text(error['param']),
    code: text(error['code']),
  };
}
