// Embeddings, as callers of Google's dialect ask for them and read them: of one content, or of a batch of requests.
import { RequestError } from '../../chat/dialect.ts';
import type { EmbeddingAnswer, EmbeddingRequest, EmbeddingUse } from '../../chat/embeddings.ts';
import type { Losses } from '../../chat/losses.ts';
import { Fields } from './fields.ts';
import type { JsonObject } from './json.ts';

const USES: Readonly<Record<string, EmbeddingUse>> = {
  RETRIEVAL_DOCUMENT: 'search_document',
  RETRIEVAL_QUERY: 'search_query',
  CLASSIFICATION: 'classification',
  CLUSTERING: 'clustering',
};

/** One vector comes of one content, whatever parts it has. */
function textOf(request: Fields): string {
  const content = request.fields('content');
  const parts = content?.list('parts') ?? [];
  const at = content?.at('parts') ?? request.at('content');
  if (parts.length === 0) throw new RequestError(at, `${at} must hold a text; give what is to be embedded.`);
  return parts
    .map((part) => {
      const text = part.text('text');
      if (text !== undefined) return text;
      throw new RequestError(part.path, `${part.path} must be a text; the provider of this model embeds nothing else.`);
    })
    .join('\n');
}

interface One {
  text: string;
  dimensions: number | undefined;
  use: EmbeddingUse | undefined;
}

function readOne(request: Fields, takesUse: boolean, losses: Losses): One {
  request.take('model');
  const text = textOf(request);
  const dimensions = request.integer('outputDimensionality', 1);
  const task = request.text('taskType');
  const use = takesUse && task !== undefined && Object.hasOwn(USES, task) ? USES[task] : undefined;
  if (use === undefined && task !== undefined && task !== 'TASK_TYPE_UNSPECIFIED') losses.add(request.at('taskType'));
  request.tellRest(losses);
  return { text, dimensions, use };
}

function readBatch(body: Fields, takesUse: boolean, losses: Losses): EmbeddingRequest {
  const requests = body.list('requests');
  const all = requests.map((request) => readOne(request, takesUse, losses));
  const [first] = all;
  if (first === undefined) throw new RequestError('requests', 'requests must be a list of at least one request.');
  const differs = (name: 'dimensions' | 'use', field: string): void => {
    const index = all.findIndex((one) => one[name] !== first[name]);
    const at = requests[index]?.at(field);
    if (at !== undefined) throw new RequestError(at, `${at} must be the same in all requests; the provider of this model takes one for all.`);
  };
  differs('dimensions', 'outputDimensionality');
  differs('use', 'taskType');
  return { inputs: all.map(({ text }) => text), dimensions: first.dimensions, use: first.use };
}

/** `takesUse`: the model wants to know what the texts are embedded for. */
export function readEmbeddingRequest(body: JsonObject, isBatch: boolean, takesUse: boolean, losses: Losses): EmbeddingRequest {
  const fields = new Fields(body, '');
  if (!isBatch) {
    const { text, dimensions, use } = readOne(fields, takesUse, losses);
    return { inputs: [text], dimensions, use };
  }
  const request = readBatch(fields, takesUse, losses);
  fields.tellRest(losses);
  return request;
}

export function writeEmbeddingAnswer({ vectors, inputTokens }: EmbeddingAnswer, isBatch: boolean): JsonObject {
  const embeddings = vectors.map((values) => ({ values }));
  const usage = inputTokens === undefined ? {} : { usageMetadata: { promptTokenCount: inputTokens } };
  return { ...(isBatch ? { embeddings } : { embedding: embeddings[0] }), ...usage };
}
