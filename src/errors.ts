// Every error that an application can get from the gateway. docs/errors.md mirrors this table; a test compares the two.
// Users match on `code`, never on text.

interface ErrorDefinition {
  status: number;
  /** `error.type` of the OpenAI envelope. */
  type: string;
  /** Who has to act, for metrics: a closed vocabulary. */
  cause: 'caller' | 'policy' | 'provider' | 'gateway';
  meaning: string;
}

export const ERRORS = {
  key_missing: { status: 401, type: 'invalid_request_error', cause: 'caller', meaning: 'the request carries no API key' },
  key_malformed: { status: 401, type: 'invalid_request_error', cause: 'caller', meaning: 'the API key has a typo, or is not a key of this gateway' },
  key_unknown: { status: 401, type: 'invalid_request_error', cause: 'caller', meaning: 'the API key is well-formed, but this gateway never issued it' },
  key_expired: { status: 401, type: 'invalid_request_error', cause: 'caller', meaning: 'the API key has expired' },
  key_revoked: { status: 401, type: 'invalid_request_error', cause: 'caller', meaning: 'the API key was revoked' },
  key_of_other_surface: { status: 403, type: 'invalid_request_error', cause: 'caller', meaning: 'the API key is for another API dialect (`type` of the key in the Repository)' },
  repository_suspended: { status: 403, type: 'invalid_request_error', cause: 'caller', meaning: 'the repository is suspended' },
  surface_not_enabled: { status: 404, type: 'invalid_request_error', cause: 'caller', meaning: 'the repository does not expose this API dialect' },
  route_not_found: { status: 404, type: 'invalid_request_error', cause: 'caller', meaning: 'there is no such path on the gateway' },
  method_not_allowed: { status: 405, type: 'invalid_request_error', cause: 'caller', meaning: 'the path exists, but not with this HTTP method' },
  model_not_found: { status: 404, type: 'invalid_request_error', cause: 'caller', meaning: 'the model is not offered by this repository, or not to this key' },
  model_missing: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'the body names no model' },
  body_not_json: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'the body is not a JSON object in UTF-8, or names a member twice where a policy blocks requests' },
  body_not_form: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'the body is not a form (`multipart/form-data`) that can be read in one way only' },
  body_incomplete: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'the connection ended before the whole body had arrived' },
  content_encoding_not_supported: { status: 415, type: 'invalid_request_error', cause: 'caller', meaning: 'the request body is compressed' },
  body_too_large: { status: 413, type: 'invalid_request_error', cause: 'caller', meaning: 'the body is larger than the gateway accepts' },
  request_malformed: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'what came is not an HTTP request' },
  request_timeout: { status: 408, type: 'invalid_request_error', cause: 'caller', meaning: 'the request did not arrive whole in time' },
  headers_too_large: { status: 431, type: 'invalid_request_error', cause: 'caller', meaning: 'the headers of the request are too large' },
  expectation_not_supported: { status: 417, type: 'invalid_request_error', cause: 'caller', meaning: 'the header `Expect` names something other than `100-continue`' },
  body_too_complex: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'the body is nested too deep, or holds too many values' },
  request_invalid: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'a field of the body has a value that the API dialect does not have' },
  fidelity_lost: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'the repository is strict, and the provider of this model cannot take all that the request says' },
  operation_not_supported: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'the provider of this model cannot do this operation' },
  rate_limited: { status: 429, type: 'rate_limit_error', cause: 'provider', meaning: 'the provider limits the rate of requests' },
  provider_rejected_request: { status: 400, type: 'invalid_request_error', cause: 'caller', meaning: 'the provider refused the request; its own code and message are passed on' },
  provider_credentials_rejected: { status: 502, type: 'api_error', cause: 'provider', meaning: 'the provider refused the credential that the gateway holds' },
  provider_failed: { status: 502, type: 'api_error', cause: 'provider', meaning: 'the provider answered with an error of its own' },
  provider_unreachable: { status: 502, type: 'api_error', cause: 'provider', meaning: 'no connection to the provider' },
  provider_stream_broken: { status: 502, type: 'api_error', cause: 'provider', meaning: 'the provider stopped in the middle of its answer' },
  provider_overloaded: { status: 503, type: 'api_error', cause: 'provider', meaning: 'the provider is overloaded or unavailable' },
  provider_not_ready: { status: 503, type: 'api_error', cause: 'provider', meaning: 'the model is not offered now, and a connection of the repository that may have it is out of use' },
  provider_timeout: { status: 504, type: 'api_error', cause: 'provider', meaning: 'the provider did not answer in time' },
  content_policy_violation: { status: 400, type: 'invalid_request_error', cause: 'policy', meaning: 'a policy blocks the request or the answer; the message names it' },
  policy_unavailable: { status: 503, type: 'api_error', cause: 'policy', meaning: 'a policy that must be evaluated could not be, so nothing is let through; try again' },
  gateway_not_ready: { status: 503, type: 'api_error', cause: 'gateway', meaning: 'the gateway has no configuration yet' },
  gateway_overloaded: { status: 503, type: 'api_error', cause: 'gateway', meaning: 'the gateway holds as many bytes of request bodies as it may; try again' },
  internal_error: { status: 500, type: 'api_error', cause: 'gateway', meaning: 'a fault of the gateway; its log has the details under the request id' },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a code from the table, on its way to the caller. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly param: string | null;
  /** Flat list of name, value that the answer carries besides. */
  readonly headers: readonly string[];

  constructor(code: ErrorCode, message: string, options: { param?: string; cause?: unknown; headers?: readonly string[] } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.param = options.param ?? null;
    this.headers = options.headers ?? [];
  }
}

/** The OpenAI error envelope. */
export interface ErrorEnvelope {
  error: { message: string; type: string; param: string | null; code: string };
}
