// Where a server of the OpenAI dialect has its operations.
import { notSupported } from './not-supported.ts';
import type { GatewayRequest, Operation } from './provider.ts';

const PATHS: Partial<Record<Operation, string>> = {
  chat: '/chat/completions',
  completions: '/completions',
  embeddings: '/embeddings',
};

/** Path below the version. Throws GatewayError operation_not_supported. */
export function openAiPath(request: Pick<GatewayRequest, 'operation' | 'model'>): string {
  const path = PATHS[request.operation];
  if (path === undefined) throw notSupported(request);
  return path;
}
