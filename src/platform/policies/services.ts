// What routes of policies need besides the objects: where policies of an organization may stand.
import type { Services } from '../operation.ts';

export interface Homes {
  /** Namespaces of an organization with the label that lets its policies stand there, sorted; those whose labels are not known are none. */
  homesOf(organization: string): string[];
}

export interface PolicyServices extends Services {
  homes: Homes;
}
