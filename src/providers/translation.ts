// A provider of one dialect for callers of every dialect.
import { calledTools } from '../chat/called-tools.ts';
import type { DialectError, ProviderDialect, WriteContext } from '../chat/dialect.ts';
import { Losses } from '../chat/losses.ts';
import type { ChatRequest } from '../chat/request.ts';
import { type RenamedRequest, withLegalNames } from '../chat/tool-names.ts';
import { spliceValues, topLevelMembers } from './json-splice.ts';
import { nativeAnswer } from './native-answer.ts';
import { notSupported } from './not-supported.ts';
import type { AnswerContext, AnswerReader, GatewayRequest, UpstreamRequest } from './provider.ts';
import { translateAnswer } from './translated-answer.ts';

/** How a provider takes chats. */
export interface ChatEndpoint {
  dialect: ProviderDialect;
  /** Path and query below the endpoint. */
  pathOf(request: GatewayRequest): string;
  /** The model stands in the path, not in the body. */
  modelInPath: boolean;
  vendorOf?(endpoint: string): WriteContext['vendor'];
}

/** The caller's bytes with the provider's name of the model in place of an alias. */
export function withUpstreamModel({ raw, model, upstreamModel }: GatewayRequest): Buffer {
  if (model === upstreamModel) return raw;
  const named = topLevelMembers(raw).filter(({ name }) => name === 'model');
  return spliceValues(raw, named.map((member) => ({ member, json: JSON.stringify(upstreamModel) })));
}

/** Throws RequestError when the body is none in the caller's dialect, GatewayError operation_not_supported for what is no chat. */
export function toChatRequest(endpoint: ChatEndpoint, request: GatewayRequest): UpstreamRequest {
  if (request.operation !== 'chat') throw notSupported(request);
  const { dialect, body } = request;
  if (dialect.name !== endpoint.dialect.name || dialect.holdsForeign?.(body) === true) return rewritten(endpoint, request);
  return { path: endpoint.pathOf(request), body: endpoint.modelInPath ? request.raw : withUpstreamModel(request), hideUsageEvent: false };
}

/** The tools by names that the provider takes. */
export function withNamesFor({ toolNames }: ProviderDialect, chat: ChatRequest): RenamedRequest {
  return toolNames === undefined ? { request: chat, originals: new Map() } : withLegalNames(chat, toolNames);
}

/**
 * Read into the middle and written for the provider, or for one of the caller's dialect with no more changed than must be. Throws
 * RequestError when the body is none in the caller's dialect.
 */
export function rewritten(endpoint: ChatEndpoint, request: GatewayRequest): UpstreamRequest {
  const { dialect } = endpoint;
  const { upstreamModel, stream, body } = request;
  const path = endpoint.pathOf(request);
  const isNative = request.dialect.name === dialect.name;
  if (isNative && request.dialect.withoutForeign !== undefined) {
    const own = { ...request.dialect.withoutForeign(body), model: upstreamModel };
    return { path, body: JSON.stringify(own), hideUsageEvent: false };
  }
  const losses = new Losses((name) => request.dialect.pathOf?.(name, body) ?? name);
  const chat = { ...request.dialect.readRequest(body, losses), model: upstreamModel, stream };
  const context = { losses, nameOf: request.dialect.nameOf, vendor: endpoint.vendorOf?.(request.endpoint), isNative };
  const named = isNative ? { request: chat, originals: new Map() } : withNamesFor(dialect, chat);
  const written = dialect.writeRequest(named.request, context);
  const givenTools = { tools: chat.tools, originals: named.originals };
  return { path, body: JSON.stringify(written), hideUsageEvent: false, losses, givenTools };
}

/** The answer to such a request. */
export function readChatAnswer(dialect: ProviderDialect, context: AnswerContext): AnswerReader {
  const { request, upstream, contentType, secrets, requestId, created, newId } = context;
  const head = { model: request.model, created, newId, losses: upstream.losses ?? new Losses(), request: request.body };
  if (request.dialect.name === dialect.name) {
    const fail = (error: DialectError, last: string): string =>
      request.dialect.failPassed?.(error, last) ?? request.dialect.writeStream(head).fail(error);
    return nativeAnswer(dialect, fail, contentType, secrets);
  }
  const called = upstream.givenTools && calledTools(upstream.givenTools);
  const translation = { surface: request.dialect, provider: dialect, head, stream: request.stream, requestId, secrets, called };
  return translateAnswer(translation, contentType);
}
