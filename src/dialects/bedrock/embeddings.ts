// Embeddings at Bedrock: no form for all as chats have it, but one of each vendor, told by the id of the model.
import { RequestError } from '../../chat/dialect.ts';
import type { EmbeddingRequest, EmbeddingUse } from '../../chat/embeddings.ts';
import { asList, asRecord, type Json } from './json.ts';

export interface EmbeddingForm {
  /** Most texts of one request. */
  mostInputs: number;
  /** Whether callers may choose how many numbers each vector has. */
  takesDimensions: boolean;
  /** Texts that will be searched are not embedded like those that search. */
  takesInputType: boolean;
  /** At least one input, and no more than `mostInputs`. */
  write(request: EmbeddingRequest, use: EmbeddingUse): Json;
  /** The vectors of an answer, as they stand in it. */
  vectorsIn(answer: Json): unknown[];
}

const given = (name: string, value: number | undefined): Json => (value === undefined ? {} : { [name]: value });

const TITAN_TEXT: EmbeddingForm = {
  mostInputs: 1,
  takesDimensions: true,
  takesInputType: false,
  write: ({ inputs, dimensions }) => ({ inputText: inputs[0], ...given('dimensions', dimensions) }),
  vectorsIn: (answer) => [answer['embedding']],
};

const TITAN_IMAGE: EmbeddingForm = {
  ...TITAN_TEXT,
  write: ({ inputs, dimensions }) => ({
    inputText: inputs[0],
    ...(dimensions === undefined ? {} : { embeddingConfig: { outputEmbeddingLength: dimensions } }),
  }),
};

const NOVA: EmbeddingForm = {
  mostInputs: 1,
  takesDimensions: true,
  takesInputType: false,
  write: ({ inputs, dimensions }) => ({
    taskType: 'SINGLE_EMBEDDING',
    singleEmbeddingParams: {
      embeddingPurpose: 'GENERIC_INDEX',
      ...given('embeddingDimension', dimensions),
      text: { truncationMode: 'NONE', value: inputs[0] },
    },
  }),
  vectorsIn: (answer) => asList(answer['embeddings']).map((one) => asRecord(one)?.['embedding']),
};

/** Lists of vectors, or lists by the type of their numbers. */
function cohereVectors({ embeddings }: Json): unknown[] {
  return asList(asRecord(embeddings)?.['float'] ?? embeddings);
}

const COHERE: EmbeddingForm = {
  mostInputs: 96,
  takesDimensions: false,
  takesInputType: true,
  write: ({ inputs }, use) => ({ texts: inputs, input_type: use, truncate: 'NONE' }),
  vectorsIn: cohereVectors,
};

const COHERE_4: EmbeddingForm = {
  ...COHERE,
  takesDimensions: true,
  write: ({ inputs, dimensions }, use) => ({
    texts: inputs,
    input_type: use,
    truncate: 'NONE',
    embedding_types: ['float'],
    ...given('output_dimension', dimensions),
  }),
};

const FORMS: readonly [RegExp, EmbeddingForm][] = [
  [/\bamazon\.titan-embed-image/, TITAN_IMAGE],
  [/\bamazon\.titan-embed-(?:text-v1|g1)/, { ...TITAN_TEXT, takesDimensions: false }],
  [/\bamazon\.titan-embed-text/, TITAN_TEXT],
  [/\bamazon\.nova-.*embeddings/, NOVA],
  [/\bcohere\.embed-v(?:[4-9]|\d\d)/, COHERE_4],
  [/\bcohere\.embed-/, COHERE],
];

/** `model`: an id, or an ARN that ends in one. Undefined: the model is none that makes embeddings, as far as its name tells. */
export function embeddingFormOf(model: string): EmbeddingForm | undefined {
  return FORMS.find(([pattern]) => pattern.test(model.toLowerCase()))?.[1];
}

/** `names`: those of the caller for its fields. Throws RequestError for what the model would refuse, or would not do without a word. */
export function checkEmbeddingRequest(
  { mostInputs, takesDimensions }: EmbeddingForm,
  { inputs, dimensions }: EmbeddingRequest,
  names: Readonly<Record<'inputs' | 'dimensions', string>>,
): void {
  if (inputs.length > mostInputs) {
    const most = mostInputs === 1 ? 'one text' : `${mostInputs} texts`;
    throw new RequestError(names.inputs, `${names.inputs} must be at most ${most} for this model; send more requests with fewer texts each.`);
  }
  if (dimensions !== undefined && !takesDimensions) {
    const fault = `${names.dimensions} must be left out for this model, whose vectors have one size only.`;
    throw new RequestError(names.dimensions, fault);
  }
}

/** @throws Error when there is no vector of numbers for each input. */
export function readVectors(form: EmbeddingForm, json: unknown, inputs: number): number[][] {
  const vectors = form.vectorsIn(asRecord(json) ?? {}).map((vector) => {
    if (Array.isArray(vector) && vector.length > 0 && vector.every((value) => typeof value === 'number')) return vector;
    throw new Error('an embedding has no numbers');
  });
  if (vectors.length !== inputs) throw new Error(`there are ${vectors.length} embeddings of ${inputs} inputs`);
  return vectors;
}
