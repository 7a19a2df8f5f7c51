// Options of a caller, and their names.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { ChatOptions, OutputFormat, ReasoningEffort, ReasoningOptions } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { Fields } from './fields.ts';
import { readToolChoice } from './read-tools.ts';

export const NAMES: Readonly<Record<keyof ChatOptions, string>> = {
  maxTokens: 'max_completion_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop',
  seed: 'seed',
  n: 'n',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  logitBias: 'logit_bias',
  logprobs: 'logprobs',
  topLogprobs: 'top_logprobs',
  toolChoice: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  output: 'response_format',
  reasoning: 'reasoning_effort',
  verbosity: 'verbosity',
  user: 'user',
  metadata: 'metadata',
  serviceTier: 'service_tier',
  cacheKey: 'prompt_cache_key',
  store: 'store',
  modalities: 'modalities',
  own: 'extra_body',
};

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string';

function textList(body: Fields, key: string): string[] | undefined {
  const list = body.list(key);
  if (list === undefined || list.every(isText)) return list?.length === 0 ? undefined : list?.slice();
  throw new RequestError(body.at(key), `${body.at(key)} must be a list of strings.`);
}

function readStop(body: Fields): string[] | undefined {
  const stop = body.take('stop');
  if (typeof stop === 'string') return stop === '' ? undefined : [stop];
  if (stop === undefined || Array.isArray(stop)) return textList(body, 'stop');
  throw new RequestError(body.at('stop'), `${body.at('stop')} must be a string or a list of strings.`);
}

function readOutput(body: Fields, losses: Losses): OutputFormat | undefined {
  const format = body.object('response_format');
  if (format === undefined) return undefined;
  const kind = format.name('type');
  if (kind === 'text') return undefined;
  if (kind === 'json_object') return { type: 'json' };
  if (kind !== 'json_schema') throw new RequestError(format.at('type'), `${format.at('type')} must be text, json_object or json_schema.`);
  const outer = format.requiredObject('json_schema');
  const schema = outer.take('schema') ?? {};
  if (!isObject(schema)) throw new RequestError(outer.at('schema'), `${outer.at('schema')} must be a JSON Schema object.`);
  const name = outer.text('name');
  const description = outer.text('description');
  const strict = outer.flag('strict');
  outer.tellRest(losses);
  return {
    type: 'schema',
    schema,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict }),
  };
}

const EFFORTS: ReadonlySet<string> = new Set<ReasoningEffort>(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']);
const isEffort = (value: string): value is ReasoningEffort => EFFORTS.has(value);

function readEffort(fields: Fields, key: string): { effort?: ReasoningEffort } {
  const effort = fields.text(key);
  if (effort === undefined) return {};
  // The highest that other dialects have.
  if (effort === 'max') return { effort: 'xhigh' };
  if (isEffort(effort)) return { effort };
  throw new RequestError(fields.at(key), `${fields.at(key)} must be one of ${[...EFFORTS, 'max'].join(', ')}.`);
}

/** OpenAI's `reasoning_effort`, and what compatible servers have beside it: OpenRouter's `reasoning`, `thinking` of others. */
function readReasoning(body: Fields, losses: Losses): ReasoningOptions | undefined {
  const options: ReasoningOptions = readEffort(body, 'reasoning_effort');
  const reasoning = body.object('reasoning');
  if (reasoning !== undefined) {
    Object.assign(options, readEffort(reasoning, 'effort'));
    const budget = reasoning.integer('max_tokens', 0);
    if (budget !== undefined) options.budget = budget;
    const hidden = reasoning.flag('exclude');
    if (hidden !== undefined) options.visible = !hidden;
    const enabled = reasoning.flag('enabled');
    if (enabled === false) options.budget = 0;
    else if (enabled === true && options.effort === undefined) options.budget ??= -1;
    reasoning.tellRest(losses);
  }
  const thinking = body.object('thinking');
  if (thinking !== undefined) {
    const kind = thinking.text('type');
    const budget = thinking.integer('budget_tokens', 0);
    if (kind === 'disabled') options.budget = 0;
    else if (budget !== undefined || options.effort === undefined) options.budget = budget ?? -1;
    thinking.tellRest(losses);
  }
  return Object.keys(options).length === 0 ? undefined : options;
}

function readMaxTokens(body: Fields, losses: Losses): number | undefined {
  const older = body.integer('max_tokens', 1);
  const newer = body.integer('max_completion_tokens', 1);
  if (older !== undefined && newer !== undefined && older !== newer) losses.add('max_tokens');
  return newer ?? older;
}

function readUser(body: Fields, losses: Losses): string | undefined {
  const older = body.text('user');
  const newer = body.text('safety_identifier');
  if (older !== undefined && newer !== undefined && older !== newer) losses.add('user');
  return newer ?? older;
}

function readModalities(body: Fields): string[] | undefined {
  const modalities = textList(body, 'modalities');
  // Text alone is what everybody gives.
  return modalities?.every((modality) => modality === 'text') === true ? undefined : modalities;
}

type Optional<T> = { [K in keyof T]: T[K] | undefined };

function defined(options: Optional<Required<ChatOptions>>): ChatOptions {
  const given: Record<string, unknown> = {};
  // Most of two dozen are not there: no list of pairs is made for them.
  for (const name of Object.keys(options) as (keyof ChatOptions)[]) if (options[name] !== undefined) given[name] = options[name];
  return given;
}

export function readOptions(body: Fields, losses: Losses): ChatOptions {
  return defined({
    maxTokens: readMaxTokens(body, losses),
    temperature: body.number('temperature'),
    topP: body.number('top_p'),
    topK: body.integer('top_k', 0),
    stop: readStop(body),
    seed: body.integer('seed', Number.MIN_SAFE_INTEGER),
    n: body.integer('n', 1),
    frequencyPenalty: body.number('frequency_penalty'),
    presencePenalty: body.number('presence_penalty'),
    logitBias: body.mapOf('logit_bias', 'numbers', isNumber),
    logprobs: body.flag('logprobs'),
    topLogprobs: body.integer('top_logprobs', 0),
    toolChoice: readToolChoice(body),
    parallelToolCalls: body.flag('parallel_tool_calls'),
    output: readOutput(body, losses),
    reasoning: readReasoning(body, losses),
    verbosity: body.text('verbosity'),
    user: readUser(body, losses),
    metadata: body.mapOf('metadata', 'strings', isText),
    serviceTier: body.text('service_tier'),
    cacheKey: body.text('prompt_cache_key'),
    store: body.flag('store'),
    modalities: readModalities(body),
    own: undefined,
  });
}
