// Reads error bodies of Anthropic: `{type: "error", error: {type, message}, request_id}`.
import { readOpenAiError } from '../error-body.ts';
import type { UpstreamError } from '../provider.ts';

/** No other provider has this status. */
const OVERLOADED = 529;

export function readAnthropicError(status: number, body: string): UpstreamError {
  // The member `error` has the same form as OpenAI's; proxies in front of Anthropic write it as loosely.
  const error = readOpenAiError(status, body);
  return status === OVERLOADED && error.type === null ? { ...error, type: 'overloaded_error' } : error;
}
