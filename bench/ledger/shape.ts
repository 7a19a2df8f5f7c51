// What the ledger of the benchmark holds: a year of an organization of 100 repositories and 2000 users.
import type { Kind } from '../../src/api/resources.ts';
import { chatKeyId } from '../../src/platform/stats/chat-keys.ts';

export const SHAPE = {
  workspaces: 20,
  repositories: 100,
  /** Each repository has one key, and asks two models of one connection, through two gateways. */
  models: 2,
  hosts: 2,
  users: 2000,
  /** Minutes in which one conversation has requests; its two gateways take turns. */
  turns: 20,
  violations: 200_000,
  /** The first one has found half of them. */
  policies: 20,
} as const;

export interface Size {
  /** Rows of use by minute, with user and conversation. */
  rows: number;
  /** Over which they are spread. */
  days: number;
}

/** 2025-11-01, in minutes since the epoch. */
export const START = Date.UTC(2025, 10, 1) / 60_000;

/** In the middle of the last day and of an hour, as it is when somebody looks: milliseconds since the epoch. */
export const nowOf = ({ days }: Size): number => START * 60_000 + (days - 1) * 86_400_000 + 10 * 3_600_000 + 23 * 60_000;

export const uidOf = (kind: Kind, key: string): string => `uid of ${kind} ${key}`;

/** Of one repository in ten the only key is that of conversations of the Platform API. */
export const keyOf = (repository: number): string =>
  repository % 10 === 9 ? chatKeyId(uidOf('Repository', name.repository(repository))) : name.key(repository);

export const name = {
  workspace: (index: number): string => `workspace-${index}`,
  repository: (index: number): string => `workspace-${index % SHAPE.workspaces}/repository-${index}`,
  llm: (index: number): string => `workspace-${index % SHAPE.workspaces}/llm-${index % SHAPE.workspaces}`,
  policy: (index: number): string => `workspace-${index % SHAPE.workspaces}/policy-${index}`,
  key: (index: number): string => `key-${index}`,
  model: (index: number): string => `model-${index % 30}`,
  host: (index: number): string => `gateway-${index}`,
  user: (index: number): string => `user-${index}`,
};
