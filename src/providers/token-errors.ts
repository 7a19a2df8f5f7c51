// Why there is no access token, or no signature. Neither holds a part of the credential, nor the error that it came from, which may.

/** Definite: this credential will never get one. */
export class TokenRefusedError extends Error {
  override readonly name: string = 'TokenRefusedError';
}

/** Says nothing about the credential. */
export class TokenUnavailableError extends Error {
  override readonly name: string = 'TokenUnavailableError';
}

/**
 * The pod that this process runs in has no identity at the provider, or its source gives nothing now: no word about the
 * connection. The message says what to set up, in our own words alone; "it" in it is the process.
 */
export class PodIdentityError extends TokenUnavailableError {
  override readonly name = 'PodIdentityError';
}
