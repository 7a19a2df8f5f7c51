// Generated from crds/aillmconfigs.yaml by `npm run generate`. Do not edit.

/**
 * One provider connection of a workspace.
 */
export interface AILLMConfigSpec {
  /**
   * Which provider this is. Google is the Gemini API, or Vertex AI where the endpoint is one of it; AWS is Bedrock. Other means any server that speaks the OpenAI API. Azure OpenAI is OpenAI with the endpoint of the resource.
   */
  type: 'OpenAI' | 'Google' | 'Anthropic' | 'AWS' | 'Other';
  /**
   * Base URL of the provider's API including its version path, for example https://api.openai.com/v1. Defaults to the provider's public endpoint, for AWS that of us-east-1; required for Other. Vertex AI, Azure OpenAI and other regions of AWS are named here.
   */
  endpoint?: string;
  /**
   * RequireTLS refuses plain http to hosts outside the cluster. AllowPlaintext accepts it, for example for a model server on a trusted network.
   */
  endpointSecurity?: 'RequireTLS' | 'AllowPlaintext';
  /**
   * Where the provider credential is. The operator reads it; it is never copied into this object.
   */
  credentials?: {
    /**
     * Authenticate as the pods of operator and gateway in place of a Secret, for AWS (IRSA, EKS Pod Identity) and Vertex AI (Workload Identity Federation for GKE). Only in namespaces that the setting pod-identity-namespaces of operator and gateway lists.
     */
    podIdentity?: boolean;
    /**
     * Secret with the credential that authenticates: the API key, for AWS the secret access key or a Bedrock API key, for Vertex AI the key file of a service account.
     */
    secretRef?: {
      /**
       * Name of the Secret, in the namespace of this object.
       */
      name: string;
      /**
       * Key in the Secret's data.
       */
      key?: string;
    };
    /**
     * For AWS only: Secret with the access key id that belongs to the secret access key. Without it secretRef holds a Bedrock API key.
     */
    accessKeySecretRef?: {
      /**
       * Name of the Secret, in the namespace of this object.
       */
      name: string;
      /**
       * Key in the Secret's data.
       */
      key?: string;
    };
  };
  /**
   * Models that may be used through this connection. Without it every model that the provider lists is available.
   *
   * Items: One model that may be used.
   */
  models?: {
    /**
     * Name that applications ask for.
     */
    name: string;
    /**
     * Name that the provider knows the model by. Defaults to name.
     */
    upstreamName?: string;
  }[];
  /**
   * How long to wait for the provider, as durations such as 500ms, 30s or 5m.
   */
  timeouts?: {
    /**
     * Longest wait for a connection.
     */
    connect?: string;
    /**
     * Longest wait for the response headers. Reasoning models may need minutes.
     */
    response?: string;
    /**
     * Longest pause between two pieces of a response body.
     */
    idle?: string;
    /**
     * Longest duration of a whole request. Unlimited when absent.
     */
    total?: string;
  };
  /**
   * TLS towards the provider.
   */
  tls?: {
    /**
     * Secret with PEM certificates to trust for this endpoint in place of the public authorities.
     */
    caSecretRef?: {
      /**
       * Name of the Secret, in the namespace of this object.
       */
      name: string;
      /**
       * Key in the Secret's data.
       */
      key?: string;
    };
  };
  /**
   * Extra request headers for the provider. Not for secrets; everybody who can read this object can read them.
   *
   * Items: One extra request header.
   */
  headers?: {
    /**
     * Header name.
     */
    name: string;
    /**
     * Header value.
     */
    value: string;
  }[];
  /**
   * How the credential is checked against the provider.
   */
  validation?: {
    /**
     * How often the credential is checked again, from 10s to 168h.
     */
    interval?: string;
  };
}

/**
 * What the operator observed. Written by the operator only.
 */
export interface AILLMConfigStatus {
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
   * The first 200 model names that applications may ask for, in alphabetical order.
   */
  models?: string[];
  /**
   * How many models are available through this connection.
   */
  modelCount?: number;
  /**
   * When the provider last gave a definite answer about the credential. Written at most once per validation interval.
   */
  lastValidationTime?: string;
  /**
   * What requests that this connection served have used, as the ledger of the operator has it. Written at most once a minute; absent before the first use and where there is no ledger.
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
