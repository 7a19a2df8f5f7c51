// The registry: one line of the table each. A row that lacks its data says so by returning undefined; it is then "not measured".
import type { Judge } from '../../src/policy/types.ts';
import type { Sets } from './sets.ts';

/** What a row may use. */
export interface Inputs {
  sets: Sets;
  /** Texts of source files; empty: there are none to read. */
  sources: readonly string[];
  /** A model that judges; undefined: none was given. */
  judge: Judge | undefined;
}

export interface Figure {
  name: string;
  value: number;
  /** Bounds that the value has to keep to, both included. None: it is only printed. */
  least?: number;
  most?: number;
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
