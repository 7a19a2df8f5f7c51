// Where Gemini is: the Gemini API, or Vertex AI, which has other paths and other credentials.

export const GOOGLE_ENDPOINT = 'https://generativelanguage.googleapis.com/v1beta';
/** Only over TLS: access tokens go there. Also the form that multi-regions have, as in aiplatform.eu.rep.googleapis.com. */
const VERTEX = /^https:\/\/(?:[a-z0-9-]+-)?aiplatform(?:\.[a-z0-9-]+\.rep)?\.googleapis\.com(?::443)?(?:\/|$)/i;

export type GoogleMethod = 'generateContent' | 'streamGenerateContent' | 'embedContent' | 'batchEmbedContents' | 'countTokens' | 'predict';

/** Whether the endpoint is one of Vertex AI, which carries project and location. */
export function isVertexEndpoint(endpoint: string): boolean {
  return VERTEX.test(endpoint);
}

function segment(name: string): string {
  return encodeURIComponent(name).replaceAll('%40', '@');
}

/** Resource name of a model of the Gemini API, with a slash in front. */
function geminiModel(model: string): string {
  const [, collection = 'models', name = model] = /^(models|tunedModels)\/([^/]+)$/.exec(model) ?? [];
  return `/${collection}/${segment(name)}`;
}

/** The same of Vertex AI: Google's models, those of other publishers by their full name, and endpoints of tuned models. */
function vertexModel(model: string): string {
  const endpoint = /^endpoints\/([^/]+)$/.exec(model)?.[1];
  if (endpoint !== undefined) return `/endpoints/${segment(endpoint)}`;
  const [, publisher = 'google', name = model.replace(/^models\//, '')] = /^publishers\/([a-z0-9-]+)\/models\/([^/]+)$/.exec(model) ?? [];
  return `/publishers/${publisher}/models/${segment(name)}`;
}

/** Path and query below the endpoint. Streams come as server-sent events only when asked for as such. */
export function googlePath(endpoint: string, model: string, method: GoogleMethod): string {
  const resource = isVertexEndpoint(endpoint) ? vertexModel(model) : geminiModel(model);
  return `${resource}:${method}${method === 'streamGenerateContent' ? '?alt=sse' : ''}`;
}

/** The model as bodies of the Gemini API name it; undefined at Vertex AI, where only addresses do. */
export function modelResource(endpoint: string, model: string): string | undefined {
  if (isVertexEndpoint(endpoint)) return undefined;
  return /^(?:models|tunedModels)\//.test(model) ? model : `models/${model}`;
}
