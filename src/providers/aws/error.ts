// Reads errors of AWS: the message is in the body, the kind in the header x-amzn-errortype.
import { parseObject, text } from '../error-body.ts';
import type { UpstreamError } from '../provider.ts';

/** `ValidationException:http://internal.amazon.com/...`, in a body `com.amazon.coral#ValidationException`. */
function kindOf(raw: string | null): string | null {
  return text(raw?.split(':')[0]?.split('#').at(-1)?.trim());
}

/** AWS explains a wrong signature by what it should have been made of: headers, session tokens among them. */
function withoutSigned(message: string): string {
  return message.split(/\s*The Canonical String for this request/)[0]!.trim();
}

/** `errorType`: the header x-amzn-errortype, where it is at hand. */
export function readAwsError(status: number, body: string, errorType?: string): UpstreamError {
  const parsed = parseObject(body);
  const message = text(parsed['message']) ?? text(parsed['Message']) ?? text(parsed['errorMessage']);
  const code = kindOf(text(errorType)) ?? kindOf(text(parsed['__type'])) ?? kindOf(text(parsed['code']));
  const said = message === null ? '' : withoutSigned(message);
  return { message: said || `The provider answered with HTTP ${status} and no error message.`, type: null, param: null, code };
}

/** The clocks differ: no word about the credential. */
const SKEWED = /signature (?:expired|not yet current)/i;

export function isClockSkew({ message, code }: UpstreamError): boolean {
  return code === 'RequestTimeTooSkewed' || SKEWED.test(message);
}

const REFUSALS = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignatureException',
  'ExpiredTokenException',
  'ExpiredToken',
  'MissingAuthenticationTokenException',
  'NotAuthorizedException',
]);
/** An API key may be refused by the same kind of error as a call that it may not make. */
const REFUSED_KEY = /authentication failed|api key|bearer ?token|security token|access token/i;

/** The credential itself is refused. A good one that may not do this, or not with this model, also gets a 403. */
export function refusesAwsCredential(status: number, error: UpstreamError): boolean {
  if (status === 401) return true;
  if (status !== 403 || isClockSkew(error)) return false;
  if (error.code === 'AccessDeniedException') return REFUSED_KEY.test(error.message);
  return error.code === null ? REFUSED_KEY.test(error.message) : REFUSALS.has(error.code);
}
