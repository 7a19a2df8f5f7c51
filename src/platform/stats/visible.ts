// Whose rows a caller may see: the namespaces that RBAC opens to them, narrowed to what the question is about.
import type { Own, Visible } from '../../ledger/ledger.ts';
import { demandObject } from '../by-id.ts';
import { ApiError, type Access, type Caller, type Objects } from '../operation.ts';
import { demandWorkspace } from '../workspaces.ts';

/** The namespace that a workspaceId means. A workspace that nobody knows any more may still have rows, under its name. */
export function knownAs(workspaceId: string, objects: Pick<Objects, 'namespace'>): string {
  return objects.namespace(workspaceId) ?? workspaceId;
}

/** What a question is narrowed to, where a workspace is named. */
export function namedBy(workspaceId: string | undefined, objects: Pick<Objects, 'namespace'>): string[] | undefined {
  return workspaceId === undefined ? undefined : [knownAs(workspaceId, objects)];
}

export const isNobody = (visible: Visible): boolean => visible !== 'all' && visible.length === 0;

/**
 * What everybody has where the caller has the right `others` on repositories, and their own where they may list these. Undefined: nothing.
 * `workspaceId`: of this workspace alone, by its name or UID.
 */
export async function othersOrOwn(
  others: string,
  workspaceId: string | undefined,
  { access, caller, objects }: { access: Access; caller: Caller; objects: Pick<Objects, 'namespace'> },
): Promise<{ visible: Visible; own: Own } | undefined> {
  const among = namedBy(workspaceId, objects);
  const visible = await access.namespaces(others, 'repositories', among);
  const own = { visible: await access.namespaces('list', 'repositories', among), name: caller.name };
  return isNobody(visible) && isNobody(own.visible) ? undefined : { visible, own };
}

/** Namespaces that belong to an organization. */
function namespacesOf(organization: string, objects: Pick<Objects, 'namespaces' | 'organization'>): string[] {
  return objects.namespaces().filter((namespace) => objects.organization(namespace) === organization);
}

export const SCOPES = ['org', 'workspace', 'repo'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Scoped {
  visible: Visible;
  /** UID, with scope repo. */
  repository?: string;
}

/**
 * What a scope opens to a caller who needs the right to list `resource` there.
 * @throws ApiError 400 without an id, 403 without the right, 404 where there is no such repository.
 */
export async function scopeOf(
  { scope, id }: { scope: Scope; id?: string | undefined },
  resource: string,
  { access, objects }: { access: Access; objects: Objects },
): Promise<Scoped> {
  if (scope === 'org') {
    return { visible: await access.namespaces('list', resource, id === undefined ? undefined : namespacesOf(id, objects)) };
  }
  if (id === undefined)
    throw new ApiError(400, `id is required with scope ${scope}; give the id of the ${scope === 'repo' ? 'repository' : 'workspace'}`);
  if (scope === 'workspace') {
    return { visible: [await demandWorkspace(id, 'list', resource, { access, objects })] };
  }
  const repository = await demandObject('Repository', id, { verb: 'list', resource }, { access, objects });
  return { visible: [repository.metadata.namespace], repository: id };
}
