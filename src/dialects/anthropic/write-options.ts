// Options besides tools and thinking: sampling, stop sequences, the form of the output, who asks.
import type { WriteContext } from '../../chat/dialect.ts';
import { isRecursive, outputInstruction, reduceSchema, schemaPath } from '../../chat/constrained-schema.ts';
import type { ChatOptions, OutputFormat } from '../../chat/request.ts';
import type { ModelTraits } from './models.ts';
import type { Param } from './write-content.ts';

const MAX_USER_LENGTH = 256;
/** While a model thinks, Anthropic takes top_p only from here on. */
const MIN_TOP_P = 0.95;

/** 1 is what Anthropic does anyway, so that leaving it out changes nothing. */
const orDefault = (value: number | undefined): number | undefined => (value === 1 ? undefined : value);

export function writeSampling(options: ChatOptions, { sampling }: ModelTraits, isThinking: boolean, context: WriteContext): Param {
  const lose = (option: 'temperature' | 'topP' | 'topK'): void => context.losses.add(context.nameOf(option));
  const given = options.temperature;
  let temperature = orDefault(given === undefined ? undefined : Math.min(Math.max(given, 0), 1));
  let topP = orDefault(options.topP);
  let topK = options.topK;
  if (given !== undefined && (given < 0 || given > 1)) lose('temperature');
  if (temperature !== undefined && (sampling === 'none' || isThinking)) {
    temperature = undefined;
    lose('temperature');
  }
  const bothNamed = sampling === 'one' && temperature !== undefined;
  if (topP !== undefined && (sampling === 'none' || bothNamed || (isThinking && topP < MIN_TOP_P))) {
    topP = undefined;
    lose('topP');
  }
  if (topK !== undefined && (sampling === 'none' || isThinking)) {
    topK = undefined;
    lose('topK');
  }
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
  };
}

export function writeStop({ stop }: ChatOptions, context: WriteContext): Param {
  const sequences = (stop ?? []).filter((sequence) => sequence.trim() !== '');
  if (sequences.length < (stop?.length ?? 0)) context.losses.add(context.nameOf('stop'));
  return sequences.length === 0 ? {} : { stop_sequences: sequences };
}

export interface Output {
  format?: Param;
  /** Said to the model where nothing enforces it. */
  instruction?: string;
}

export function writeOutput(output: OutputFormat | undefined, { structuredOutputs }: ModelTraits, context: WriteContext): Output {
  if (output === undefined) return {};
  const name = context.nameOf('output');
  if (output.type === 'json') {
    context.losses.add(name);
    return { instruction: outputInstruction(undefined) };
  }
  const cannot = isRecursive(output.schema);
  if (!structuredOutputs || cannot) {
    context.losses.add(cannot ? `${schemaPath(name)}.$ref` : name);
    return { instruction: outputInstruction(output.schema) };
  }
  const { schema, dropped } = reduceSchema(output.schema);
  for (const keyword of dropped) context.losses.add(`${schemaPath(name)}.${keyword}`);
  const described = output.description === undefined || schema['description'] !== undefined ? {} : { description: output.description };
  return { format: { type: 'json_schema', schema: { ...schema, ...described } } };
}

/** Tiers in OpenAI's words: Anthropic has its own capacity tier by contract, used by `auto`. */
function writeTier({ serviceTier }: ChatOptions, context: WriteContext): Param {
  switch (serviceTier) {
    case undefined:
      return {};
    case 'auto':
    case 'priority':
      return { service_tier: 'auto' };
    case 'default':
    case 'standard':
    case 'standard_only':
      return { service_tier: 'standard_only' };
    default:
      context.losses.add(context.nameOf('serviceTier'));
      return {};
  }
}

export function writeCaller(options: ChatOptions, context: WriteContext): Param {
  const user = options.user;
  const fits = user !== undefined && user !== '' && user.length <= MAX_USER_LENGTH;
  if (user !== undefined && user !== '' && !fits) context.losses.add(context.nameOf('user'));
  return { ...(fits ? { metadata: { user_id: user } } : {}), ...writeTier(options, context) };
}

/** What Anthropic has no word for. What says no more than the default is no loss. */
export function loseTheRest(options: ChatOptions, context: WriteContext): void {
  const lost: Partial<Record<keyof ChatOptions, boolean>> = {
    seed: options.seed !== undefined,
    n: (options.n ?? 1) !== 1,
    frequencyPenalty: (options.frequencyPenalty ?? 0) !== 0,
    presencePenalty: (options.presencePenalty ?? 0) !== 0,
    logitBias: Object.keys(options.logitBias ?? {}).length > 0,
    logprobs: options.logprobs === true,
    topLogprobs: (options.topLogprobs ?? 0) !== 0,
    verbosity: options.verbosity !== undefined && options.verbosity !== 'medium',
    metadata: Object.keys(options.metadata ?? {}).length > 0,
    cacheKey: options.cacheKey !== undefined,
    store: options.store === true,
    modalities: (options.modalities ?? []).some((modality) => modality !== 'text'),
  };
  for (const option of Object.keys(lost) as (keyof ChatOptions)[]) if (lost[option] === true) context.losses.add(context.nameOf(option));
  const own = options.own;
  if (own !== undefined && own.dialect !== 'anthropic') for (const field of Object.keys(own.fields)) context.losses.add(field);
}
