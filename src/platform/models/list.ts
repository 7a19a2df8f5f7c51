// Models that a repository offers.
import { keyOf, keySeenFrom } from '../../api/resources.ts';
import { demandObject } from '../by-id.ts';
import { AI_TYPE } from '../ai-llm/dto.ts';
import { OF_QUESTIONS } from '../limits.ts';
import type { Operation, Schema, Services } from '../operation.ts';
import { aiTypeOf, displayNameOf, done, type AiType } from '../wire.ts';

const MODEL: Schema = {
  type: 'object',
  required: ['id', 'name', 'aiType', 'llmType', 'llmProvider'],
  properties: {
    id: { type: 'string', description: 'What applications send as model.' },
    name: { type: 'string' },
    aiType: AI_TYPE,
    llmType: { type: 'string', description: 'The same as aiType.' },
    llmProvider: { type: 'string', description: 'Name of the connection that serves it; as workspace/name where another workspace lends it.' },
  },
};

interface Body {
  repoId: string;
  aiType?: AiType | null;
  llmType?: string | null;
}

export const listModels: Operation<Services, never, never, Body> = {
  id: 'listModels',
  method: 'post',
  path: '/ai/models',
  tag: 'Models',
  summary: 'The first 200 models that a repository offers, in alphabetical order. The gateway itself lists all of them at /v1/models.',
  rights: 'get on repositories in the namespace.',
  body: {
    type: 'object',
    required: ['repoId'],
    properties: {
      repoId: { type: 'string', minLength: 1 },
      aiType: { ...AI_TYPE, type: ['string', 'null'], enum: [...(AI_TYPE['enum'] as string[]), null] },
      llmType: { type: ['string', 'null'], description: 'As aiType.' },
    },
  },
  limits: OF_QUESTIONS,
  answer: done({ models: { type: 'array', items: MODEL }, total: { type: 'integer', description: 'All models of the repository, of every type; above 200, not all of them are here.' } }, ['models', 'total']),
  errors: { 403: 'No right to see the repository.', 404: 'There is none with this id.' },
  async handle({ body, access }, { objects }) {
    const repository = await demandObject('Repository', body.repoId, { verb: 'get' }, { access, objects });
    const { namespace } = repository.metadata;
    const configs = new Map(objects.list('AILLMConfig').map((config) => [keyOf(config.metadata), config]));
    const models = (repository.status?.models ?? []).flatMap(({ name: model, llm }) => {
      const config = configs.get(keyOf(keySeenFrom(namespace, llm)));
      const aiType = aiTypeOf(config?.spec.type ?? '');
      if (config === undefined || aiType === undefined) return [];
      return [{ id: model, name: model, aiType, llmType: aiType as string, llmProvider: config.metadata.namespace === namespace ? displayNameOf(config) : llm }];
    });
    const wanted = [body.aiType, body.llmType].filter((type) => type !== undefined && type !== null && type !== '');
    const total = Math.max(repository.status?.modelCount ?? 0, models.length);
    return { success: true, models: models.filter(({ llmType }) => wanted.every((type) => type?.toUpperCase() === llmType)), total };
  },
};
