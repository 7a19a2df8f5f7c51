// What every change through the Platform API has in common: a name that is free, and an entry in the audit.
import { randomUUID } from 'node:crypto';
import { ANNOTATIONS, type AnyResource, type Kind, type ResourceByKind } from '../api/resources.ts';
import { auditId } from '../ledger/audit-id.ts';
import type { AuditEntry } from '../ledger/ledger.ts';
import { ApiError, type Caller, type Objects, type Services } from './operation.ts';
import { displayNameOf, NOUNS, objectName } from './wire.ts';

/** Why an operation that changes objects may answer 409. */
export const NOT_OURS =
  'What is to be changed is in other hands: a Secret of somebody else, a manifest of the user (`flashback up`), or somebody who keeps changing it.';

/** The name is another's. */
export class NameTakenError extends ApiError {
  constructor(kind: Kind, name: string) {
    super(400, `name: another ${NOUNS[kind]} is called "${name}" in this workspace; choose another one`);
  }
}

function holderOf(objects: Objects, kind: Kind, namespace: string, name: string): AnyResource | undefined {
  const all: readonly AnyResource[] = objects.list(kind);
  return all.find((object) => object.metadata.namespace === namespace && displayNameOf(object) === name);
}

/** @throws NameTakenError. `uid`: of the object that may have it. */
export function demandFreeName(objects: Objects, kind: Kind, namespace: string, name: string, uid?: string): void {
  const holder = holderOf(objects, kind, namespace, name);
  if (holder !== undefined && holder.metadata.uid !== uid) throw new NameTakenError(kind, name);
}

export interface NamedDraft<K extends Kind> {
  namespace: string;
  /** As people call it. */
  name: string;
  /** For the metadata.name that it gets. */
  spec: (metadataName: string) => ResourceByKind[K]['spec'];
  annotations?: Record<string, string>;
}

/** Creates an object under a metadata.name made from its name. @throws NameTakenError, or what Objects.create throws. */
export async function createNamed<K extends Kind>(objects: Objects, caller: Caller, kind: K, draft: NamedDraft<K>): Promise<ResourceByKind[K]> {
  const { namespace, name, spec } = draft;
  demandFreeName(objects, kind, namespace, name);
  const annotations = { ...draft.annotations, [ANNOTATIONS.displayName]: name, [ANNOTATIONS.createdBy]: caller.name };
  const create = (metadataName: string): Promise<ResourceByKind[K]> => objects.create(kind, { namespace, name: metadataName, annotations, spec: spec(metadataName) });
  try {
    return await create(objectName(name));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    // Taken by one that was renamed since: then the name itself is free. Otherwise somebody was faster by a moment.
    const all: readonly AnyResource[] = objects.list(kind);
    const other = all.find(({ metadata }) => metadata.namespace === namespace && metadata.name === objectName(name));
    if (other === undefined || displayNameOf(other) === name) throw new NameTakenError(kind, name);
    return create(`${objectName(name)}-${randomUUID().slice(0, 6)}`);
  }
}

/** Characters of a name in the audit: an annotation and the claim of a token may have many more. */
const MAX_AUDITED = 512;

type Audited = Pick<AuditEntry, 'event' | 'kind' | 'uid' | 'workspace' | 'name'> & Partial<Pick<AuditEntry, 'id'>>;

/** The change is made already: where the ledger is away, the log has to do. */
export async function audit({ ledger, clock, logger }: Services, { name: actor }: Caller, change: Audited): Promise<void> {
  const named = { actor: actor.slice(0, MAX_AUDITED), name: change.name.slice(0, MAX_AUDITED) };
  const entry: AuditEntry = { id: randomUUID(), at: clock.now(), ...change, ...named };
  try {
    await ledger.audit([entry]);
  } catch (error) {
    logger.error({ err: error, audit: entry }, 'a change could not be written to the audit');
  }
}

/** `before`: the object as it was, for an update. */
export function auditObject(services: Services, caller: Caller, event: AuditEntry['event'], object: AnyResource, before?: AnyResource): Promise<void> {
  const { uid, namespace, generation } = object.metadata;
  // The id that the operator gives what it sees: whoever writes first is kept, and here the user is known. It does not see changes of names and
  // credentials, which leave the generation as it is.
  const isSeen = before === undefined || before.metadata.generation !== generation;
  const id = isSeen ? auditId(event, uid, generation) : randomUUID();
  return audit(services, caller, { id, event, kind: object.kind, uid, workspace: namespace, name: displayNameOf(object) });
}
