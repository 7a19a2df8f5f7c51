// A request of POST /v1/responses as the middle says it.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { ChatOptions, ChatRequest, OutputFormat, ReasoningOptions } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { booleanAt, field, listAt, neededString, numberAt, objectAt, oneOf, optional, stringAt, unknownFields } from './fields.ts';
import { readInput } from './read-items.ts';
import { onceEach, readToolChoice, readTools } from './tools.ts';

/** Fields that refer to something that the provider keeps, and what to send instead. */
const STATE: Record<string, string> = {
  previous_response_id: 'send the whole conversation in input',
  conversation: 'send the whole conversation in input',
  prompt: 'send the text of the prompt in instructions and input',
};

const KNOWN = [
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'text',
  'reasoning',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_logprobs',
  'include',
  'parallel_tool_calls',
  'metadata',
  'store',
  'background',
  'truncation',
  'service_tier',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'stream',
  'stream_options',
  ...Object.keys(STATE),
];

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

function refuseState(body: Json): void {
  for (const [name, instead] of Object.entries(STATE)) {
    if (field(body, name) !== undefined)
      throw new RequestError(name, `${name} needs a provider that keeps it, which this one does not: ${instead}.`);
  }
  if (booleanAt(body, 'background', '') === true) {
    throw new RequestError('background', 'background must be false: answers are not kept here to be fetched later. Use stream instead.');
  }
}

function readFormat(text: Json, losses: Losses): OutputFormat | undefined {
  const format = objectAt(text, 'format', 'text.');
  if (format === undefined) return undefined;
  const at = 'text.format.';
  const type = oneOf(neededString(format, 'type', at), ['text', 'json_object', 'json_schema'] as const, 'text.format.type');
  if (type === 'text') return undefined;
  if (type === 'json_object') return { type: 'json' };
  unknownFields(format, ['type', 'schema', 'name', 'description', 'strict'], at, (name) => losses.add(name));
  const schema = objectAt(format, 'schema', at);
  if (schema === undefined) throw new RequestError('text.format.schema', 'text.format.schema must be the JSON Schema of the answer.');
  return {
    type: 'schema',
    schema,
    ...optional('name', stringAt(format, 'name', at)),
    ...optional('description', stringAt(format, 'description', at)),
    ...optional('strict', booleanAt(format, 'strict', at)),
  };
}

function readReasoning(body: Json, losses: Losses): ReasoningOptions | undefined {
  const reasoning = objectAt(body, 'reasoning', '');
  if (reasoning === undefined) return undefined;
  const at = 'reasoning.';
  unknownFields(reasoning, ['effort', 'summary', 'generate_summary', 'context', 'mode'], at, (name) => losses.add(name));
  const effort = stringAt(reasoning, 'effort', at);
  const summary = stringAt(reasoning, 'summary', at) ?? stringAt(reasoning, 'generate_summary', at);
  if ((stringAt(reasoning, 'context', at) ?? 'auto') !== 'auto') losses.add('reasoning.context');
  if ((stringAt(reasoning, 'mode', at) ?? 'standard') !== 'standard') losses.add('reasoning.mode');
  const level = effort === undefined ? undefined : oneOf(effort, EFFORTS, 'reasoning.effort');
  if (level === undefined && summary === undefined) return undefined;
  return {
    // The highest that there is a name for elsewhere.
    ...optional('effort', level === 'max' ? 'xhigh' : level),
    ...(summary === undefined ? {} : { visible: true }),
  };
}

function readMetadata(body: Json): Record<string, string> | undefined {
  const metadata = objectAt(body, 'metadata', '');
  if (metadata === undefined || Object.keys(metadata).length === 0) return undefined;
  const entries = Object.entries(metadata).map(([name, value]): [string, string] => {
    if (typeof value !== 'string') throw new RequestError('metadata', 'metadata must have strings as values only.');
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** Encrypted reasoning always comes along where there is any. */
function readInclude(body: Json, losses: Losses): { logprobs?: true } {
  const logprobs = listAt(body, 'include', '').filter((name, index) => {
    if (name !== 'reasoning.encrypted_content' && name !== 'message.output_text.logprobs') losses.add(`include[${index}]`);
    return name === 'message.output_text.logprobs';
  });
  return logprobs.length > 0 ? { logprobs: true } : {};
}

function readUser(body: Json, losses: Losses): string | undefined {
  const older = stringAt(body, 'user', '');
  const newer = stringAt(body, 'safety_identifier', '');
  if (older !== undefined && newer !== undefined && older !== newer) losses.add('user');
  return newer ?? older;
}

function readOptions(body: Json, losses: Losses): ChatOptions {
  const text = objectAt(body, 'text', '') ?? {};
  unknownFields(text, ['format', 'verbosity'], 'text.', (name) => losses.add(name));
  if ((stringAt(body, 'truncation', '') ?? 'disabled') !== 'disabled') losses.add('truncation');
  // A response that can be fetched later is no completion that is kept to be looked at, which Chat Completions means by the word.
  if (booleanAt(body, 'store', '') === true) losses.add('store');
  const topLogprobs = numberAt(body, 'top_logprobs', '');
  return {
    ...optional('maxTokens', numberAt(body, 'max_output_tokens', '')),
    ...optional('temperature', numberAt(body, 'temperature', '')),
    ...optional('topP', numberAt(body, 'top_p', '')),
    ...readInclude(body, losses),
    ...(topLogprobs === undefined || topLogprobs === 0 ? {} : { logprobs: true, topLogprobs }),
    ...optional('toolChoice', readToolChoice(body, losses)),
    ...optional('parallelToolCalls', booleanAt(body, 'parallel_tool_calls', '')),
    ...optional('output', readFormat(text, losses)),
    ...optional('verbosity', stringAt(text, 'verbosity', 'text.')),
    ...optional('reasoning', readReasoning(body, losses)),
    ...optional('user', readUser(body, losses)),
    ...optional('metadata', readMetadata(body)),
    ...optional('serviceTier', stringAt(body, 'service_tier', '')),
    ...optional('cacheKey', stringAt(body, 'prompt_cache_key', '')),
  };
}

export function readRequest(body: Json, losses: Losses): ChatRequest {
  if (!isObject(body)) throw new RequestError('', 'The body must be a JSON object.');
  refuseState(body);
  unknownFields(body, KNOWN, '', (name) => losses.add(name));
  const input = readInput(body, losses);
  const tools = onceEach([...readTools(body, '', losses), ...input.tools]);
  const request: ChatRequest = {
    model: neededString(body, 'model', ''),
    messages: input.messages,
    tools: tools.map(({ tool }) => tool),
    options: readOptions(body, losses),
    stream: booleanAt(body, 'stream', '') ?? false,
  };
  // Only now: what was lost in reading was told by the places of the caller.
  for (const [index, { at }] of tools.entries()) losses.place(`tools[${index}]`, at);
  return request;
}

/** The caller's names of the options. */
export const OPTION_NAMES: Partial<Record<keyof ChatOptions, string>> = {
  maxTokens: 'max_output_tokens',
  topP: 'top_p',
  logprobs: 'include',
  topLogprobs: 'top_logprobs',
  toolChoice: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  output: 'text.format',
  verbosity: 'text.verbosity',
  serviceTier: 'service_tier',
  cacheKey: 'prompt_cache_key',
};
