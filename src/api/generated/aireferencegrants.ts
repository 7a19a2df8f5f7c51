// Generated from crds/aireferencegrants.yaml by `npm run generate`. Do not edit.

/**
 * Who may use what of this namespace. Every entry of from may use every entry of to; grants only add up, and what is removed ends at once.
 */
export interface AIReferenceGrantSpec {
  /**
   * Who may refer to it.
   *
   * Items: All objects of one kind in one namespace.
   */
  from: {
    /**
     * Kind of the objects that refer; a Repository by spec.llms, an AIPolicy by spec.judge.llmRef.
     */
    kind: 'Repository' | 'AIPolicy';
    /**
     * Name of the namespace that they are in. There is no pattern for several, so that nobody comes in by a name.
     */
    namespace: string;
  }[];
  /**
   * What of this namespace they may refer to.
   *
   * Items: One object, or all of one kind.
   */
  to: {
    /**
     * Kind of the object.
     */
    kind: 'AILLMConfig';
    /**
     * Name of the object. Without it all of the kind are meant, those of later included.
     */
    name?: string;
  }[];
}
