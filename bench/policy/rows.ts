// The registry: one line of the table each. A row that lacks its data says so by returning undefined; it is then "not measured".
import type { Judge } from '../../src/policy/types.ts';
import type { Sets } from './sets.ts';

/** What a row may use. */
export interface Inputs {
  sets: Sets;
  /** Texts of source files; empty: there are none to read. */
  sources: readonly string[];
  /** The model of injections has seen such files. */
  sourcesAreTrainedOn?: boolean;
  /** A model that judges; undefined: none was given. */
  judge: Judge | undefined;
}

export interface Figure {
  name: string;
  value: number;
  /** Bounds that the value has to keep to, both included. None: it is only printed. */
  least?: number;
  most?: number;
  /** The bounds only tell that nothing broke, since they are looser than what is asked for; and what that is, where it can be said. */
  regression?: { aim?: string };
  /** The model was trained on these texts, so a good value says nothing; and what cross-validation says of them, where it does. */
  trainedOn?: { crossValidated: string | undefined };
  /** How the value is written; a share without it. */
  unit?: 'count' | 'share';
}

export interface Row {
  title: string;
  /** Sets and other inputs, as a person has to provide them. */
  needs: string;
  measure(inputs: Inputs): Figure[] | undefined | Promise<Figure[] | undefined>;
}

/** Whether a figure keeps to its bounds. */
export const isMet = ({ value, least = -Infinity, most = Infinity }: Figure): boolean => value >= least && value <= most;
