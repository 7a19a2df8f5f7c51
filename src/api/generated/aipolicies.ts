// Generated from crds/aipolicies.yaml by `npm run generate`. Do not edit.

/**
 * One governance rule.
 */
export interface AIPolicySpec {
  /**
   * What the policy applies to; the organization of this namespace, this namespace (the workspace), or one repository in it. Organization counts only in a namespace with the label ai.flashback.tech/organization-home set to true.
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
  /**
   * What decides. Auto takes detectors for what they can find and a judge for the rest of the rule; Detectors and Judge take only these; Both asks the judge also where detectors cover the rule. Patterns count with each of them.
   */
  engine?: 'Auto' | 'Detectors' | 'Judge' | 'Both';
  /**
   * The model that judges what detectors cannot. Without it the judge that the operator was started with is asked.
   */
  judge?: {
    /**
     * The connection to the model.
     */
    llmRef: {
      /**
       * Name of an AILLMConfig.
       */
      name: string;
      /**
       * Namespace of the AILLMConfig, where it is another one. An AIReferenceGrant over there has to allow it.
       */
      namespace?: string;
    };
    /**
     * Name of the model as the provider knows it.
     */
    model: string;
  };
  /**
   * How long judging may take, a second attempt included, as a duration such as 500ms or 3s.
   */
  timeout?: string;
  /**
   * What happens to traffic when the policy cannot be evaluated. Open lets it pass, Closed refuses it with 503. Without it High and Medium policies that block are Closed, all others Open.
   */
  failureMode?: 'Open' | 'Closed';
  /**
   * Whether content that cannot be read, such as an image, counts as a failure to evaluate the policy (Fail) or not (Allow).
   */
  onUnscannable?: 'Fail' | 'Allow';
  /**
   * How streamed answers are checked by a policy that blocks. Gate holds back what is not yet cleared, Full the whole answer, Monitor nothing.
   */
  streaming?: 'Gate' | 'Monitor' | 'Full';
  /**
   * Enforce acts on traffic. DryRun evaluates everything beside the traffic and counts what it would have done.
   */
  mode?: 'Enforce' | 'DryRun';
  /**
   * From when on the policy acts. WhenTested alerts only until there are tests and all of them pass, Always acts at once. Without it a policy that blocks by a judge is WhenTested, any other Always.
   */
  enforcement?: 'Always' | 'WhenTested';
  /**
   * Countries whose national forms of phone numbers and ids count, as ISO 3166-1 alpha-2 codes. Without it those of many countries do. Phone numbers in international form always count, most national forms only beside a word such as call.
   */
  countries?: string[];
  /**
   * Expressions of your own that violate the policy wherever they match.
   *
   * Items: One expression.
   */
  patterns?: {
    /**
     * Names the pattern in messages about it. Plan and logs show the expression itself, so put no secret into one.
     */
    name: string;
    /**
     * The expression in RE2 syntax, which has no look-around and no back-references.
     */
    pattern: string;
  }[];
  /**
   * What the judge goes by besides the rule.
   */
  examples?: {
    /**
     * Texts that violate the rule.
     */
    violating?: string[];
    /**
     * Texts that look like it and do not.
     */
    allowed?: string[];
  };
  /**
   * What the policy must say to given texts. Run whenever the rule, its judge or the version of the engine changes.
   *
   * Items: One text and what is expected of it.
   */
  tests?: {
    /**
     * What the test is about, in a few words.
     */
    name: string;
    /**
     * Which side of the traffic the text is on.
     */
    phase: 'Request' | 'Response';
    /**
     * What a caller would send.
     */
    input?: string;
    /**
     * What a model would answer.
     */
    output?: string;
    /**
     * Whether the text violates the policy or is allowed.
     */
    expect: 'Allow' | 'Violate';
  }[];
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
   * How the rule is enforced, in words; what detectors look for, and what is left for the judge.
   */
  plan?: string[];
  /**
   * What a violation leads to now. Differs from spec.action on trial (DryRun) and until the tests of a policy that needs them pass.
   */
  effectiveAction?: 'Log' | 'Alert' | 'Block' | 'DryRun';
  /**
   * The model that judges, as namespace/name of the AILLMConfig and name of the model.
   */
  judge?: string;
  /**
   * Result of spec.tests for the rule, judge and engine of now.
   */
  tests?: {
    /**
     * How many tests passed.
     */
    passed: number;
    /**
     * How many there are.
     */
    total: number;
    /**
     * Both, for example 9/10.
     */
    summary: string;
    /**
     * Of what was tested; a new one makes the tests run again.
     */
    fingerprint?: string;
    /**
     * The first tests that failed.
     *
     * Items: One test that failed.
     */
    failures?: {
      /**
       * Name of the test.
       */
      name: string;
      /**
       * What was expected and what came out.
       */
      message: string;
    }[];
  };
  /**
   * What gateways have counted since the time in it. Brought up to date about once a minute.
   */
  counts?: {
    /**
     * When counting began.
     */
    since: string;
    /**
     * Requests and answers that were checked; of a streamed answer, each piece that a judge was asked about.
     */
    evaluations?: number;
    /**
     * Those that violated the policy.
     */
    violations?: number;
    /**
     * Violations that were blocked.
     */
    blocked?: number;
    /**
     * Those for which the policy could not be evaluated.
     */
    failures?: number;
  };
  /**
   * How far each process of a gateway is counted in, so that an operator that takes over counts nothing twice.
   *
   * Items: What one process had counted since it began.
   */
  processes?: {
    /**
     * Identity of the process, with DryRun behind it for what it has counted on trial.
     */
    process: string;
    /**
     * Evaluations, violations, alerted and blocked ones of these, and failures.
     */
    totals: number[];
  }[];
  /**
   * What the policy would have done since the time in it, while its mode is DryRun.
   */
  dryRun?: {
    /**
     * When the trial began.
     */
    since: string;
    /**
     * Requests and answers that were checked; of a streamed answer, each piece that a judge was asked about.
     */
    evaluations?: number;
    /**
     * Those that violated the policy.
     */
    violations?: number;
    /**
     * Those for which the policy could not be evaluated.
     */
    failures?: number;
  };
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
