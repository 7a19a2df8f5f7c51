// A policy as clients of the Platform API see it. Pure.
import { API_GROUP, keyOf, type AIPolicy, type Repository } from '../../api/resources.ts';
import type { Objects, Schema } from '../operation.ts';
import { createdAtOf, createdByOf, displayNameOf } from '../wire.ts';

/** Who changed a policy through the Platform API last, and when. */
export const POLICY_ANNOTATIONS = {
  lastUpdatedBy: `${API_GROUP}/last-updated-by`,
  lastUpdatedAt: `${API_GROUP}/last-updated-at`,
} as const;

export const RISKS = { LOW: 'Low', MEDIUM: 'Medium', HIGH: 'High' } as const satisfies Record<string, AIPolicy['spec']['riskType']>;
export type RiskName = keyof typeof RISKS;
export const RISK_NAMES = Object.keys(RISKS) as RiskName[];

/** By number on the wire. */
export const ACTIONS = ['Log', 'Alert', 'Block'] as const satisfies readonly AIPolicy['spec']['action'][];

const TEXT: Schema = { type: 'string' };
const PERSON: Schema = {
  type: 'object',
  required: ['id', 'name', 'lastName', 'email'],
  properties: { id: TEXT, name: TEXT, lastName: TEXT, email: TEXT },
};
const NAMED: Schema = { type: ['object', 'null'], required: ['id', 'name'], properties: { id: TEXT, name: TEXT } };
const TIME: Schema = { type: 'string', format: 'date-time' };
const ID_OR_NULL: Schema = { type: ['string', 'null'] };

export const POLICY: Schema = {
  type: 'object',
  required: [
    'id',
    'orgId',
    'name',
    'content',
    'riskType',
    'actionType',
    'createdBy',
    'createdAt',
    'lastUpdatedBy',
    'lastUpdatedAt',
    'workspaceId',
    'repoId',
    'workspace',
    'repo',
  ],
  properties: {
    id: TEXT,
    orgId: TEXT,
    name: TEXT,
    content: TEXT,
    riskType: { type: 'string', enum: RISK_NAMES },
    actionType: { type: 'integer', enum: [0, 1, 2], description: '0: log, 1: alert, 2: block and alert.' },
    createdBy: PERSON,
    createdAt: TIME,
    lastUpdatedBy: PERSON,
    lastUpdatedAt: TIME,
    workspaceId: ID_OR_NULL,
    repoId: ID_OR_NULL,
    workspace: NAMED,
    repo: NAMED,
  },
};

export interface Person {
  id: string;
  name: string;
  lastName: string;
  email: string;
}

/** Of a name as the API server knows it, there is no more to tell. */
export function personOf(name: string): Person {
  return { id: name, name, lastName: '', email: name.includes('@') ? name : '' };
}

export function riskNameOf(risk: AIPolicy['spec']['riskType']): RiskName {
  return RISK_NAMES.find((name) => RISKS[name] === risk) ?? 'MEDIUM';
}

/** Not on its way out. */
export function isAlive({ metadata }: AIPolicy): boolean {
  return metadata.deletionTimestamp === undefined;
}

/** The object of a repository's policy: named, since references go by name, so it may be missing. */
function repositoryOf({ metadata, spec }: AIPolicy, repositories: ReadonlyMap<string, Repository>): { id: string; name: string } | undefined {
  const found = repositories.get(keyOf({ namespace: metadata.namespace, name: spec.repositoryRef?.name ?? '' }));
  return found === undefined ? undefined : { id: found.metadata.uid, name: displayNameOf(found) };
}

/** By namespace and name, for the rows of one answer. */
export function repositoriesByKey(objects: Pick<Objects, 'list'>): ReadonlyMap<string, Repository> {
  return new Map(objects.list('Repository').map((repository) => [keyOf(repository.metadata), repository]));
}

export function policyDto(policy: AIPolicy, objects: Pick<Objects, 'list' | 'organization'>, repositories = repositoriesByKey(objects)): object {
  const { metadata, spec } = policy;
  const { namespace, annotations = {} } = metadata;
  const createdBy = createdByOf(policy);
  const workspaceId = spec.scope === 'Organization' ? null : namespace;
  const repo = spec.scope === 'Repository' ? repositoryOf(policy, repositories) : undefined;
  return {
    id: metadata.uid,
    orgId: objects.organization(namespace),
    name: displayNameOf(policy),
    content: spec.content,
    riskType: riskNameOf(spec.riskType),
    actionType: ACTIONS.indexOf(spec.action),
    createdBy: personOf(createdBy),
    createdAt: createdAtOf(policy),
    lastUpdatedBy: personOf(annotations[POLICY_ANNOTATIONS.lastUpdatedBy] ?? createdBy),
    lastUpdatedAt: annotations[POLICY_ANNOTATIONS.lastUpdatedAt] ?? createdAtOf(policy),
    workspaceId,
    repoId: repo?.id ?? null,
    workspace: workspaceId === null ? null : { id: workspaceId, name: workspaceId },
    repo: repo ?? null,
  };
}
