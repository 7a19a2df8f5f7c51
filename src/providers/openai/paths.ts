// Where a server of the OpenAI dialect has its operations.
import type { ProviderType } from '../../api/resources.ts';
import { notSupported } from '../not-supported.ts';
import type { GatewayRequest, Operation } from '../provider.ts';

/** Types of providers that speak it. */
export const OPENAI_TYPES: ReadonlySet<ProviderType> = new Set<ProviderType>(['OpenAI', 'Other']);

const PATHS: Partial<Record<Operation, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
  moderations: '/moderations',
  image_generation: '/images/generations',
  image_edit: '/images/edits',
  image_variation: '/images/variations',
  speech: '/audio/speech',
  transcription: '/audio/transcriptions',
  translation: '/audio/translations',
};

/** Path below the version. Throws GatewayError operation_not_supported. */
export function openAiPath(request: Pick<GatewayRequest, 'operation' | 'model'>): string {
  const path = PATHS[request.operation];
  if (path === undefined) throw notSupported(request);
  return path;
}
