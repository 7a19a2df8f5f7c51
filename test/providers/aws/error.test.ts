// Errors of AWS in the terms of the caller, and what they say about the credential.
import { describe, expect, it } from 'vitest';
import { isClockSkew, readAwsError, refusesAwsCredential } from '../../../src/providers/aws/error.ts';

const KIND = 'ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/';

describe('an error', () => {
  it.each([
    { name: 'has its kind in a header, up to the colon', body: '{"message":"No."}', header: KIND, code: 'ValidationException' },
    { name: 'writes Message with a capital, too', body: '{"Message":"No."}', header: 'Denied', code: 'Denied' },
    { name: 'has its kind in the body', body: '{"__type":"com.amazon#ThrottlingException","message":"No."}', code: 'ThrottlingException' },
    { name: 'has no kind', body: '{"message":"No."}', code: null },
  ])('$name', ({ body, header, code }) => {
    expect(readAwsError(400, body, header)).toEqual({ message: 'No.', type: null, param: null, code });
  });

  it.each(['', '<html>', '[]', '{"message":""}', '{"message":{}}'])('has words of ours where AWS has none: %j', (body) => {
    expect(readAwsError(503, body).message).toBe('The provider answered with HTTP 503 and no error message.');
  });

  it('does not repeat what was signed, a session token among it', () => {
    const said = 'The request signature we calculated does not match.';
    const message = `${said}\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:hush'`;
    expect(readAwsError(403, JSON.stringify({ message })).message).toBe(said);
  });
});

describe('a credential', () => {
  it.each([
    { status: 403, kind: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' },
    { status: 403, kind: 'ExpiredTokenException', message: 'The security token included in the request is expired' },
    { status: 403, kind: 'InvalidSignatureException', message: 'The request signature we calculated does not match.' },
    { status: 403, kind: 'AccessDeniedException', message: 'Authentication failed: Please make sure your API Key is valid.' },
    { status: 403, kind: 'AccessDeniedException', message: 'User: a is not authorized to perform: bedrock:CallWithBearerToken' },
    { status: 403, kind: undefined, message: 'Bearer Token has expired' },
    { status: 401, kind: undefined, message: 'no' },
  ])('is refused by $status $kind: $message', ({ status, kind, message }) => {
    expect(refusesAwsCredential(status, readAwsError(status, JSON.stringify({ message }), kind))).toBe(true);
  });

  it.each([
    { status: 403, kind: 'AccessDeniedException', message: 'User: a is not authorized to perform: bedrock:InvokeModel on resource: b' },
    { status: 403, kind: 'AccessDeniedException', message: "You don't have access to the model with the specified model ID." },
    { status: 403, kind: 'InvalidSignatureException', message: 'Signature expired: 20260102T000000Z is now earlier than 20260102T000500Z' },
    { status: 403, kind: 'SomethingNewException', message: 'no' },
    { status: 400, kind: 'ValidationException', message: 'The provided model identifier is invalid.' },
    { status: 429, kind: 'ThrottlingException', message: 'Too many tokens' },
    { status: 503, kind: 'ServiceUnavailableException', message: 'no' },
  ])('is not refused by $status $kind: $message', ({ status, kind, message }) => {
    expect(refusesAwsCredential(status, readAwsError(status, JSON.stringify({ message }), kind))).toBe(false);
  });
});

it.each([
  ['InvalidSignatureException', 'Signature not yet current: a is still later than b', true],
  ['RequestTimeTooSkewed', 'no', true],
  ['InvalidSignatureException', 'The request signature we calculated does not match.', false],
])('%s with %j is about clocks: %s', (kind, message, skewed) => {
  expect(isClockSkew(readAwsError(403, JSON.stringify({ message }), kind))).toBe(skewed);
});
