// A request for embeddings and its answer in no dialect.

export interface EmbeddingRequest {
  inputs: string[];
  /** How many numbers each vector shall have; undefined: as many as the model makes. */
  dimensions: number | undefined;
}

export interface EmbeddingAnswer {
  /** In the order of the inputs. */
  vectors: number[][];
  /** Undefined where the provider does not tell. */
  inputTokens: number | undefined;
}
