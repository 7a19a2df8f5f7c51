// What follows from the answers about a connection's credential. Pure, so that the whole rotation table can be tested.
import type { ConditionDraft } from '../api/conditions.ts';
import type { Verification } from '../providers/provider.ts';
import type { Outcome } from './evaluation.ts';

export interface Answers {
  /** About what the object asks for now. Undefined: not asked yet. `unusable`: nobody can be asked with what its Secrets hold. */
  candidate: Verification | { verdict: 'unusable'; message: string } | undefined;
  /** A check of the candidate is under way. */
  pending: boolean;
  /**
   * `same`: what the object asks for was accepted before. `other`: something else was, say the value before a rotation.
   * `proven`: whether the accepted one was proven at that time.
   */
  accepted: { which: 'same' | 'other'; proven: boolean; verification: Verification | undefined } | undefined;
  /** Applications were refused with the candidate lately. */
  rejectedByTraffic: boolean;
  /** The object names a credential at all. */
  hasCredential: boolean;
  /** The accepted one was made for this very generation of the object. */
  acceptedIsCurrent: boolean;
}

export interface Decision {
  serve: 'candidate' | 'accepted' | 'nothing';
  /** Undefined: nothing is settled yet, so status keeps saying what it said. */
  tell: { credentialsValid: ConditionDraft; outcome: Outcome } | undefined;
}

const type = 'CredentialsValid';
const UNPROVEN = 'the server gives its model list to anybody, so only traffic can prove the credential';
const STILL_SERVED = 'the credential that was accepted before stays in use';

function inUse(message: string, summary: string): NonNullable<Decision['tell']> {
  return { credentialsValid: { type, status: 'True', reason: 'Succeeded', message }, outcome: { state: 'good', message: summary } };
}

function accepted(proven: boolean, { hasCredential, rejectedByTraffic }: Answers, addition = ''): NonNullable<Decision['tell']> {
  if (!hasCredential) {
    const message = `the server answers without a credential${addition}`;
    return inUse(message, 'the connection is in use');
  }
  if (proven) {
    const message = `the provider accepted the credential${addition}`;
    return inUse(message, 'the credential is valid and in use');
  }
  if (rejectedByTraffic) {
    const message = 'the provider refused the credential to requests of applications; put a valid one into the Secret';
    return {
      credentialsValid: { type, status: 'False', reason: 'CredentialsInvalid', message },
      outcome: { state: 'stalled', reason: 'CredentialsInvalid', message },
    };
  }
  return {
    credentialsValid: { type, status: 'Unknown', reason: 'CredentialsUnproven', message: `${UNPROVEN}${addition}` },
    outcome: { state: 'good', message: `the connection is in use; ${UNPROVEN}` },
  };
}

function invalid(message: string, servesOther: boolean): NonNullable<Decision['tell']> {
  const text = `the provider refused the credential: ${message}${servesOther ? `; ${STILL_SERVED}` : ''}`;
  return {
    credentialsValid: { type, status: 'False', reason: 'CredentialsInvalid', message: text },
    outcome: { state: 'stalled', reason: 'CredentialsInvalid', message: text },
  };
}

function unusable(message: string, servesOther: boolean): NonNullable<Decision['tell']> {
  const text = `${message}${servesOther ? `; ${STILL_SERVED}` : ''}`;
  return {
    credentialsValid: { type, status: 'Unknown', reason: 'SecretValueInvalid', message: text },
    outcome: { state: 'stalled', reason: 'SecretValueInvalid', message: text },
  };
}

function unreachable(message: string, servesOther: boolean, keepsReady: boolean): NonNullable<Decision['tell']> {
  const text = `the provider could not be asked: ${message}${servesOther ? `; ${STILL_SERVED}` : ''}`;
  return {
    credentialsValid: { type, status: 'Unknown', reason: 'ProviderUnreachable', message: text },
    outcome: { state: 'waiting', reason: 'ProviderUnreachable', message: text, keepsReady },
  };
}

/** Only a refusal takes a credential out of service; not knowing changes nothing for what was accepted before. */
export function decide(answers: Answers): Decision {
  const { candidate, pending } = answers;
  // What the provider has refused meanwhile is nobody's last good state.
  const earlier = answers.accepted?.verification?.verdict === 'invalid' ? undefined : answers.accepted;
  if (candidate?.verdict === 'valid') return { serve: 'candidate', tell: accepted(candidate.proven, answers) };
  if (candidate?.verdict === 'invalid' || candidate?.verdict === 'unusable') {
    const servesOther = earlier?.which === 'other';
    const refusal = candidate.verdict === 'invalid' ? invalid : unusable;
    return { serve: servesOther ? 'accepted' : 'nothing', tell: refusal(candidate.message, servesOther) };
  }
  if (earlier?.which === 'same') {
    const tell = candidate === undefined ? undefined : accepted(earlier.proven, answers, '; it could not be asked again at the last check');
    return { serve: 'candidate', tell };
  }
  const serve = earlier === undefined ? 'nothing' : 'accepted';
  if (candidate?.verdict === 'unknown') {
    return { serve, tell: unreachable(candidate.message, serve === 'accepted', serve === 'accepted' && answers.acceptedIsCurrent) };
  }
  if (serve === 'accepted' || !pending) return { serve, tell: undefined };
  const message = 'the credential is being checked';
  return {
    serve,
    tell: {
      credentialsValid: { type, status: 'Unknown', reason: 'CredentialsUnproven', message },
      outcome: { state: 'waiting', reason: 'Progressing', message },
    },
  };
}

/** The same, with something else to say to whoever reads either condition. */
export function withNote(tell: NonNullable<Decision['tell']>, note: string | undefined): NonNullable<Decision['tell']> {
  if (note === undefined) return tell;
  const { credentialsValid, outcome } = tell;
  return {
    credentialsValid: { ...credentialsValid, message: `${credentialsValid.message}; ${note}` },
    outcome: { ...outcome, message: `${outcome.message}; ${note}` },
  };
}
