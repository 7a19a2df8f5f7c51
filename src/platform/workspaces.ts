// Which namespace a workspaceId stands for, for those who may do something there. To others one that exists is like one that does not.
import { ApiError, type Access, type Objects } from './operation.ts';

export interface Asked {
  access: Access;
  objects: Pick<Objects, 'namespace'>;
}

/** What somebody sent: their own words, of which nobody needs all. */
function quoted(text: string): string {
  return `"${text.slice(0, 64)}"`;
}

function unknown(workspaceId: string): ApiError {
  return new ApiError(400, `workspaceId: there is no workspace ${quoted(workspaceId)}; it is the name or the UID of a namespace`);
}

/**
 * The namespace: a workspace is one, and its name is its id; its UID is taken as well.
 * @throws ApiError 403, in the same words whether it is not there or closed to the caller; 400 where who may do so everywhere names none.
 */
export async function demandWorkspace(workspaceId: string, verb: string, resource: string, { access, objects }: Asked): Promise<string> {
  const namespace = objects.namespace(workspaceId);
  if (namespace !== undefined && (await access.may(verb, { resource, namespace }))) return namespace;
  if (await access.may(verb, { resource })) throw unknown(workspaceId);
  throw new ApiError(403, `workspaceId: there is no workspace ${quoted(workspaceId)}, or you may not ${verb} ${resource} in it`);
}

/** The namespace whose objects a list is narrowed to; undefined: nothing of it is to be seen. @throws ApiError 400 as demandWorkspace. */
export async function listedWorkspace(workspaceId: string, resource: string, asked: Asked): Promise<string | undefined> {
  try {
    return await demandWorkspace(workspaceId, 'list', resource, asked);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}
