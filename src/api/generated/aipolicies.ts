// Generated from crds/aipolicies.yaml by `npm run generate`. Do not edit.

/**
 * One governance rule.
 */
export interface AIPolicySpec {
  /**
   * What the policy applies to; the organization of this namespace, this namespace (the workspace), or one repository in it. This version counts an Organization policy in its own namespace only.
   */
  scope: 'Organization' | 'Workspace' | 'Repository';
  /**
   * The Repository that the policy applies to. Only with scope Repository.
   */
  repositoryRef?: {
    /**
     * Name of a Repository in the same namespace.
     */
    name: string;
  };
  /**
   * The rule in natural language, for example "Do not share payment card numbers".
   */
  content: string;
  /**
   * How severe a violation is.
   */
  riskType: 'Low' | 'Medium' | 'High';
  /**
   * What a violation leads to; an entry in the log, an alert to the administrators, or a blocked request with an alert.
   */
  action: 'Log' | 'Alert' | 'Block';
  /**
   * Which side of the traffic is checked.
   */
  phases?: ('Request' | 'Response')[];
}

/**
 * What the operator observed. Written by the operator only.
 */
export interface AIPolicyStatus {
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
}
