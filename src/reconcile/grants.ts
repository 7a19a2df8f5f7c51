// Whether an object may use a connection of another namespace: only where a grant over there names it. Pure.
import type { AIReferenceGrant, ObjectKey } from '../api/resources.ts';
import type { ConditionDraft } from '../api/conditions.ts';
import { listNames } from './evaluation.ts';

/** Whoever refers: a grant is for all objects of a kind in a namespace. */
export type Referrer = AIReferenceGrant['spec']['from'][number];

/** Whether `from` may use the AILLMConfig `to`. Whether that exists is another question. */
export type Permits = (from: Referrer, to: ObjectKey) => boolean;

function allows({ metadata, spec }: AIReferenceGrant, from: Referrer, to: ObjectKey): boolean {
  // Whoever has deleted a grant wants it to have no effect any more, whatever a finalizer waits for.
  if (metadata.namespace !== to.namespace || metadata.deletionTimestamp !== undefined) return false;
  const isMeant = spec.from.some(({ kind, namespace }) => kind === from.kind && namespace === from.namespace);
  return isMeant && spec.to.some(({ kind, name }) => kind === 'AILLMConfig' && (name === undefined || name === to.name));
}

/** `grants`: those of the namespace of `to`, at least; others say nothing. */
export function isPermitted(grants: readonly AIReferenceGrant[], from: Referrer, to: ObjectKey): boolean {
  return from.namespace === to.namespace || grants.some((grant) => allows(grant, from, to));
}

/** The same words whether the connections exist or not: without a grant that is nobody's business. `names`: `namespace/name`. */
export function describeRefusal({ kind, namespace }: Referrer, names: readonly string[]): Pick<ConditionDraft, 'reason' | 'message'> {
  const whom = kind === 'Repository' ? 'repositories' : 'policies';
  const message =
    `no AIReferenceGrant lets ${whom} of namespace ${namespace} use AILLMConfig ${listNames(names)}: ` +
    'ask whoever administers its namespace for one, or remove the reference';
  return { reason: 'RefNotPermitted', message };
}
