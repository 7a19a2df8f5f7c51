// Why there is no access token, or no signature. Neither holds a part of the credential, nor the error that it came from, which may.

/** Definite: this credential will never get one. */
export class TokenRefusedError extends Error {
  override readonly name: string = 'TokenRefusedError';
}

/** Says nothing about the credential. */
export class TokenUnavailableError extends Error {
  override readonly name = 'TokenUnavailableError';
}
