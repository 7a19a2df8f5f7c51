// Lists policies of one level, and gets one.
import type { AIPolicy } from '../../api/resources.ts';
import type { Operation } from '../operation.ts';
import { byAge, done } from '../wire.ts';
import { isAlive, POLICY, policyDto, repositoriesByKey } from './dto.ts';
import { placeOf, type Named, type Place } from './place.ts';
import type { PolicyServices } from './services.ts';
import { demandPolicy } from './write.ts';

/** Whether a policy is of this very level: what applies to it from above is not. */
function isOf({ metadata: { namespace }, spec }: AIPolicy, place: Place): boolean {
  if (spec.scope !== place.scope) return false;
  if (place.scope === 'Organization') return place.namespaces.includes(namespace);
  return namespace === place.namespace && (place.scope === 'Workspace' || spec.repositoryRef?.name === place.repository.metadata.name);
}

const ID = { type: 'string', maxLength: 256 } as const;

export const listPolicies: Operation<PolicyServices, never, Named> = {
  id: 'listPolicies',
  method: 'get',
  path: '/policy',
  tag: 'Policies',
  summary: 'The policies of one level, the newest first: of an organization, of a workspace, or of a repository.',
  rights: 'list on aipolicies, in the workspace; for an organization, those of homes without it are left out',
  query: {
    orgId: { ...ID, description: 'Name of the organization.', required: true },
    workspaceId: { ...ID, description: 'Those of this workspace, not those of its organization.' },
    repoId: { ...ID, description: 'Those of this repository, not those of its workspace.' },
  },
  answer: done({ policies: { type: 'array', items: POLICY } }, ['policies']),
  errors: { 400: 'orgId is missing, or the ids do not belong together', 403: 'there is no such place, or no right in it' },
  async handle({ query, access }, { objects, homes }) {
    const place = await placeOf(query, { verb: 'list', access, objects, homes });
    const visible = await access.namespaces('list', 'aipolicies', place.scope === 'Organization' ? place.namespaces : [place.namespace]);
    const found = objects.list('AIPolicy').filter((policy) => isAlive(policy) && isOf(policy, place));
    const seen = found.filter(({ metadata }) => visible === 'all' || visible.includes(metadata.namespace)).toSorted(byAge);
    const repositories = repositoriesByKey(objects);
    return { success: true, policies: seen.map((policy) => policyDto(policy, objects, repositories)) };
  },
};

export const getPolicy: Operation<PolicyServices, { policyId: string }> = {
  id: 'getPolicy',
  method: 'get',
  path: '/policy/{policyId}',
  tag: 'Policies',
  summary: 'One policy.',
  rights: 'get on the policy',
  answer: done({ policy: POLICY }, ['policy']),
  errors: { 403: 'no right to it', 404: 'no policy has this id, or no longer' },
  async handle({ params, access }, { objects }) {
    const policy = await demandPolicy(params.policyId, 'get', { access, objects });
    return { success: true, policy: policyDto(policy, objects) };
  },
};
