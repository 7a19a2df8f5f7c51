// A Repository as the Platform API shows it.
import { API_GROUP, type Repository } from '../../api/resources.ts';
import { AI_LLM, AI_TYPE, aiLlmDto, type AiLlmDto } from '../ai-llm/dto.ts';
import type { Objects, Schema } from '../operation.ts';
import { chatKeyId } from '../stats/chat-keys.ts';
import { aiTypeOf, createdAtOf, displayNameOf, type AiType } from '../wire.ts';
import type { Attachments } from './attachments.ts';

/** What is only remembered, because it is about buckets, of which there are none here. */
export const REPO_ANNOTATIONS = { storageType: `${API_GROUP}/storage-type`, mode: `${API_GROUP}/repository-mode` } as const;

export const STORAGE_TYPE: Schema = { type: 'string', enum: ['OPENAI', 'S3', 'GCS', 'BLOB', 'AZURE'], description: 'Only remembered: every repository speaks the APIs of AI. OPENAI where it was made elsewhere.' };
export const MODE: Schema = { type: 'string', enum: ['NORMAL', 'MIRROR', 'BACKUP'], description: 'Only remembered: it is about buckets.' };

export interface RepoKeyDto {
  id: string;
  name: string;
  repoId: string;
  key: string;
  aiType: AiType;
  createdAt: string;
  deletedAt: null;
}

export const REPO_KEY: Schema = {
  type: 'object',
  required: ['id', 'name', 'repoId', 'key', 'aiType', 'createdAt', 'deletedAt'],
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    repoId: { type: 'string' },
    key: { type: 'string', description: 'The public name of the key, as in logs, metrics and statistics: the same as id.' },
    aiType: AI_TYPE,
    createdAt: { type: 'string', format: 'date-time' },
    deletedAt: { type: 'null', description: 'Deleted keys are not listed.' },
  },
};

export const REPO: Schema = {
  type: 'object',
  required: ['id', 'name', 'storageType', 'mode', 'workspaceId', 'buckets', 'aiLlms', 'apiKeys', 'aiApiKeys', 'createdAt', 'disabled'],
  properties: {
    id: { type: 'string', description: 'UID of the Repository.' },
    name: { type: 'string' },
    storageType: STORAGE_TYPE,
    mode: MODE,
    workspaceId: { type: 'string', description: 'Name of the namespace.' },
    buckets: { type: 'array', maxItems: 0, description: 'There are none here.' },
    aiLlms: {
      type: 'array',
      items: { type: 'object', required: ['aiLlmId'], properties: { aiLlmId: { type: 'string' }, aiLlm: { ...AI_LLM, description: 'Absent where the caller may not see it.' } } },
    },
    apiKeys: { type: 'array', maxItems: 0, description: 'Keys of storage, of which there are none here.' },
    aiApiKeys: { type: 'array', items: REPO_KEY },
    createdAt: { type: 'string', format: 'date-time' },
    disabled: { type: 'boolean', description: 'spec.suspend of the Repository.' },
  },
};

/** Of a key type. */
export function keyAiType(type: string | undefined): AiType {
  return aiTypeOf(type ?? 'OpenAI') ?? 'OPENAI';
}

/** Whether a key is anybody's business: that of conversations is not. */
export function isShown({ metadata }: Repository, id: string): boolean {
  return id !== chatKeyId(metadata.uid);
}

/** Keys as the operator last told of them. */
export function knownKeys(repository: Repository): RepoKeyDto[] {
  const { metadata, status } = repository;
  return (status?.keys ?? []).filter(({ id }) => isShown(repository, id)).map(({ id, name, type, createdAt }) => ({
    id,
    name,
    repoId: metadata.uid,
    key: id,
    aiType: keyAiType(type),
    createdAt: new Date(createdAt ?? 0).toISOString(),
    deletedAt: null,
  }));
}

/** `mayShow`: whether the caller may see connections of its namespace; `attachments`: of repositories that they may see. */
export function repoDto(repository: Repository, objects: Pick<Objects, 'organization'>, mayShow: boolean, attachments: Attachments): Record<string, unknown> {
  const { metadata, spec } = repository;
  const { [REPO_ANNOTATIONS.storageType]: storageType = 'OPENAI', [REPO_ANNOTATIONS.mode]: mode = 'NORMAL' } = metadata.annotations ?? {};
  const aiLlms = attachments.llmsOf(repository).map((config): { aiLlmId: string; aiLlm?: AiLlmDto } => ({
    aiLlmId: config.metadata.uid,
    ...(mayShow ? { aiLlm: aiLlmDto(config, objects, attachments.usersOf(config)) } : {}),
  }));
  return {
    id: metadata.uid,
    name: displayNameOf(repository),
    storageType,
    mode,
    workspaceId: metadata.namespace,
    buckets: [],
    aiLlms,
    apiKeys: [],
    aiApiKeys: knownKeys(repository),
    createdAt: createdAtOf(repository),
    disabled: spec.suspend ?? false,
  };
}
