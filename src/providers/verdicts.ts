// What an answer to a credential check comes to, told in the provider's own words.
import type { Probe, UpstreamError, Verification } from './provider.ts';

export type ProbeAnswer = Awaited<ReturnType<Probe>>;
export type ErrorReader = (status: number, body: string) => UpstreamError;

export function isRefusal({ status }: ProbeAnswer): boolean {
  return status === 401 || status === 403;
}

export function isMissing({ status }: ProbeAnswer): boolean {
  return status === 404 || status === 405;
}

function messageOf({ status, body }: ProbeAnswer, readError: ErrorReader): string {
  return `HTTP ${status}: ${readError(status, body).message}`;
}

/** The provider knows that this credential is not good. */
export function refused(answer: ProbeAnswer, readError: ErrorReader): Verification {
  return { verdict: 'invalid', message: messageOf(answer, readError) };
}

/** What a server answers to a call that it does not have. */
function isOffTarget({ status }: ProbeAnswer): boolean {
  return status <= 400 || status === 404 || status === 405;
}

/** The answer says nothing about the credential. `hint`: what the user might have to change where the server is another one. */
export function undecided(answer: ProbeAnswer, readError: ErrorReader, hint = ''): Verification {
  const message = messageOf(answer, readError) + (isOffTarget(answer) ? hint : '');
  const seconds = Number(answer.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0
    ? { verdict: 'unknown', message, retryAfterMs: seconds * 1000 }
    : { verdict: 'unknown', message };
}
