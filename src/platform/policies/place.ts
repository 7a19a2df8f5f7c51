// What orgId, workspaceId and repoId of a request name: a level, and the namespace and repository that it stands for. Pure.
import { LABELS, type Repository } from '../../api/resources.ts';
import { ApiError, type Objects } from '../operation.ts';
import { namespaceOf } from '../wire.ts';
import type { Homes } from './services.ts';

/** As clients send it: null counts as absent. */
export interface Named {
  orgId: string;
  workspaceId?: string | null;
  repoId?: string | null;
}

export type Place =
  | { scope: 'Organization'; namespaces: string[] }
  | { scope: 'Workspace'; namespace: string }
  | { scope: 'Repository'; namespace: string; repository: Repository };

function demandMember(namespace: string, orgId: string, objects: Pick<Objects, 'organization'>): void {
  const actual = objects.organization(namespace);
  if (actual === orgId) return;
  throw new ApiError(
    400,
    `workspaceId: the workspace ${namespace} belongs to the organization ${actual}, not to ${orgId}; send orgId ${actual}`,
  );
}

function placeOfRepository(repoId: string, workspaceId: string | undefined, objects: Objects): Place {
  const repository = objects.byUid('Repository', repoId);
  if (repository === undefined) throw new ApiError(400, `repoId: there is no repository with the id ${repoId}`);
  const { namespace } = repository.metadata;
  if (workspaceId !== undefined && namespaceOf(objects, workspaceId) !== namespace) {
    throw new ApiError(
      400,
      `repoId: the repository belongs to the workspace ${namespace}, not to ${workspaceId}; send that, or no workspaceId`,
    );
  }
  return { scope: 'Repository', namespace, repository };
}

/**
 * A repository names its workspace by itself, so workspaceId may be absent beside it.
 * @throws ApiError 400 that names the field which does not fit.
 */
export function placeOf({ orgId, workspaceId, repoId }: Named, objects: Objects, homes: Homes): Place {
  const workspace = workspaceId ?? undefined;
  if (repoId !== undefined && repoId !== null) {
    const place = placeOfRepository(repoId, workspace, objects);
    if (place.scope === 'Repository') demandMember(place.namespace, orgId, objects);
    return place;
  }
  if (workspace === undefined) return { scope: 'Organization', namespaces: homes.homesOf(orgId) };
  const namespace = namespaceOf(objects, workspace);
  demandMember(namespace, orgId, objects);
  return { scope: 'Workspace', namespace };
}

/** Why a policy of an organization can stand nowhere, and what to do about it. */
export function homeless(orgId: string): ApiError {
  const fix = `set the label ${LABELS.organizationHome}: "true" on one of its Namespaces, or send a workspaceId`;
  return new ApiError(400, `orgId: the organization ${orgId} has no home, so a policy of it would apply nowhere; ${fix}`);
}
