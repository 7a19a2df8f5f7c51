// What a reconciler found out about an object, before it becomes a status. Reconcilers judge; only the status writer writes.
import type { ConditionDraft, Reason } from '../api/conditions.ts';
import type { AnyResource } from '../api/resources.ts';

/** The summary that Ready, Reconciling and Stalled are made of. */
export type Outcome =
  /** As asked; Ready once gateways have it. */
  | { state: 'good'; message: string }
  /** Comes right by itself or when something else appears. `keepsReady`: what was in force before still is. */
  | { state: 'waiting'; reason: Reason; message: string; keepsReady?: boolean }
  /** Comes right only when somebody changes something. */
  | { state: 'stalled'; reason: Reason; message: string }
  /** Switched off on purpose. */
  | { state: 'inactive'; reason: Reason; message: string };

export type Problem = Exclude<Outcome, { state: 'good' }>;

export interface Evaluation {
  /** The object as it was looked at: its generation becomes observedGeneration. */
  object: AnyResource;
  /** Conditions of the kind; Ready, Programmed, Reconciling and Stalled are added by the status writer. */
  conditions: ConditionDraft[];
  outcome: Outcome;
  /** The other fields of status. */
  fields: Record<string, unknown>;
  /** Gateways hold something of this kind of object. */
  programmable: boolean;
}

/** `kind/namespace/name`, the key of everything that is about objects of several kinds. */
export function objectId(object: { kind: string; metadata: { namespace: string; name: string } }): string {
  return `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
}

/** At most this many names go into one message; the rest is counted. */
const MAX_NAMES = 8;

/** `a, b, c and 4 more`. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}
