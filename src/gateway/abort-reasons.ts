// Why a call to a provider was broken off.

export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError';
}

export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError';
}

export class TotalTimeoutError extends Error {
  override readonly name = 'TotalTimeoutError';
  readonly code = 'FLASHBACK_TOTAL_TIMEOUT';
}

export class ResponseTimeoutError extends Error {
  override readonly name = 'ResponseTimeoutError';
  readonly code = 'UND_ERR_HEADERS_TIMEOUT';
}
