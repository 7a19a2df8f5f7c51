// The OpenAI dialect: OpenAI itself and every server that speaks like it.
import type { ProviderType } from '../../api/resources.ts';
import { openAiChatProvider } from '../../dialects/openai-chat/dialect.ts';
import { openAiResponsesProvider } from '../../dialects/openai-responses/dialect.ts';
import { asRecord, readOpenAiError } from '../error-body.ts';
import { spliceModel } from '../form.ts';
import { insertFirst, spliceValues, topLevelMembers } from '../json-splice.ts';
import { notSupported } from '../not-supported.ts';
import { PASSED_ANSWER } from '../passed-answer.ts';
import type { AnswerContext, AnswerReader, GatewayRequest, Operation, Provider, UpstreamRequest } from '../provider.ts';
import { readChatAnswer, rewritten, toChatRequest, type ChatEndpoint } from '../translation.ts';
import { readOpenAiAnswer } from './answer.ts';
import { verifyAzure } from './azure-verification.ts';
import { authorizeAzure, azurePath, isAzureEndpoint } from './azure.ts';
import { isForeignEmbedding, readForeignEmbedding, toForeignEmbedding } from './embeddings.ts';
import { openAiPath } from './paths.ts';
import { verifyOpenAi } from './verification.ts';

function pathOf(request: GatewayRequest): string {
  const { endpoint, operation, upstreamModel } = request;
  return isAzureEndpoint(endpoint) ? azurePath(endpoint, operation, upstreamModel) : openAiPath(request);
}

const INCLUDE_USAGE = '"stream_options":{"include_usage":true}';

interface Quirks {
  type: ProviderType;
  defaultEndpoint: string | undefined;
  /** It has the Responses API too. */
  hasResponses?: boolean;
}

/** Their streams tell tokens only where that was asked for. */
const STREAMS_TOKENS: ReadonlySet<Operation> = new Set<Operation>(['chat', 'completions']);

/** Asks for usage in a stream whose application did not, and names the upstream's model in place of its alias. */
function toRequest(request: GatewayRequest): UpstreamRequest {
  if (request.dialect.name !== 'openai-chat') throw notSupported(request);
  const { operation, raw, body, model, upstreamModel, stream } = request;
  const path = pathOf(request);
  if (request.form !== undefined) {
    const form = upstreamModel === model ? raw : spliceModel(raw, request.form, upstreamModel);
    return { path, body: form, headers: ['content-type', request.form.contentType], hideUsageEvent: false };
  }
  const options = asRecord(body['stream_options']);
  const hideUsageEvent = stream && STREAMS_TOKENS.has(operation) && options['include_usage'] !== true;
  if (operation === 'chat' && request.dialect.holdsForeign?.(body) === true) return { ...rewritten(CHAT, request), hideUsageEvent };
  const aliased = upstreamModel !== model;
  if (!aliased && !hideUsageEvent) return { path, body: raw, hideUsageEvent };

  const replacements = [];
  const hasOptions = 'stream_options' in body;
  if (aliased || hasOptions) {
    for (const member of topLevelMembers(raw)) {
      if (aliased && member.name === 'model') replacements.push({ member, json: JSON.stringify(upstreamModel) });
      if (hideUsageEvent && member.name === 'stream_options') {
        replacements.push({ member, json: JSON.stringify({ ...options, include_usage: true }) });
      }
    }
  }
  const spliced = replacements.length === 0 ? raw : spliceValues(raw, replacements);
  return { path, body: hideUsageEvent && !hasOptions ? insertFirst(spliced, INCLUDE_USAGE) : spliced, hideUsageEvent };
}

function readNative(context: AnswerContext): AnswerReader {
  // Sound has no words to read tokens from.
  const isSound = context.request.operation === 'speech' && !context.contentType.startsWith('text/event-stream');
  return isSound ? PASSED_ANSWER : readOpenAiAnswer(context);
}

/** With its regions. */
const OPENAI_HOST = /^https:\/\/(?:[a-z0-9-]+\.)?api\.openai\.com(?::443)?(?:\/|$)/i;

/** Callers of other dialects are served by the chat dialect, which every compatible server has. */
const CHAT: ChatEndpoint = {
  dialect: openAiChatProvider,
  pathOf,
  modelInPath: false,
  vendorOf: (endpoint) => (isAzureEndpoint(endpoint) || OPENAI_HOST.test(endpoint) ? 'openai' : undefined),
};
const RESPONSES: ChatEndpoint = { dialect: openAiResponsesProvider, pathOf: () => '/responses', modelInPath: false };

/** Models of OpenAI's own that have no Chat Completions, as their pages there say. */
const RESPONSES_ONLY = /^(?:o\d+-pro|gpt-5(?:\.\d+)?-(?:pro|codex)|codex-mini|o\d+(?:-mini)?-deep-research|computer-use-preview)\b/;

function hasResponsesOnly({ endpoint, upstreamModel }: GatewayRequest): boolean {
  return OPENAI_HOST.test(endpoint) && RESPONSES_ONLY.test(upstreamModel);
}

/** A provider that speaks the OpenAI dialect. */
export function openAiCompatible({ type, defaultEndpoint, hasResponses = false }: Quirks): Provider {
  const needsResponses = (request: GatewayRequest): boolean => hasResponses && request.operation === 'chat' && hasResponsesOnly(request);
  const endpointFor = (request: GatewayRequest): ChatEndpoint => {
    const isAsked = request.dialect.name === 'openai-responses' && !isAzureEndpoint(request.endpoint);
    return hasResponses && (isAsked || needsResponses(request)) ? RESPONSES : CHAT;
  };
  const isNative = (request: GatewayRequest): boolean =>
    request.operation !== 'chat' || (request.dialect.name === 'openai-chat' && !needsResponses(request));
  return {
    type,
    defaultEndpoint,
    authorize: (credential, endpoint) => {
      if (isAzureEndpoint(endpoint)) return authorizeAzure(credential);
      return credential === undefined ? [] : ['authorization', `Bearer ${credential.secret}`];
    },
    verify: (probe, endpoint) => (isAzureEndpoint(endpoint) ? verifyAzure(probe, endpoint) : verifyOpenAi(probe)),
    toRequest: (request) => {
      if (isForeignEmbedding(request)) return toForeignEmbedding(pathOf({ ...request, operation: 'embeddings' }), request);
      return isNative(request) ? toRequest(request) : toChatRequest(endpointFor(request), request);
    },
    readAnswer: (context) => {
      const { request } = context;
      if (isForeignEmbedding(request)) return readForeignEmbedding(request);
      return isNative(request) ? readNative(context) : readChatAnswer(endpointFor(request).dialect, context);
    },
    toError: readOpenAiError,
  };
}
