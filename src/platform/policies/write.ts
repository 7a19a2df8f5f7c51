// Creates, changes and deletes policies. What they found stays in the ledger, under the id of the policy that is gone.
import { ANNOTATIONS, type AIPolicy } from '../../api/resources.ts';
import { demandObject, unknownObject, type Looking } from '../by-id.ts';
import { auditObject, createNamed, demandFreeName, NOT_OURS } from '../changes.ts';
import { ApiError, type Access, type Operation, type Schema } from '../operation.ts';
import { done, NAME } from '../wire.ts';
import { ACTIONS, isAlive, POLICY, policyDto, POLICY_ANNOTATIONS, RISK_NAMES, RISKS, type RiskName } from './dto.ts';
import { homeless, placeOf, type Named, type Place } from './place.ts';
import type { PolicyServices } from './services.ts';

interface Rule {
  name: string;
  content: string;
  riskType: RiskName;
  actionType: 0 | 1 | 2;
}

const CONTENT: Schema = { type: 'string', minLength: 1, maxLength: 8192, description: 'The rule in natural language.' };
const RISK: Schema = { type: 'string', enum: RISK_NAMES, description: 'How severe a violation is.' };
const ACTION: Schema = { type: 'integer', enum: [0, 1, 2], description: '0: log, 1: alert, 2: block and alert.' };
const RULE = { name: NAME, content: CONTENT, riskType: RISK, actionType: ACTION } as const;
const ID: Schema = { type: ['string', 'null'], maxLength: 256 };

const ONE = done({ policy: POLICY }, ['policy']);
const ERRORS = { 400: 'the body is not valid', 403: 'no right to it', 404: 'no policy has this id', 409: NOT_OURS } as const;

/** A policy on its way out counts as gone. @throws ApiError 404, 403 as demandObject. */
export async function demandPolicy(id: string, verb: string, looking: Looking): Promise<AIPolicy> {
  const policy = await demandObject('AIPolicy', id, { verb }, looking);
  if (!isAlive(policy)) throw unknownObject('AIPolicy', id);
  return policy;
}

function specOf({ content, riskType, actionType }: Partial<Rule>): Partial<AIPolicy['spec']> {
  const action = actionType === undefined ? undefined : ACTIONS[actionType];
  return {
    ...(content === undefined ? {} : { content }),
    ...(riskType === undefined ? {} : { riskType: RISKS[riskType] }),
    ...(action === undefined ? {} : { action }),
  };
}

/** Of several homes the first that the caller may write to. @throws ApiError 400 without a home, 403 without the right. */
async function namespaceFor(place: Place, orgId: string, access: Access): Promise<string> {
  if (place.scope !== 'Organization') {
    await access.demand('create', { resource: 'aipolicies', namespace: place.namespace });
    return place.namespace;
  }
  const [first] = place.namespaces;
  if (first === undefined) throw homeless(orgId);
  for (const namespace of place.namespaces) if (await access.may('create', { resource: 'aipolicies', namespace })) return namespace;
  await access.demand('create', { resource: 'aipolicies', namespace: first });
  return first;
}

export const createPolicy: Operation<PolicyServices, never, never, Rule & Named> = {
  id: 'createPolicy',
  method: 'post',
  path: '/policy',
  tag: 'Policies',
  summary: 'Makes a policy for an organization, a workspace or a repository.',
  rights: 'create on aipolicies, in the workspace; for an organization, in its home',
  body: {
    type: 'object',
    required: [...Object.keys(RULE), 'orgId'],
    properties: {
      ...RULE,
      orgId: { type: 'string', minLength: 1, maxLength: 256, description: 'Name of the organization.' },
      workspaceId: ID,
      repoId: ID,
    },
  },
  answer: ONE,
  errors: { 400: 'the body is not valid, or the organization has no home', 403: 'no right to it', 409: NOT_OURS },
  async handle({ body, access, caller }, services) {
    const { objects, homes } = services;
    const place = await placeOf(body, { verb: 'create', access, objects, homes });
    const namespace = await namespaceFor(place, body.orgId, access);
    const { content, riskType, actionType } = body;
    const spec: AIPolicy['spec'] = {
      scope: place.scope,
      ...(place.scope === 'Repository' ? { repositoryRef: { name: place.repository.metadata.name } } : {}),
      content,
      riskType: RISKS[riskType],
      action: ACTIONS[actionType],
    };
    const policy = await createNamed(objects, caller, 'AIPolicy', { namespace, name: body.name.trim(), spec: () => spec });
    await auditObject(services, caller, 'created', policy);
    return { success: true, policy: policyDto(policy, objects) };
  },
};

/** Ids in a change that contradict what the policy is: nobody should believe that they have moved it. */
function demandSamePlace(policy: AIPolicy, body: Partial<Named>, { objects }: PolicyServices): void {
  const dto = policyDto(policy, objects) as Required<Named>;
  for (const name of ['orgId', 'workspaceId', 'repoId'] as const) {
    if (body[name] === undefined || body[name] === dto[name]) continue;
    throw new ApiError(400, `${name} cannot be changed; delete the policy and make a new one`);
  }
}

export const updatePolicy: Operation<PolicyServices, { policyId: string }, never, Partial<Rule & Named>> = {
  id: 'updatePolicy',
  method: 'put',
  path: '/policy/{policyId}',
  tag: 'Policies',
  summary: 'Changes the name, the rule, the risk or the action of a policy; what it is for stays as it is.',
  rights: 'update on the policy',
  body: { type: 'object', properties: { ...RULE, orgId: ID, workspaceId: ID, repoId: ID } },
  answer: ONE,
  errors: ERRORS,
  async handle({ params, body, access, caller }, services) {
    const { objects, clock } = services;
    const policy = await demandPolicy(params.policyId, 'update', { access, objects });
    const { namespace } = policy.metadata;
    const names = Object.keys(RULE) as (keyof Rule)[];
    if (names.every((one) => body[one] === undefined)) throw new ApiError(400, `the body must change at least one of ${names.join(', ')}`);
    demandSamePlace(policy, body, services);
    const renamed = body.name?.trim();
    if (renamed !== undefined) demandFreeName(objects, 'AIPolicy', namespace, renamed, params.policyId);
    const annotations = {
      ...(renamed === undefined ? {} : { [ANNOTATIONS.displayName]: renamed }),
      [POLICY_ANNOTATIONS.lastUpdatedBy]: caller.name,
      [POLICY_ANNOTATIONS.lastUpdatedAt]: new Date(clock.now()).toISOString(),
    };
    const changed = await objects.update('AIPolicy', params.policyId, (spec) => ({ ...spec, ...specOf(body) }), annotations);
    await auditObject(services, caller, 'updated', changed, policy);
    return { success: true, policy: policyDto(changed, objects) };
  },
};

export const deletePolicy: Operation<PolicyServices, { policyId: string }> = {
  id: 'deletePolicy',
  method: 'delete',
  path: '/policy/{policyId}',
  tag: 'Policies',
  summary: 'Deletes a policy: the object is gone from the cluster, what it found stays in the ledger.',
  rights: 'delete on the policy',
  answer: done(),
  errors: { 403: 'no right to it', 404: 'no policy has this id', 409: NOT_OURS },
  async handle({ params, access, caller }, services) {
    const policy = await demandPolicy(params.policyId, 'delete', { access, objects: services.objects });
    await services.objects.remove('AIPolicy', params.policyId);
    await auditObject(services, caller, 'deleted', policy);
    return { success: true, message: 'the policy is no longer enforced' };
  },
};
