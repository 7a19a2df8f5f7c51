// The surface that most applications use: unmodified OpenAI SDKs.
import { openAiChatSurface } from '../dialects/openai-chat/dialect.ts';
import type { ListedModel, Surface } from './surface.ts';

function showModel({ id, owner }: ListedModel): object {
  // The provider's own creation time is not part of the snapshot; SDKs need a number.
  return { id, object: 'model', created: 0, owned_by: owner };
}

export const openAiSurface: Surface = {
  name: 'OpenAI',
  keyHeader: undefined,
  writeError: openAiChatSurface.writeError,
  listModels: (models) => ({ object: 'list', data: models.map(showModel) }),
  showModel,
};
