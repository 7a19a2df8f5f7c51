// Bodies of callers that speak Google's dialect, for Google's own models.
import { promptOf, vertexPrompt } from '../../dialects/google/count-tokens.ts';
import { renameModels } from '../../dialects/google/model-names.ts';
import type { GatewayRequest } from '../provider.ts';
import { isVertexEndpoint, modelResource } from './endpoint.ts';

/** The bytes as they came, unless they name the model, which the provider may call otherwise. */
export function ownBody({ raw, body, model, endpoint, upstreamModel }: GatewayRequest): Buffer | string {
  // A name may be written with escapes.
  if (!raw.includes('"model"') && !raw.includes('\\u')) return raw;
  return JSON.stringify(renameModels(body, { asked: model, resource: modelResource(endpoint, upstreamModel) }));
}

/** The same of a count. Vertex AI counts prompts as they are, without the whole request around them. */
export function ownCountBody(request: GatewayRequest): Buffer | string {
  const prompt = promptOf(request.body);
  if (prompt === request.body || !isVertexEndpoint(request.endpoint)) return ownBody(request);
  return JSON.stringify(vertexPrompt(renameModels(prompt, { asked: request.model, resource: undefined })));
}
