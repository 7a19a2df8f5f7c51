// Whose rows a caller may see: the namespaces that RBAC opens to them, narrowed to what the question is about.
import type { Kind } from '../../api/resources.ts';
import type { Visible } from '../../ledger/ledger.ts';
import { ApiError, type Access, type Objects } from '../operation.ts';
import { demandWorkspace } from '../workspaces.ts';

/** Both at once. */
export function narrow(visible: Visible, wanted: readonly string[]): Visible {
  return visible === 'all' ? wanted : visible.filter((namespace) => wanted.includes(namespace));
}

export const isNobody = (visible: Visible): boolean => visible !== 'all' && visible.length === 0;

const KINDS: readonly Kind[] = ['Repository', 'AILLMConfig', 'AIPolicy'];

/** Namespaces with objects of ours that belong to an organization. */
export function namespacesOf(organization: string, objects: Pick<Objects, 'list' | 'organization'>): string[] {
  const all = new Set(KINDS.flatMap((kind) => objects.list(kind).map(({ metadata }) => metadata.namespace)));
  return [...all].filter((namespace) => objects.organization(namespace) === organization).toSorted();
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
    const visible = await access.namespaces('list', resource);
    return { visible: id === undefined ? visible : narrow(visible, namespacesOf(id, objects)) };
  }
  if (id === undefined)
    throw new ApiError(400, `id is required with scope ${scope}; give the id of the ${scope === 'repo' ? 'repository' : 'workspace'}`);
  if (scope === 'workspace') {
    return { visible: [await demandWorkspace(id, 'list', resource, { access, objects })] };
  }
  const repository = objects.byUid('Repository', id);
  if (repository === undefined) throw new ApiError(404, `there is no repository with the id ${id}`);
  await access.demand('list', { resource, namespace: repository.metadata.namespace });
  return { visible: [repository.metadata.namespace], repository: id };
}
