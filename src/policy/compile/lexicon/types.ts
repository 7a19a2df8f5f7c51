// Shape of the lexicon: what phrases of a rule mean.

/** Something that a rule can be about. */
export interface Concept {
  id: string;
  /** What it is, in words for a person: `payment card numbers`. */
  title: string;
  /** Ids in the registry of detectors; none: only a judge can tell. */
  detectors: readonly string[];
  /** See phrases.ts. */
  phrases: readonly string[];
  /** Phrases that mean it only beside something else that detectors find: `names` alone may be those of files. */
  weak?: readonly string[];
  /** Detectors find some of it; the judge has to see the rest. */
  partial?: true;
  /** Names a whole family, which a list of examples narrows. */
  family?: true;
  /** Where text is found, rather than what is meant, when something else is said to be in it. */
  container?: true;
}
