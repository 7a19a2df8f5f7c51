// Generated from crds/repositories.yaml by `npm run generate`. Do not edit.

/**
 * One logical endpoint of a workspace.
 */
export interface RepositorySpec {
  /**
   * API dialects that applications can use. Each of them reaches every attached provider; requests in another dialect than the provider's are translated.
   */
  surfaces?: ('OpenAI' | 'Anthropic' | 'Google')[];
  /**
   * What happens to a request of which the provider of its model cannot take everything. Lax sends it without that and names what is missing in the response header x-flashback-dropped; Strict refuses it with status 400.
   */
  fidelity?: 'Lax' | 'Strict';
  /**
   * Attached AILLMConfigs. When two offer the same model, the one that is listed first serves it. An empty list offers no model, for a repository whose connections come later.
   *
   * Items: One attached AILLMConfig.
   */
  llms: {
    /**
     * Name of the AILLMConfig.
     */
    name: string;
    /**
     * Namespace of the AILLMConfig, where it is another one. An AIReferenceGrant over there has to allow it; without one the entry gives no models.
     */
    namespace?: string;
    /**
     * Limits this repository to these of its models, by the names that applications ask for. Without it all are offered.
     */
    models?: string[];
  }[];
  /**
   * Keys that applications authenticate with. For each the operator makes a Secret with the key and the base URL, in the variables that the SDKs of its type read. Deleting that Secret revokes the key and makes a new one; removing the entry revokes it for good.
   *
   * Items: One API key.
   */
  apiKeys?: {
    /**
     * Name of the key, unique in the repository.
     */
    name: string;
    /**
     * API dialect that the key is for; others refuse it. It has to be one of spec.surfaces. Decides the variables in the Secret, which are OPENAI_API_KEY and OPENAI_BASE_URL, ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL, or GEMINI_API_KEY and GOOGLE_GEMINI_BASE_URL. A change keeps the key.
     */
    type?: 'OpenAI' | 'Anthropic' | 'Google';
    /**
     * Name of the Secret to deliver the key in. Defaults to REPOSITORY-KEY. An existing Secret that the operator did not make is never overwritten.
     */
    secretName?: string;
    /**
     * When the key stops working. It never expires when absent.
     */
    expiresAt?: string;
    /**
     * Replaces the key regularly.
     */
    rotation?: {
      /**
       * Age at which a key is replaced, in hours, minutes and seconds.
       */
      every: string;
      /**
       * How long the replaced key goes on working. At once invalid when absent.
       */
      overlap?: string;
    };
    /**
     * Limits the key to these models of the repository. Without it all are allowed.
     */
    models?: string[];
  }[];
  /**
   * Set to true to answer every request of this repository with 403. Its keys go on as if it were served; they are issued, rotated and revoked as spec.apiKeys says, and the valid ones work again once this is false.
   */
  suspend?: boolean;
}

/**
 * What the operator observed. Written by the operator only.
 */
export interface RepositoryStatus {
  /**
   * The metadata.generation that this status describes; -1 until the operator has seen the object.
   */
  observedGeneration?: number;
  /**
   * Value of the annotation ai.flashback.tech/reconcile-requested-at that was handled last.
   */
  lastHandledReconcileAt?: string;
  /**
   * The latest observations of the object's state. Ready is always present once the operator has seen the object.
   *
   * Items: One observation in the standard Kubernetes condition form.
   */
  conditions?: {
    /**
     * Name of the condition in CamelCase, for example Ready.
     */
    type: string;
    /**
     * True, False or Unknown.
     */
    status: 'True' | 'False' | 'Unknown';
    /**
     * Machine-readable cause in CamelCase.
     */
    reason: string;
    /**
     * What happened and what to do about it, for a person. Never holds credentials.
     */
    message: string;
    /**
     * When the status last changed from one value to another.
     */
    lastTransitionTime: string;
    /**
     * The metadata.generation that this condition was computed from.
     */
    observedGeneration?: number;
  }[];
  /**
   * Base URL for applications.
   */
  endpoint?: string;
  /**
   * The keys that exist. Never holds key material.
   *
   * Items: One key.
   */
  keys?: {
    /**
     * Public identifier of this key, as in metrics and logs.
     */
    id: string;
    /**
     * Name of the entry in spec.apiKeys, or the one that was given where the key was made on demand.
     */
    name: string;
    /**
     * API dialect that the key is for.
     */
    type?: string;
    /**
     * First characters of the key, enough for a person to recognise it.
     */
    prefix?: string;
    /**
     * Secret that delivers the key, or that holds the hash of one that was made on demand.
     */
    secretName?: string;
    /**
     * When the key was made.
     */
    createdAt?: string;
    /**
     * When the key stops working.
     */
    expiresAt?: string;
  }[];
  /**
   * The first 200 models that this repository offers, in alphabetical order.
   *
   * Items: One model.
   */
  models?: {
    /**
     * Name that applications ask for.
     */
    name: string;
    /**
     * AILLMConfig that serves it, as namespace/name where it is of another namespace.
     */
    llm: string;
  }[];
  /**
   * How many models this repository offers.
   */
  modelCount?: number;
  /**
   * Policies that apply to this repository, from the widest scope to the narrowest. They only add up.
   *
   * Items: One policy that applies.
   */
  policies?: {
    /**
     * Name of the AIPolicy.
     */
    name: string;
    /**
     * Namespace of the AIPolicy.
     */
    namespace: string;
    /**
     * Scope that it applies through.
     */
    scope: string;
    /**
     * What a violation leads to, by spec.action of the AIPolicy.
     */
    action: string;
    /**
     * What it leads to now; differs on trial (DryRun) and until the tests of a policy that needs them pass.
     */
    effectiveAction?: string;
  }[];
  /**
   * What applications of this Repository have used, as the ledger of the operator has it. Written at most once a minute; absent before the first use and where there is no ledger.
   */
  usage?: {
    /**
     * Since midnight in UTC, on the day of observedAt.
     */
    today: {
      /**
       * Requests that were answered or refused.
       */
      requests: number;
      /**
       * Tokens that models were sent.
       */
      tokensIn: number;
      /**
       * Tokens that models answered.
       */
      tokensOut: number;
      /**
       * Tokens that judges of policies were sent; no part of tokensIn.
       */
      policyTokensIn: number;
      /**
       * Tokens that judges of policies answered; no part of tokensOut.
       */
      policyTokensOut: number;
      /**
       * Times that a policy matched.
       */
      violations: number;
      /**
       * Violations that alerted somebody.
       */
      alerts: number;
      /**
       * Violations for which a request or an answer was refused.
       */
      blocks: number;
    };
    /**
     * As far back as the ledger remembers.
     */
    total: {
      /**
       * Requests that were answered or refused.
       */
      requests: number;
      /**
       * Tokens that models were sent.
       */
      tokensIn: number;
      /**
       * Tokens that models answered.
       */
      tokensOut: number;
      /**
       * Tokens that judges of policies were sent; no part of tokensIn.
       */
      policyTokensIn: number;
      /**
       * Tokens that judges of policies answered; no part of tokensOut.
       */
      policyTokensOut: number;
      /**
       * Times that a policy matched.
       */
      violations: number;
      /**
       * Violations that alerted somebody.
       */
      alerts: number;
      /**
       * Violations for which a request or an answer was refused.
       */
      blocks: number;
    };
    /**
     * When this was added up.
     */
    observedAt: string;
  };
}
