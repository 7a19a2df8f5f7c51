// An AILLMConfig as the Platform API shows it. No secret is in it, and no way to one.
import type { AILLMConfig, Repository } from '../../api/resources.ts';
import type { Objects, Schema } from '../operation.ts';
import { AI_TYPES, aiTypeOf, createdAtOf, createdByOf, displayNameOf, type AiType } from '../wire.ts';

export interface AiLlmDto {
  id: string;
  orgId: string;
  workspaceId: string;
  /** Name of who made it; empty where that was not done through this API. */
  userId: string;
  name: string;
  aiType: AiType;
  endpoint: string | null;
  key: null;
  createdAt: string;
  repos: { id: string; name: string; createdAt: string }[];
}

export const AI_TYPE: Schema = { type: 'string', enum: Object.keys(AI_TYPES), description: 'Kind of provider. OTHER is any server that speaks the OpenAI API; AWS is Bedrock.' };

const REPOSITORY_OF: Schema = {
  type: 'object',
  required: ['id', 'name', 'createdAt'],
  properties: { id: { type: 'string' }, name: { type: 'string' }, createdAt: { type: 'string', format: 'date-time' } },
};

export const AI_LLM: Schema = {
  type: 'object',
  required: ['id', 'orgId', 'workspaceId', 'userId', 'name', 'aiType', 'endpoint', 'key', 'createdAt', 'repos'],
  properties: {
    id: { type: 'string', description: 'UID of the AILLMConfig.' },
    orgId: { type: 'string', description: 'Organization of the namespace.' },
    workspaceId: { type: 'string', description: 'Name of the namespace.' },
    userId: { type: 'string', description: 'Who made it through this API; otherwise empty.' },
    name: { type: 'string' },
    aiType: AI_TYPE,
    endpoint: { type: ['string', 'null'], description: 'Null: the public one of the provider.' },
    key: { type: 'null', description: 'Never shown.' },
    createdAt: { type: 'string', format: 'date-time' },
    repos: { type: 'array', items: REPOSITORY_OF, description: 'Repositories of its workspace that it is attached to, as far as the caller may list them.' },
  },
};

/** `users`: repositories that it is attached to, of those that the caller may see. */
export function aiLlmDto(config: AILLMConfig, objects: Pick<Objects, 'organization'>, users: readonly Repository[]): AiLlmDto {
  const { metadata, spec } = config;
  return {
    id: metadata.uid,
    orgId: objects.organization(metadata.namespace),
    workspaceId: metadata.namespace,
    userId: createdByOf(config),
    name: displayNameOf(config),
    aiType: aiTypeOf(spec.type) ?? 'OTHER',
    endpoint: spec.endpoint ?? null,
    key: null,
    createdAt: createdAtOf(config),
    repos: users.map((repository) => ({ id: repository.metadata.uid, name: displayNameOf(repository), createdAt: createdAtOf(repository) })),
  };
}
