// What orgId, workspaceId and repoId of a request name: a level, and the namespace and repository that it stands for. To whoever has no
// right there, what exists is like what does not: nothing is said of where it is.
import { LABELS, type Repository } from '../../api/resources.ts';
import { ApiError, type Access, type Objects } from '../operation.ts';
import { demandWorkspace } from '../workspaces.ts';
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

/** For whom, and what they want to do with policies. */
export interface Asking {
  verb: 'create' | 'list';
  access: Access;
  objects: Objects;
  homes: Homes;
}

const RESOURCE = 'aipolicies';

function demandMember(namespace: string, orgId: string, objects: Pick<Objects, 'organization'>): void {
  const actual = objects.organization(namespace);
  if (actual === orgId) return;
  throw new ApiError(
    400,
    `workspaceId: the workspace ${namespace} belongs to the organization ${actual}, not to ${orgId}; send orgId ${actual}`,
  );
}

async function demandRepository(repoId: string, { verb, access, objects }: Asking): Promise<Repository> {
  const repository = objects.byUid('Repository', repoId);
  const namespace = repository?.metadata.namespace;
  if (repository !== undefined && namespace !== undefined && (await access.may(verb, { resource: RESOURCE, namespace }))) return repository;
  const nothing = `repoId: there is no repository with the id ${repoId}`;
  if (await access.may(verb, { resource: RESOURCE })) throw new ApiError(400, nothing);
  throw new ApiError(403, `${nothing}, or you may not ${verb} ${RESOURCE} in its workspace`);
}

async function placeOfRepository(
  repoId: string,
  workspaceId: string | undefined,
  asking: Asking,
): Promise<Extract<Place, { scope: 'Repository' }>> {
  const repository = await demandRepository(repoId, asking);
  const { namespace } = repository.metadata;
  if (workspaceId !== undefined && asking.objects.namespace(workspaceId) !== namespace) {
    throw new ApiError(
      400,
      `repoId: the repository belongs to the workspace ${namespace}, not to ${workspaceId}; send that, or no workspaceId`,
    );
  }
  return { scope: 'Repository', namespace, repository };
}

/** Of the homes of an organization those that are open to the caller; who may list none of them sees nothing, and is told nothing. */
async function placeOfOrganization(orgId: string, { verb, access, homes }: Asking): Promise<Place> {
  const all = homes.homesOf(orgId);
  const allowed = await Promise.all(all.map((namespace) => access.may(verb, { resource: RESOURCE, namespace })));
  const namespaces = all.filter((_namespace, at) => allowed[at]);
  const mayKnow = namespaces.length > 0 || verb === 'list' || (await access.may(verb, { resource: RESOURCE }));
  if (mayKnow) return { scope: 'Organization', namespaces };
  throw new ApiError(403, `orgId: the organization ${orgId} has no home in which you may ${verb} ${RESOURCE}; send a workspaceId`);
}

/**
 * A repository names its workspace by itself, so workspaceId may be absent beside it.
 * @throws ApiError 400 that names the field which does not fit; 403, in the same words whether there is no such place or no right in it.
 */
export async function placeOf({ orgId, workspaceId, repoId }: Named, asking: Asking): Promise<Place> {
  const { verb, access, objects } = asking;
  const workspace = workspaceId ?? undefined;
  if (repoId !== undefined && repoId !== null) {
    const place = await placeOfRepository(repoId, workspace, asking);
    demandMember(place.namespace, orgId, objects);
    return place;
  }
  if (workspace === undefined) return placeOfOrganization(orgId, asking);
  const namespace = await demandWorkspace(workspace, verb, RESOURCE, { access, objects });
  demandMember(namespace, orgId, objects);
  return { scope: 'Workspace', namespace };
}

/** Why a policy of an organization can stand nowhere, and what to do about it. */
export function homeless(orgId: string): ApiError {
  const fix = `set the label ${LABELS.organizationHome}: "true" on one of its Namespaces, or send a workspaceId`;
  return new ApiError(400, `orgId: the organization ${orgId} has no home, so a policy of it would apply nowhere; ${fix}`);
}
