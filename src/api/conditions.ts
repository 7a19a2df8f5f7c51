// The status contract: every condition type and reason that users can meet, and the rules of writing them (kstatus).

export const CONDITION_TYPES = [
  'Ready',
  'CredentialsValid',
  'ResolvedRefs',
  'KeysIssued',
  'Tested',
  'Programmed',
  'Reconciling',
  'Stalled',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** Reason -> what it means. docs/status.md mirrors this table. */
export const REASONS = {
  Succeeded: 'everything that the object asks for is in force',
  Progressing: 'the operator is working on it',
  ProgressingWithRetry: 'something is missing or unreachable; the operator tries again by itself',
  SecretNotFound: 'the Secret that the object names does not exist',
  SecretKeyMissing: 'the Secret exists, but has no such key or an empty value',
  SecretValueInvalid: 'the value in the Secret cannot be used: no HTTP header may hold it, or it is no PEM certificate',
  SecretForbidden: 'the operator may not read the Secret',
  PodIdentityNotAllowed: 'the namespace may not use the identity of the pods of operator and gateway',
  PodIdentityUnavailable: 'the pod of the operator has no identity at the provider that it could check with',
  CredentialsInvalid: 'the provider refused the credential',
  CredentialsUnproven: 'the provider has not yet said whether the credential is valid',
  ProviderUnreachable: 'the provider could not be asked',
  ProviderNotSupported: 'the operator does not know this provider type; it may be older than the installed CRDs',
  EndpointNotAllowed: 'the endpoint is an address that the operator refuses to call',
  LLMNotFound: 'the object names an AILLMConfig that does not exist',
  RefNotPermitted: 'the object names an AILLMConfig of another namespace, and no AIReferenceGrant over there allows it',
  LLMNotReady: 'an AILLMConfig that the object names has no usable credential yet',
  RepositoryNotFound: 'the AIPolicy names a Repository that does not exist in its namespace',
  NotOrganizationHome: 'a policy of the organization stands in a namespace that is not labelled as the home of its organization',
  OrganizationUnknown: 'the labels of the namespace are not known, so it is not known whose policies apply; the operator needs list and watch on namespaces',
  ModelUnknown: 'the connection of the judge is not known to offer the model that is to judge',
  JudgeMissing: 'the rule needs a model that judges, and none is configured',
  TestsMissing: 'the policy acts only once its tests pass, and it has none',
  TestsFailed: 'the policy does not say of its tests what they expect',
  TestsInconclusive: 'the judge has not judged, so the tests have said nothing; they are run again',
  PolicyViolated: 'of Events: requests or answers have violated the policy since the last one',
  PolicyNotEvaluated: 'of Events: the policy could not be evaluated for requests or answers since the last one',
  KeySecretConflict: 'a Secret with the name of a key Secret exists and was not made by the operator',
  KeyExpiring: 'of Events: a key of the repository expires within a week, or within a day',
  KeyExpired: 'of Events: a key of the repository has expired',
  NoGateways: 'no gateway is connected',
  PushPending: 'gateways have not acknowledged the object yet as its status describes it',
  Rejected: 'a gateway refused this object',
  Suspended: 'spec.suspend is true',
  InvalidSpec: 'the object breaks a rule of its schema',
} as const;
export type Reason = keyof typeof REASONS;

/** metav1.Condition. */
export interface Condition {
  type: ConditionType;
  status: 'True' | 'False' | 'Unknown';
  reason: Reason;
  message: string;
  lastTransitionTime: string;
  observedGeneration: number;
}

/** A condition before it is merged with what was there. */
export type ConditionDraft = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

const MAX_MESSAGE = 1024;

/**
 * Merges freshly computed conditions with those in status: lastTransitionTime moves only when a status flips, drafts
 * replace everything that was there before, and the order is that of CONDITION_TYPES, so equal input gives equal output.
 */
export function mergeConditions(
  before: readonly { type: string; status: string; lastTransitionTime: string }[],
  drafts: readonly ConditionDraft[],
  generation: number,
  now: Date,
): Condition[] {
  return CONDITION_TYPES.flatMap((type) => {
    const draft = drafts.find((candidate) => candidate.type === type);
    if (draft === undefined) return [];
    const previous = before.find((candidate) => candidate.type === type);
    const unchanged = previous !== undefined && previous.status === draft.status;
    return [
      {
        ...draft,
        message: draft.message.length > MAX_MESSAGE ? `${draft.message.slice(0, MAX_MESSAGE - 1)}…` : draft.message,
        lastTransitionTime: unchanged ? previous.lastTransitionTime : toKubernetesTime(now),
        observedGeneration: generation,
      },
    ];
  });
}

/** metav1.Time: RFC 3339 with whole seconds. */
export function toKubernetesTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
