// Embeddings for callers whose dialect is not the provider's own: how they ask, and what they read.
import { RequestError } from '../chat/dialect.ts';
import type { EmbeddingAnswer, EmbeddingRequest, EmbeddingUse } from '../chat/embeddings.ts';
import { own } from '../chat/json.ts';
import type { Losses } from '../chat/losses.ts';
import type { DialectName } from '../chat/request.ts';
import * as google from '../dialects/google/asked-embeddings.ts';
import { renameModels } from '../dialects/google/model-names.ts';
import * as openAi from '../dialects/openai-chat/embeddings.ts';
import type { ConvertedAnswer } from './json-answer.ts';
import { notSupported } from './not-supported.ts';
import type { GatewayRequest } from './provider.ts';

/** How callers ask. */
interface EmbeddingSurface {
  /** What they call the texts and the size of the vectors. */
  names: { inputs: string; dimensions: string };
  read(request: GatewayRequest, takesUse: boolean, losses: Losses): EmbeddingRequest;
  write(answer: EmbeddingAnswer, request: GatewayRequest): object;
}

const isBatch = ({ operation }: GatewayRequest): boolean => operation === 'batch_embeddings';

/** A field that OpenAI has not, but its SDKs send. */
const INPUT_TYPE = 'input_type';
const USES: readonly EmbeddingUse[] = ['search_document', 'search_query', 'classification', 'clustering'];

function useIn(body: GatewayRequest['body']): EmbeddingUse | undefined {
  const given = own(body, INPUT_TYPE) ?? undefined;
  const found = USES.find((use) => use === given);
  if (given !== undefined && found === undefined) {
    throw new RequestError(INPUT_TYPE, `${INPUT_TYPE} must be one of ${USES.join(', ')}.`);
  }
  return found;
}

const SURFACES: Partial<Record<DialectName, EmbeddingSurface>> = {
  'openai-chat': {
    names: { inputs: 'input', dimensions: 'dimensions' },
    read: ({ body }, takesUse, losses) => {
      if (!takesUse) return openAi.readEmbeddingRequest(body, losses);
      const { [INPUT_TYPE]: _use, ...rest } = body;
      return { ...openAi.readEmbeddingRequest(rest, losses), use: useIn(body) };
    },
    write: (answer, { model, body }) => openAi.writeEmbeddingAnswer(answer, model, body),
  },
  google: {
    names: { inputs: 'requests', dimensions: 'outputDimensionality' },
    read: (request, takesUse, losses) => {
      const body = renameModels(request.body, { asked: request.model, resource: undefined });
      return google.readEmbeddingRequest(body, isBatch(request), takesUse, losses);
    },
    write: (answer, request) => google.writeEmbeddingAnswer(answer, isBatch(request)),
  },
};

function surfaceOf(request: GatewayRequest): EmbeddingSurface {
  const surface = SURFACES[request.dialect.name];
  if (surface === undefined) throw notSupported(request);
  return surface;
}

export const isEmbedding = ({ operation }: GatewayRequest): boolean => operation === 'embeddings' || operation === 'batch_embeddings';

/** What callers call the texts and the size of the vectors. */
export function namesOf(request: GatewayRequest): EmbeddingSurface['names'] {
  return surfaceOf(request).names;
}

/**
 * `takesUse`: the model wants to know what the texts are embedded for. Throws RequestError when the body is none in the caller's
 * dialect.
 */
export function readAsked(request: GatewayRequest, losses: Losses, takesUse = false): EmbeddingRequest {
  return surfaceOf(request).read(request, takesUse, losses);
}

export function toCaller(answer: EmbeddingAnswer, request: GatewayRequest): ConvertedAnswer {
  const { inputTokens } = answer;
  const usage = inputTokens === undefined ? undefined : { inputTokens, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
  return { body: surfaceOf(request).write(answer, request), usage };
}
