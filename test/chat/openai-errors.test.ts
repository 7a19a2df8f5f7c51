// Callers of OpenAI's dialects read kinds of errors in OpenAI's words, whoever failed.
import { describe, expect, it } from 'vitest';
import { inOpenAiWords } from '../../src/chat/openai-errors.ts';

const said = (status: number, type: string, code: string | null = null): { type: string; code: string | null } =>
  inOpenAiWords({ status, type, code });

describe('the kind of an error', () => {
  it.each([
    [404, 'not_found_error', 'invalid_request_error'],
    [403, 'permission_error', 'invalid_request_error'],
    [400, 'INVALID_ARGUMENT', 'invalid_request_error'],
    [429, 'RESOURCE_EXHAUSTED', 'rate_limit_error'],
    [503, 'overloaded_error', 'api_error'],
    [503, 'UNAVAILABLE', 'api_error'],
    [400, 'ValidationException', 'invalid_request_error'],
  ])('of status %i that its vendor calls %s is %s', (status, word, expected) => {
    expect(said(status, word, 'provider_failed')).toEqual({ type: expected, code: 'provider_failed' });
  });

  it.each([
    ['overloaded_error', 'api_error'],
    ['RESOURCE_EXHAUSTED', 'rate_limit_error'],
    ['throttlingException', 'rate_limit_error'],
    ['validationException', 'invalid_request_error'],
    ['modelStreamErrorException', 'api_error'],
    ['INTERNAL', 'api_error'],
  ])('in the middle of a stream that its vendor calls %s is %s, with the vendor\'s word as the code', (word, expected) => {
    expect(said(502, word)).toEqual({ type: expected, code: word });
  });

  it.each(['invalid_request_error', 'rate_limit_error', 'authentication_error', 'server_error', 'tokens', 'insufficient_quota', 'api_error'])(
    'that OpenAI itself calls %s stays',
    (word) => expect(said(429, word)).toEqual({ type: word, code: null }),
  );

  it('that a server of OpenAI\'s dialect has a word of its own for stays', () => {
    expect(said(400, 'BadRequestError', '400')).toEqual({ type: 'BadRequestError', code: '400' });
  });
});
