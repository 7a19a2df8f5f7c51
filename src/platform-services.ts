// Puts together what the routes of the Platform API work with, the same for a cluster and for a directory of manifests.
import { randomBytes } from 'node:crypto';
import type { Repository, ObjectKey } from './api/resources.ts';
import type { Clock } from './clock.ts';
import type { Ledger } from './ledger/ledger.ts';
import { HttpChatGateway } from './platform/conversations/chat-gateway.ts';
import { ChatKeys } from './platform/conversations/chat-keys.ts';
import type { Sealer } from './platform/conversations/sealer.ts';
import { ApiError, type Objects } from './platform/operation.ts';
import { ThreadAdvisor } from './platform/policies/advisor.ts';
import type { Homes } from './platform/policies/services.ts';
import type { KeyRecord, PlatformServices, RepositoryKeys } from './platform/services.ts';
import { chatKeyId } from './platform/stats/chat-keys.ts';
import { checkNow, type CheckNowOptions } from './reconcile/check-now.ts';
import { MadeKeys } from './reconcile/made-keys.ts';
import { SecretForbiddenError, type ResourceStore } from './reconcile/store.ts';
import type { Logger } from './telemetry/log.ts';

export interface PlatformParts extends Omit<CheckNowOptions, 'store'> {
  objects: Objects & Homes;
  /** Writes of it are refused where this process does not lead. */
  store: ResourceStore;
  ledger: Ledger;
  /** The keys of this repository have to be looked at. */
  onKeys(repository: ObjectKey): void;
  /** Undefined: conversations are off. */
  sealer: Sealer | undefined;
  /** Of gateways, for conversations; with /v1 or without. */
  gatewayUrl: string;
  clock: Clock;
  logger: Logger;
}

const SECRETS_FORBIDDEN = 'the operator may not read or write the Secrets of keys in this namespace; rbac.secrets of the chart grants it';

/** Keys of spec.apiKeys, as the operator last told of them. */
function declaredKeys({ spec, status }: Repository): KeyRecord[] {
  const entries = new Set((spec.apiKeys ?? []).map(({ name }) => name));
  const current = (status?.keys ?? []).filter(({ name, prefix }) => prefix !== undefined && entries.has(name));
  return current.map(({ id, name, createdAt }) => ({
    id,
    name,
    type: spec.apiKeys?.find((entry) => entry.name === name)?.type ?? 'OpenAI',
    createdAt: createdAt === undefined ? undefined : Date.parse(createdAt),
    made: false,
  }));
}

async function permitted<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SecretForbiddenError) throw new ApiError(503, SECRETS_FORBIDDEN);
    throw error;
  }
}

function repositoryKeys(made: MadeKeys): RepositoryKeys {
  const demand = (found: boolean): void => {
    if (!found) throw new ApiError(404, 'the repository has no such key, or no longer');
  };
  return {
    async list(repository) {
      const own = (await permitted(made.list(repository))).map(({ id, name, type, createdAt }) => ({ id, name, type, createdAt, made: true }));
      return [...own, ...declaredKeys(repository)].toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0) || (a.id < b.id ? -1 : 1));
    },
    async create(repository, draft) {
      const { made: { id, name, type, createdAt }, key } = await permitted(made.create(repository, draft));
      return { record: { id, name, type, createdAt, made: true }, key };
    },
    rename: async (repository, id, name) => demand(await permitted(made.rename(repository, id, name))),
    revoke: async (repository, id) => demand(await permitted(made.revoke(repository, id))),
  };
}

/** The key of a repository that its conversations are answered with: one at a time, by an id that statistics know. */
function chatKeys(made: MadeKeys, clock: Clock): ChatKeys {
  const issue = async (repository: Repository): Promise<string> => {
    const draft = { name: 'private chat', type: 'OpenAI', id: chatKeyId(repository.metadata.uid) } as const;
    return (await permitted(made.create(repository, draft))).key;
  };
  return new ChatKeys({ issue, clock });
}

export function platformServices({ objects, store, ledger, onKeys, sealer, gatewayUrl, clock, logger, ...check }: PlatformParts): PlatformServices {
  const made = new MadeKeys({ store, clock, random: randomBytes, onChange: onKeys });
  return {
    objects,
    ledger,
    clock,
    logger,
    credentials: { check: (config, signal) => checkNow(config, { ...check, store }, signal) },
    keys: repositoryKeys(made),
    homes: objects,
    advisor: new ThreadAdvisor({ clock }),
    conversations: { sealer, gateway: new HttpChatGateway({ baseUrl: gatewayUrl, keys: chatKeys(made, clock), clock }) },
  };
}
