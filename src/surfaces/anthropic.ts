// The surface of Anthropic's SDKs.
import { anthropicSurface as dialect } from '../dialects/anthropic/dialect.ts';
import type { ListedModel, Surface } from './surface.ts';

function showModel({ id }: ListedModel): object {
  // When the provider made it is not part of the snapshot; SDKs need a time.
  return { type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' };
}

export const anthropicSurface: Surface = {
  name: 'Anthropic',
  keyHeader: 'x-api-key',
  requestIdHeader: 'request-id',
  writeError: dialect.writeError,
  listModels: (models) => ({
    data: models.map(showModel),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  }),
  showModel,
};
