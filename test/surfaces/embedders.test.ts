// Embeddings by the SDKs that are no vendor's own, of every type of provider that makes such.
import { createGoogle } from '@ai-sdk/google';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { OpenAIEmbeddings } from '@langchain/openai';
import { embedMany } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderType } from '../../src/api/resources.ts';
import { KEYS, MODEL, Stage, TYPES, type Answer, type Json } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const TEXTS = ['one', 'two'];
const VECTORS = [
  [0.5, -1],
  [1, 0.25],
];
const answering =
  (body: Json): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

/** SDKs of OpenAI ask for base64 where they are told nothing else. */
const openAi: Answer = (response, call) => {
  const isBase64 = (JSON.parse(call.body) as Json)['encoding_format'] === 'base64';
  const written = (vector: number[]): unknown => (isBase64 ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector);
  const data = VECTORS.map((vector, index) => ({ object: 'embedding', index, embedding: written(vector) }));
  answering({ object: 'list', model: MODEL, data, usage: { prompt_tokens: 5, total_tokens: 5 } })(response, call);
};
const google = answering({ embeddings: VECTORS.map((values) => ({ values })) });

const EMBEDDERS: Partial<Record<ProviderType, { answer: Answer; upstream?: string }>> = {
  OpenAI: { answer: openAi },
  Other: { answer: openAi },
  Google: { answer: google },
  AWS: { answer: answering({ embeddings: VECTORS, response_type: 'embeddings_floats' }), upstream: 'cohere.embed-multilingual-v3' },
};

const ASKS: Record<string, () => Promise<number[][]>> = {
  'OpenAIEmbeddings of LangChain': () => {
    const configuration = { baseURL: `${stage.url}/v1` };
    return new OpenAIEmbeddings({ model: MODEL, apiKey: KEYS.OpenAI, maxRetries: 0, configuration }).embedDocuments(TEXTS);
  },
  'the AI SDK with its provider openai-compatible': async () => {
    const model = createOpenAICompatible({ name: 'flashback', baseURL: `${stage.url}/v1`, apiKey: KEYS.OpenAI }).embeddingModel(MODEL);
    return (await embedMany({ model, values: TEXTS, maxRetries: 0 })).embeddings;
  },
  'the AI SDK with its provider google': async () => {
    const model = createGoogle({ baseURL: `${stage.url}/v1beta`, apiKey: KEYS.Google }).embeddingModel(MODEL);
    return (await embedMany({ model, values: TEXTS, maxRetries: 0 })).embeddings;
  },
};

describe.each(Object.keys(ASKS))('%s', (name) => {
  it.each(TYPES.filter((type) => EMBEDDERS[type] !== undefined))('gets what a provider of type %s embeds', async (type) => {
    const { answer, upstream } = EMBEDDERS[type]!;
    stage.serve(type, answer, upstream);
    expect(await ASKS[name]!()).toEqual(VECTORS);
  });

  it.each(TYPES.filter((type) => EMBEDDERS[type] === undefined))('hears that a provider of type %s embeds nothing', async (type) => {
    stage.serve(type);
    await expect(ASKS[name]!()).rejects.toThrow(/embeddings/);
  });
});
