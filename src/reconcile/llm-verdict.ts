// What follows from the answers about a connection's credential. Pure, so that the whole rotation table can be tested.
import type { ConditionDraft } from '../api/conditions.ts';
import type { Verification } from '../providers/provider.ts';
import type { Outcome } from './evaluation.ts';

/** What was accepted before. */
interface Earlier {
  /** `same`: what the object asks for now. `other`: something else, say the value before a rotation. */
  which: 'same' | 'other';
  /** It was proven at that time. */
  proven: boolean;
  verification: Verification | undefined;
  /** Its endpoint, for messages, where the object asks for another one now. */
  elsewhere?: string | undefined;
}

export interface Answers {
  /** About what the object asks for now. Undefined: not asked yet. `unusable`: nobody can be asked with what its Secrets hold. */
  candidate: Verification | { verdict: 'unusable'; message: string } | undefined;
  /** A check of the candidate is under way. */
  pending: boolean;
  accepted: Earlier | undefined;
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

/** What goes on, to be added to why it is not what the object asks for. */
function goesOn(kept: Earlier | undefined): string {
  if (kept === undefined) return '';
  return kept.elsewhere === undefined ? `; ${STILL_SERVED}` : `; requests still go to ${kept.elsewhere}, which was accepted before`;
}

function invalid(message: string, kept: Earlier | undefined, hasCredential: boolean): NonNullable<Decision['tell']> {
  const refusal = hasCredential
    ? `the provider refused the credential: ${message}`
    : `the server wants a credential: ${message}; set spec.credentials.secretRef`;
  const text = `${refusal}${goesOn(kept)}`;
  return {
    credentialsValid: { type, status: 'False', reason: 'CredentialsInvalid', message: text },
    outcome: { state: 'stalled', reason: 'CredentialsInvalid', message: text },
  };
}

function unusable(message: string, kept: Earlier | undefined): NonNullable<Decision['tell']> {
  const text = `${message}${goesOn(kept)}`;
  return {
    credentialsValid: { type, status: 'Unknown', reason: 'SecretValueInvalid', message: text },
    outcome: { state: 'stalled', reason: 'SecretValueInvalid', message: text },
  };
}

function unreachable(message: string, kept: Earlier | undefined, keepsReady: boolean): NonNullable<Decision['tell']> {
  const text = `the provider could not be asked: ${message}${goesOn(kept)}`;
  return {
    credentialsValid: { type, status: 'Unknown', reason: 'ProviderUnreachable', message: text },
    outcome: { state: 'waiting', reason: 'ProviderUnreachable', message: text, keepsReady },
  };
}

/** Only a refusal takes a credential out of service; not knowing changes nothing for what was accepted before. */
export function decide(answers: Answers): Decision {
  const { candidate, pending, hasCredential } = answers;
  // What the provider has refused meanwhile is nobody's last good state.
  const earlier = answers.accepted?.verification?.verdict === 'invalid' ? undefined : answers.accepted;
  if (candidate?.verdict === 'valid') return { serve: 'candidate', tell: accepted(candidate.proven, answers) };
  if (candidate?.verdict === 'invalid' || candidate?.verdict === 'unusable') {
    const kept = earlier?.which === 'other' ? earlier : undefined;
    const { verdict, message } = candidate;
    const tell = verdict === 'invalid' ? invalid(message, kept, hasCredential) : unusable(message, kept);
    return { serve: kept === undefined ? 'nothing' : 'accepted', tell };
  }
  if (earlier?.which === 'same') {
    const tell = candidate === undefined ? undefined : accepted(earlier.proven, answers, '; it could not be asked again at the last check');
    return { serve: 'candidate', tell };
  }
  const serve = earlier === undefined ? 'nothing' : 'accepted';
  if (candidate?.verdict === 'unknown') {
    return { serve, tell: unreachable(candidate.message, earlier, serve === 'accepted' && answers.acceptedIsCurrent) };
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
