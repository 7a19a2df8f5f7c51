// A request for embeddings and its answer in no dialect.

/** What the texts are embedded for: those that will be searched are embedded otherwise than those that search. */
export type EmbeddingUse = 'search_document' | 'search_query' | 'classification' | 'clustering';

export interface EmbeddingRequest {
  inputs: string[];
  /** How many numbers each vector shall have; undefined: as many as the model makes. */
  dimensions: number | undefined;
  /** Where the caller says it. */
  use?: EmbeddingUse | undefined;
}

export interface EmbeddingAnswer {
  /** In the order of the inputs. */
  vectors: number[][];
  /** Undefined where the provider does not tell. */
  inputTokens: number | undefined;
}
