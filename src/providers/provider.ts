// What one LLM provider is: the interface that every entry of the registry fills. Used by the gateway for traffic and by
// the operator to check credentials. Eight members; everything else is data.
import type { ProviderType } from '../api/resources.ts';
import type { Usage } from '../chat/answer.ts';
import type { GivenTools } from '../chat/called-tools.ts';
import type { DialectError, SurfaceDialect } from '../chat/dialect.ts';
import type { Losses } from '../chat/losses.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';
import type { Form } from './form.ts';

/** Operations that a surface asks a provider for. */
export const OPERATIONS = [
  'chat',
  'completions',
  'embeddings',
  'batch_embeddings',
  'count_tokens',
  'moderations',
  'image_generation',
  'image_edit',
  'image_variation',
  'speech',
  'transcription',
  'translation',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Those whose good answers tell the tokens that they cost; of others some may. */
export const TELLS_USAGE: ReadonlySet<string> = new Set<Operation>(['chat', 'completions', 'embeddings', 'batch_embeddings']);

/** A parsed call of an application, together with the bytes it came as. */
export interface GatewayRequest {
  operation: Operation;
  /** Base URL of the provider, without a trailing slash. */
  endpoint: string;
  /** What the application speaks. */
  dialect: SurfaceDialect;
  /** Model name that the provider knows. */
  upstreamModel: string;
  /** Model name that the application asked for. */
  model: string;
  stream: boolean;
  /** The application's body as bytes, untouched. */
  raw: Buffer;
  /** The same, parsed; of a form only what the gateway needs. */
  body: Record<string, unknown>;
  /** The body is a form, not JSON. */
  form?: Form;
}

/** A request as it goes to the provider. */
export interface UpstreamRequest {
  /** Path and query below the endpoint, starting with a slash. */
  path: string;
  body: Buffer | string;
  /** More headers than those of the connection, or other values, as a flat list of name, value. */
  headers?: readonly string[];
  /** The stream carries an extra usage event that the application did not ask for and must not see. */
  hideUsageEvent: boolean;
  /** What the provider cannot take, by the caller's names; undefined where the body passes as it came. */
  losses?: Losses;
  /** The caller's tools, where the answer's calls have to be told in the caller's names. */
  givenTools?: GivenTools;
}

/** What a signature is computed over. */
export interface SignableRequest {
  method: 'GET' | 'POST';
  url: string;
  /** Flat list of name, value. */
  headers: readonly string[];
  body: Buffer | string;
}

/** Headers that authenticate, as a flat list of name, value: constant for a key, made anew where each request is signed. */
export type Authorization = readonly string[] | ((request: SignableRequest) => Promise<readonly string[]>);

/** What is known when a provider begins to answer well. */
export interface AnswerContext {
  request: GatewayRequest;
  upstream: UpstreamRequest;
  /** As the provider said it, possibly empty. */
  contentType: string;
  /** Of the provider's answer, names in lower case. */
  headers?: Readonly<Record<string, string>>;
  /** Never to be passed on, not even inside an error. */
  secrets: readonly string[];
  requestId: string;
  /** Seconds since the epoch. */
  created: number;
  /** 24 random letters and digits, new each time. */
  newId(): string;
}

/** Turns the bytes of one answer into those for the caller, and reads them on the way. One for each answer. */
export interface AnswerReader {
  /** Content type for the caller; undefined: the provider's. */
  readonly contentType: string | undefined;
  /** The caller gets an event stream, so a failure can still be told inside it. */
  readonly isEventStream: boolean;
  /** As many bytes go out as come in. */
  readonly keepsLength: boolean;
  /** What can go on at once. */
  push(chunk: Buffer): Buffer | string | undefined;
  /** What was still held back, and what the caller's dialect ends with. Only after an answer that came to its end. */
  end(): Buffer | string | undefined;
  /** Tokens told so far. */
  usage(): Usage | undefined;
  /** The provider told of an error inside an answer that had begun well. */
  readonly failed: boolean;
  /** The end of an event stream whose provider has failed, in the caller's dialect. */
  fail(error: DialectError): string;
  /** After end(): the answer stopped where none can end, although its connection ended in good order. */
  readonly brokeOff: boolean;
}

/** An upstream error in the terms of the caller's envelope. */
export interface UpstreamError {
  message: string;
  type: string | null;
  param: string | null;
  code: string | null;
  /** The credential itself is refused; absent: when the status is 401. */
  refusesCredential?: boolean;
  /** Whole seconds until a request may succeed, where the provider says so in its body and not in a header. */
  retryAfter?: number;
}

/**
 * Answer to "is this credential good?". Only a definite refusal is `invalid`; everything else that is not a success is
 * `unknown` and changes nothing. `proven: false`: the server answers a wrong key just the same, so nothing is known
 * about this one until traffic uses it. `noIdentity`: the provider was not asked, since the pod that asks has no identity there.
 */
export type Verification =
  | { verdict: 'valid'; models: string[]; proven: boolean }
  | { verdict: 'invalid'; message: string }
  | { verdict: 'unknown'; message: string; retryAfterMs?: number; noIdentity?: true };

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
  /**
   * How requests to an endpoint authenticate with this credential, or, `asPod`, as the pod that this process runs in. Whether that
   * may be is decided before. Called once for each snapshot.
   */
  authorize(credential: SnapshotProvider['credential'], endpoint: string, asPod?: boolean): Authorization;
  /** A free call that proves authentication (never mere reachability) and lists the models. */
  verify(probe: Probe, endpoint: string): Promise<Verification>;
  /** Translates an application's call. */
  toRequest(request: GatewayRequest): UpstreamRequest;
  /** Translates an answer with a 2xx status. */
  readAnswer(context: AnswerContext): AnswerReader;
  /** Reads the provider's own error body. */
  toError(status: number, body: string, headers?: Readonly<Record<string, string>>): UpstreamError;
}
