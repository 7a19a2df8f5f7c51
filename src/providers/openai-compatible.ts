// The OpenAI dialect: OpenAI itself and every server that speaks like it.
import type { ProviderType } from '../api/resources.ts';
import { insertFirst, spliceValues, topLevelMembers } from './json-splice.ts';
import { readOpenAiAnswer } from './openai-answer.ts';
import { asRecord, readOpenAiError } from './openai-error.ts';
import { verifyOpenAi } from './openai-verification.ts';
import type { GatewayRequest, Operation, Provider, UpstreamRequest } from './provider.ts';

const PATHS: Record<Operation, string> = { chat: '/chat/completions', embeddings: '/embeddings' };
const INCLUDE_USAGE = '"stream_options":{"include_usage":true}';

interface Quirks {
  type: ProviderType;
  defaultEndpoint: string | undefined;
}

/** Asks for usage in a stream whose application did not, and names the upstream's model in place of its alias. */
function toRequest(request: GatewayRequest): UpstreamRequest {
  const { operation, raw, body, model, upstreamModel, stream } = request;
  const path = PATHS[operation];
  const options = asRecord(body['stream_options']);
  const hideUsageEvent = stream && operation === 'chat' && options['include_usage'] !== true;
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

/** A provider that speaks the OpenAI dialect. */
export function openAiCompatible({ type, defaultEndpoint }: Quirks): Provider {
  return {
    type,
    defaultEndpoint,
    authorize: (credential) => (credential === undefined ? [] : ['authorization', `Bearer ${credential.secret}`]),
    verify: verifyOpenAi,
    toRequest,
    readAnswer: readOpenAiAnswer,
    toError: readOpenAiError,
  };
}
