// The object that an id stands for, for those who may do with it what they want to. To whoever may not even see it, it is like one that is
// not there: an id that somebody has from elsewhere tells neither whether the object still exists, nor in which namespace.
import { KINDS, type AnyResource, type Kind, type ResourceByKind } from '../api/resources.ts';
import { ApiError, type Access, type Objects } from './operation.ts';
import { NOUNS } from './wire.ts';

export interface Looking {
  access: Access;
  objects: Pick<Objects, 'byUid'>;
}

/** In the same words whether there is none or none to be seen. */
export function unknownObject(kind: Kind, id: string): ApiError {
  return new ApiError(404, `there is no ${NOUNS[kind]} with the id "${id.slice(0, 64)}" that you may see`);
}

async function maySee({ kind, metadata: { namespace, name } }: AnyResource, access: Access): Promise<boolean> {
  const resource = KINDS[kind];
  return (await access.may('get', { resource, namespace, name })) || access.may('list', { resource, namespace });
}

/**
 * `resource`: what the right is on, where it is not the object itself but everything of a kind in its namespace.
 * @throws ApiError 404 where it is not there or not to be seen; 403 where it may be seen and the verb is missing.
 */
export async function demandObject<K extends Kind>(
  kind: K,
  id: string,
  { verb, resource }: { verb: string; resource?: string },
  { access, objects }: Looking,
): Promise<ResourceByKind[K]> {
  const object = objects.byUid(kind, id);
  if (object === undefined) throw unknownObject(kind, id);
  const { namespace, name } = object.metadata;
  const touched = resource === undefined ? { resource: KINDS[kind], namespace, name } : { resource, namespace };
  if (await access.may(verb, touched)) return object;
  if (!(await maySee(object, access))) throw unknownObject(kind, id);
  await access.demand(verb, touched);
  return object;
}
