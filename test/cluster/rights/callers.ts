// Who calls the Platform API in the test of rights, and what RBAC gives each of them: written by hand, as an administrator would say it.
import type { Kubectl } from '../stack/kubectl.ts';

export const TEAMS = ['team-a', 'team-b'] as const;
export type Team = (typeof TEAMS)[number];

export interface Caller {
  /** A ClusterRole of Kubernetes, with what the chart adds to it. Without one, a Role of exactly these rights. */
  clusterRole?: string;
  /** `everywhere`: bound in the whole cluster. Undefined: bound nowhere. */
  where?: Team | 'everywhere';
  /** `verb resource`. */
  rights: readonly string[];
}

const KINDS = ['aillmconfigs', 'repositories', 'aipolicies'];
const on = (resources: readonly string[], verbs: readonly string[]): string[] =>
  resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`));
const SEE = ['get', 'list'];
const CHANGE = ['create', 'update', 'delete'];
const VIEW = [...on(KINDS, SEE), 'prompt repositories'];
const EDIT = [...VIEW, ...on(KINDS, CHANGE)];
const ADMIN = [...EDIT, 'read-conversations repositories', 'read-audit repositories'];

export const CALLERS = {
  'cluster-admin': { clusterRole: 'cluster-admin', where: 'everywhere', rights: ADMIN },
  admin: { clusterRole: 'admin', where: 'team-a', rights: ADMIN },
  editor: { clusterRole: 'edit', where: 'team-a', rights: EDIT },
  viewer: { clusterRole: 'view', where: 'team-a', rights: VIEW },
  stranger: { clusterRole: 'admin', where: 'team-b', rights: ADMIN },
  outsider: { rights: [] },
  'llms-only': { where: 'team-a', rights: on(['aillmconfigs'], [...SEE, ...CHANGE]) },
  'repositories-only': { where: 'team-a', rights: on(['repositories'], [...SEE, ...CHANGE]) },
  'policies-only': { where: 'team-a', rights: on(['aipolicies'], [...SEE, ...CHANGE]) },
  prompter: { where: 'team-a', rights: on(['repositories'], ['list', 'prompt']) },
  auditor: { where: 'team-a', rights: on(['repositories'], ['list', 'read-conversations', 'read-audit']) },
  'deletes-unseen': { where: 'team-a', rights: on(KINDS, ['delete']) },
} as const satisfies Record<string, Caller>;
export type CallerName = keyof typeof CALLERS;
export const NAMES = Object.keys(CALLERS) as CallerName[];

export const userOf = (name: CallerName): string => `system:serviceaccount:people:${name}`;

/** `namespace`: any name; those that are no team of the test are open to who has a right everywhere. */
export function may(name: CallerName, right: string, namespace: string): boolean {
  const { where, rights }: Caller = CALLERS[name];
  return (where === 'everywhere' || where === namespace) && rights.includes(right);
}

/** Whether somebody has anything to do with a namespace. */
export function belongsTo(name: CallerName, team: Team): boolean {
  const { where }: Caller = CALLERS[name];
  return where === 'everywhere' || where === team;
}

function roleOf(rights: readonly string[]): object[] {
  const byResource = Map.groupBy(
    rights.map((right) => right.split(' ')),
    ([, resource]) => resource ?? '',
  );
  return [...byResource].map(([resource, found]) => ({
    apiGroups: ['ai.flashback.tech'],
    resources: [resource],
    verbs: found.map(([verb]) => verb),
  }));
}

function manifestsOf(name: CallerName): object[] {
  const { clusterRole, where, rights }: Caller = CALLERS[name];
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'people' } };
  if (where === undefined) return [account];
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = where === 'everywhere' ? { name } : { name, namespace: where };
  const roleRef = {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: clusterRole === undefined ? 'Role' : 'ClusterRole',
    name: clusterRole ?? name,
  };
  const kind = where === 'everywhere' ? 'ClusterRoleBinding' : 'RoleBinding';
  const binding = { apiVersion, kind, metadata, roleRef, subjects: [{ kind: 'ServiceAccount', name, namespace: 'people' }] };
  return [account, ...(clusterRole === undefined ? [{ apiVersion, kind: 'Role', metadata, rules: roleOf(rights) }] : []), binding];
}

/** Resolves with a token for each. */
export async function makeCallers(kubectl: Kubectl): Promise<Map<CallerName, string>> {
  await kubectl(
    ['apply', '-f', '-'],
    NAMES.flatMap(manifestsOf)
      .map((manifest) => JSON.stringify(manifest))
      .join('\n'),
  );
  const tokenOf = async (name: CallerName) => [name, (await kubectl(['create', 'token', name, '-n', 'people'])).trim()] as const;
  return new Map(await Promise.all(NAMES.map(tokenOf)));
}
