import { describe, expect, it } from 'vitest';
import { googleErrorReason, googleRetryAfter, readGoogleError } from '../../../src/providers/google/error.ts';

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const body = (error: object): string => JSON.stringify({ error });

describe('an error of Google', () => {
  const ERROR = {
    code: 400,
    message: 'API key not valid.',
    status: 'INVALID_ARGUMENT',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents[0].parts' }] },
    ],
  };
  const READ = { message: 'API key not valid.', type: 'INVALID_ARGUMENT', param: 'contents[0].parts', code: 'API_KEY_INVALID' };

  it('keeps message, status, reason and field', () => {
    expect(readGoogleError(400, body(ERROR))).toEqual(READ);
    expect(googleErrorReason(body(ERROR))).toBe('API_KEY_INVALID');
  });
  it('may be the only one of a list', () => {
    expect(readGoogleError(400, `[${body(ERROR)}]`)).toEqual(READ);
  });
  it('without details has its status as code', () => {
    expect(readGoogleError(404, body({ code: 404, message: 'no', status: 'NOT_FOUND' }))).toEqual({
      message: 'no',
      type: 'NOT_FOUND',
      param: null,
      code: 'NOT_FOUND',
    });
  });
  it.each([
    ['{"error":"invalid_grant"}', 'invalid_grant'],
    ['{"error":"invalid_grant","error_description":"Bad"}', 'Bad'],
    ['<html>', 'The provider answered with HTTP 502 and no error message.'],
    ['{"error":{"details":[null,7,{"@type":3}]}}', 'The provider answered with HTTP 502 and no error message.'],
  ])('in the form %s says %s', (text, message) => {
    expect(readGoogleError(502, text).message).toBe(message);
  });
});

describe('the delay until another attempt', () => {
  it.each([
    [{ details: [{ '@type': RETRY_INFO, retryDelay: '34.07s' }] }, 35],
    [{ details: [{ '@type': RETRY_INFO, retryDelay: '12s' }], message: 'Please retry in 99s.' }, 12],
    [{ message: 'You exceeded your current quota. Please retry in 2.5s.' }, 3],
    [{ details: [{ '@type': RETRY_INFO, retryDelay: '0s' }] }, undefined],
    [{ details: [{ '@type': RETRY_INFO, retryDelay: '-1s' }] }, undefined],
    [{ message: 'Resource exhausted' }, undefined],
  ])('of %j is %s s', (error, seconds) => {
    expect(googleRetryAfter(body(error))).toBe(seconds);
  });
  it('is not found in what is no JSON', () => {
    expect(googleRetryAfter('<html>')).toBeUndefined();
  });
});
