// Counting the tokens of a prompt, for callers of every dialect that can ask for it.
import type { ProviderDialect } from '../chat/dialect.ts';
import { Losses } from '../chat/losses.ts';
import type { DialectName } from '../chat/request.ts';
import * as anthropic from '../dialects/anthropic/count-tokens.ts';
import * as google from '../dialects/google/count-tokens.ts';
import { JsonAnswer } from './json-answer.ts';
import { notSupported } from './not-supported.ts';
import { PASSED_ANSWER } from './passed-answer.ts';
import type { AnswerContext, AnswerReader, GatewayRequest, UpstreamRequest } from './provider.ts';
import { withNamesFor } from './translation.ts';

/** How callers ask. */
interface CountSurface {
  /** The body as one that asks for an answer. */
  promptOf(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  writeCount(inputTokens: number): object;
}

/** An answer needs a bound, a count does not: large enough for any budget of thoughts. */
const ANY_LENGTH = 1_000_000;
const SURFACES: Partial<Record<DialectName, CountSurface>> = {
  anthropic: { promptOf: (body) => ({ ...body, max_tokens: ANY_LENGTH }), writeCount: anthropic.writeCount },
  google: { promptOf: google.promptOf, writeCount: google.writeCount },
};

/** How a provider counts. */
export interface CountEndpoint {
  dialect: ProviderDialect;
  /** Path and query below the endpoint. */
  pathOf(request: GatewayRequest): string;
  /** The body of a caller of the same dialect, for the provider's own model. */
  ownBody(request: GatewayRequest): Buffer | string;
  /** From a body that was written for an answer. */
  writeBody(written: Record<string, unknown>, request: GatewayRequest): object;
  /** @throws Error when the JSON is no count. */
  readCount(json: unknown): number;
}

function surfaceOf(request: GatewayRequest): CountSurface {
  const surface = SURFACES[request.dialect.name];
  if (surface === undefined) throw notSupported(request);
  return surface;
}

/** Throws RequestError when the body is none in the caller's dialect. */
export function toCountRequest(endpoint: CountEndpoint, request: GatewayRequest): UpstreamRequest {
  const { dialect, body, upstreamModel } = request;
  const surface = surfaceOf(request);
  const path = endpoint.pathOf(request);
  if (dialect.name === endpoint.dialect.name) return { path, body: endpoint.ownBody(request), hideUsageEvent: false };
  const prompt = surface.promptOf(body);
  const losses = new Losses((name) => dialect.pathOf?.(name, prompt) ?? name);
  const chat = { ...dialect.readRequest(prompt, losses), model: upstreamModel, stream: false };
  const named = withNamesFor(endpoint.dialect, chat).request;
  const written = endpoint.dialect.writeRequest(named, { losses, nameOf: (option) => dialect.nameOf(option) });
  return { path, body: JSON.stringify(endpoint.writeBody(written, request)), hideUsageEvent: false, losses };
}

/** The answer to such a request. What was counted was not used, so no usage is told. */
export function readCountAnswer(endpoint: CountEndpoint, { request }: AnswerContext): AnswerReader {
  if (request.dialect.name === endpoint.dialect.name) return PASSED_ANSWER;
  const { writeCount } = surfaceOf(request);
  return new JsonAnswer((json) => ({ body: writeCount(endpoint.readCount(json)) }));
}
