// The surface of Google's Gen AI SDKs.
import { googleSurface as dialect } from '../dialects/google/dialect.ts';
import type { ListedModel, Surface } from './surface.ts';

const CHAT = ['generateContent', 'streamGenerateContent'];
/** At AWS only some models count, and their names do not tell which. */
const COUNTING: ReadonlySet<ListedModel['provider']> = new Set(['Google', 'Anthropic']);
const EMBEDDING: ReadonlySet<ListedModel['provider']> = new Set(['Google', 'OpenAI', 'Other']);

function methodsOf({ provider, upstreamModel }: ListedModel): string[] {
  // These answer no chats. At AWS it takes more than this word to embed.
  if (EMBEDDING.has(provider) && upstreamModel.includes('embedding')) {
    return provider === 'Google' ? ['embedContent', 'countTokens'] : ['embedContent'];
  }
  return COUNTING.has(provider) ? [...CHAT, 'countTokens'] : CHAT;
}

function showModel(model: ListedModel): object {
  return { name: `models/${model.id}`, displayName: model.id, supportedGenerationMethods: methodsOf(model) };
}

export const googleSurface: Surface = {
  name: 'Google',
  keyHeader: 'x-goog-api-key',
  writeError: dialect.writeError,
  listModels: (models) => ({ models: models.map(showModel) }),
  showModel,
};
