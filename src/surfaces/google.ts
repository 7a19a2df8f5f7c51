// The surface of Google's Gen AI SDKs.
import { googleSurface as dialect } from '../dialects/google/dialect.ts';
import type { ListedModel, Surface } from './surface.ts';

const METHODS = ['generateContent'];

function showModel({ id }: ListedModel): object {
  return { name: `models/${id}`, displayName: id, supportedGenerationMethods: METHODS };
}

export const googleSurface: Surface = {
  name: 'Google',
  keyHeader: 'x-goog-api-key',
  writeError: dialect.writeError,
  listModels: (models) => ({ models: models.map(showModel) }),
  showModel,
};
