// What follows from the answers about a connection's credential. Pure, so that the whole rotation table can be tested.
import type { ConditionDraft } from '../api/conditions.ts';
import type { Verification } from '../providers/provider.ts';
import type { Outcome } from './evaluation.ts';

type Unknown = Extract<Verification, { verdict: 'unknown' }>;

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
  /** What the object authenticates with: a Secret, the identity of the pods, or nothing at all. */
  credential: 'secret' | 'pod' | 'none';
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
/** Checks tell of the operator's pod, traffic of those of the gateways: both service accounts have to be bound. */
const REFUSED_GATEWAYS =
  'requests of applications could not be made as the pods of the gateways, although the operator can authenticate as its own; ' +
  'bind the service account of the gateways too, and list the namespace in their setting pod-identity-namespaces';

function inUse(message: string, summary: string): NonNullable<Decision['tell']> {
  return { credentialsValid: { type, status: 'True', reason: 'Succeeded', message }, outcome: { state: 'good', message: summary } };
}

function refusedByTraffic(message: string): NonNullable<Decision['tell']> {
  return {
    credentialsValid: { type, status: 'False', reason: 'CredentialsInvalid', message },
    outcome: { state: 'stalled', reason: 'CredentialsInvalid', message },
  };
}

function accepted(proven: boolean, { credential, rejectedByTraffic }: Answers, addition = ''): NonNullable<Decision['tell']> {
  if (credential === 'none') {
    const message = `the server answers without a credential${addition}`;
    return inUse(message, 'the connection is in use');
  }
  if (credential === 'pod' && rejectedByTraffic) return refusedByTraffic(REFUSED_GATEWAYS);
  if (credential === 'pod' && proven) {
    const message = `the provider accepted the identity of the operator's pod; requests are made as the gateways' pods${addition}`;
    return inUse(message, 'the identity of the pods is valid and in use');
  }
  if (proven) {
    const message = `the provider accepted the credential${addition}`;
    return inUse(message, 'the credential is valid and in use');
  }
  if (rejectedByTraffic) {
    return refusedByTraffic('the provider refused the credential to requests of applications; put a valid one into the Secret');
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

function refusalOf(message: string, credential: Answers['credential']): string {
  switch (credential) {
    case 'secret':
      return `the provider refused the credential: ${message}`;
    case 'pod':
      return `the provider refused the identity of the operator's pod: ${message}; let it call models, and that of the gateways' pods too`;
    case 'none':
      return `the server wants a credential: ${message}; set spec.credentials.secretRef`;
  }
}

function invalid(message: string, kept: Earlier | undefined, credential: Answers['credential']): NonNullable<Decision['tell']> {
  const text = `${refusalOf(message, credential)}${goesOn(kept)}`;
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

function unreachable(asked: Unknown, kept: Earlier | undefined, keepsReady: boolean): NonNullable<Decision['tell']> {
  const reason = asked.noIdentity === true ? 'PodIdentityUnavailable' : 'ProviderUnreachable';
  const why = asked.noIdentity === true ? 'the operator cannot authenticate as its own pod' : 'the provider could not be asked';
  const text = `${why}: ${asked.message}${goesOn(kept)}`;
  return {
    credentialsValid: { type, status: 'Unknown', reason, message: text },
    outcome: { state: 'waiting', reason, message: text, keepsReady },
  };
}

/** Only a refusal takes a credential out of service; not knowing changes nothing for what was accepted before. */
export function decide(answers: Answers): Decision {
  const { candidate, pending, credential } = answers;
  // What the provider has refused meanwhile is nobody's last good state.
  const earlier = answers.accepted?.verification?.verdict === 'invalid' ? undefined : answers.accepted;
  if (candidate?.verdict === 'valid') return { serve: 'candidate', tell: accepted(candidate.proven, answers) };
  if (candidate?.verdict === 'invalid' || candidate?.verdict === 'unusable') {
    const kept = earlier?.which === 'other' ? earlier : undefined;
    const { verdict, message } = candidate;
    const tell = verdict === 'invalid' ? invalid(message, kept, credential) : unusable(message, kept);
    return { serve: kept === undefined ? 'nothing' : 'accepted', tell };
  }
  if (earlier?.which === 'same') {
    const tell = candidate === undefined ? undefined : accepted(earlier.proven, answers, '; it could not be asked again at the last check');
    return { serve: 'candidate', tell };
  }
  const serve = earlier === undefined ? 'nothing' : 'accepted';
  if (candidate?.verdict === 'unknown') {
    return { serve, tell: unreachable(candidate, earlier, serve === 'accepted' && answers.acceptedIsCurrent) };
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
