// What one LLM provider is: the interface that every entry of the registry fills. Used by the gateway for traffic and by
// the operator to check credentials. Eight members; everything else is data.
import type { ProviderType } from '../api/resources.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';

/** Operations that a surface asks a provider for. */
export const OPERATIONS = ['chat', 'embeddings'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Tokens of one request in OpenAI's convention: cached tokens are part of input, reasoning tokens part of output. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
  reasoningTokens: number;
}

/** A parsed call of an application, together with the bytes it came as. */
export interface GatewayRequest {
  operation: Operation;
  /** Model name that the provider knows. */
  upstreamModel: string;
  /** Model name that the application asked for. */
  model: string;
  stream: boolean;
  /** The application's body as bytes, untouched. */
  raw: Buffer;
  /** The same, parsed. */
  body: Record<string, unknown>;
}

/** A request as it goes to the provider. */
export interface UpstreamRequest {
  /** Path and query below the endpoint, starting with a slash. */
  path: string;
  body: Buffer | string;
  /** The stream carries an extra usage event that the application did not ask for and must not see. */
  hideUsageEvent: boolean;
}

/** An upstream error in the terms of the caller's envelope. */
export interface UpstreamError {
  message: string;
  type: string | null;
  param: string | null;
  code: string | null;
}

/**
 * Answer to "is this credential good?". Only a definite refusal is `invalid`; everything else that is not a success is
 * `unknown` and changes nothing. `proven: false`: the server answers a wrong key just the same, so nothing is known
 * about this one until traffic uses it.
 */
export type Verification =
  | { verdict: 'valid'; models: string[]; proven: boolean }
  | { verdict: 'invalid'; message: string }
  | { verdict: 'unknown'; message: string; retryAfterMs?: number };

/** One HTTP exchange of a verification. `wrong` sends a credential that no server can accept. */
export interface ProbeCall {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
  credential: 'given' | 'wrong';
}

/** Carries out a probe; the caller brings deadline, TLS and address checks. Rejects when there is no HTTP answer. */
export type Probe = (call: ProbeCall) => Promise<{ status: number; headers: Record<string, string>; body: string }>;

export interface Provider {
  readonly type: ProviderType;
  /** Base URL that applies when the AILLMConfig names none; undefined makes endpoint mandatory. */
  readonly defaultEndpoint: string | undefined;
  /** Headers that authenticate, as a flat list of name, value. */
  authorize(credential: SnapshotProvider['credential']): string[];
  /** A free call that proves authentication (never mere reachability) and lists the models. */
  verify(probe: Probe): Promise<Verification>;
  /** Translates an application's call. */
  toRequest(request: GatewayRequest): UpstreamRequest;
  /** Tokens, from the last bytes of an answer or of a stream. Undefined: none were reported. */
  readUsage(tail: Buffer): Usage | undefined;
  /** Reads the provider's own error body. */
  toError(status: number, body: string): UpstreamError;
}
