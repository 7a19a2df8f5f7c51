// What the routes of the Platform API work with besides the custom resources: one list, so that whoever wires knows all of it.
import type { AILLMConfig, KeyType, Repository } from '../api/resources.ts';
import type { ConversationServices } from './conversations/services.ts';
import type { Services } from './operation.ts';
import type { Advisor } from './policies/advisor.ts';
import type { Homes } from './policies/services.ts';

/** What a provider says of a credential; `reason` is for a person, and holds nothing of the credential. */
export interface CredentialAnswer {
  verdict: 'valid' | 'invalid' | 'unknown';
  reason: string;
}

export interface CredentialCheck {
  /** One real call to the provider, which costs nothing. Changes nothing. */
  check(config: AILLMConfig, signal: AbortSignal): Promise<CredentialAnswer>;
}

/** A key of a repository, without the key. */
export interface KeyRecord {
  /** Public: `key_…`, as in metrics, logs and the ledger. */
  id: string;
  name: string;
  type: KeyType;
  /** Milliseconds since the epoch; undefined where it is not known. */
  createdAt: number | undefined;
  /** Made through the Platform API; otherwise an entry of spec.apiKeys. */
  made: boolean;
}

/** Keys of repositories. Those that are made here are shown once, and only their hash is kept. */
export interface RepositoryKeys {
  /** The newest first. */
  list(repository: Repository): Promise<KeyRecord[]>;
  /** Resolves with the only sight of the key that there is, when it has been written; it works within seconds. */
  create(repository: Repository, draft: { name: string; type: KeyType }): Promise<{ record: KeyRecord; key: string }>;
  /** @throws ApiError 404 where the repository has no such key. */
  rename(repository: Repository, id: string, name: string): Promise<void>;
  /** @throws ApiError 404 as rename. */
  revoke(repository: Repository, id: string): Promise<void>;
}

export interface PlatformServices extends Services {
  credentials: CredentialCheck;
  keys: RepositoryKeys;
  homes: Homes;
  advisor: Advisor;
  conversations: ConversationServices['conversations'];
}
