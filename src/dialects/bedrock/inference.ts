// Options of a request: those that Converse has, those that a vendor has beside it, and the rest, which is told.
import { isRecursive, outputInstruction, reduceSchema, schemaPath } from '../../chat/constrained-schema.ts';
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatOptions } from '../../chat/request.ts';
import type { Json } from './json.ts';
import { takesSchemas, type Model } from './model.ts';

type Sampling = Pick<ChatOptions, 'temperature' | 'topP' | 'topK'>;

/** What of the sampling options the model takes; the rest is told. */
function takenSampling(options: ChatOptions, model: Model, thinks: boolean, lose: (option: keyof ChatOptions) => void): Sampling {
  const { temperature, topP, topK } = options;
  const taken: Sampling = {};
  if (temperature !== undefined) {
    // OpenAI counts up to 2.
    const legal = Math.min(temperature, 1);
    const isDefault = legal === 1;
    const fixed = model.family === 'claude' && (thinks || model.version >= 407);
    if (legal !== temperature || (fixed && !isDefault)) lose('temperature');
    if (!fixed) taken.temperature = legal;
  }
  if (topP !== undefined) {
    // Claude takes one of the two since 4.1, and none since 4.7; while it thinks, only what hardly narrows.
    const both = model.version >= 401 && taken.temperature !== undefined;
    const refused = model.family === 'claude' && (both || (thinks && topP < 0.95) || model.version >= 407);
    if (!refused) taken.topP = topP;
    else if (topP !== 1) lose('topP');
  }
  if (topK !== undefined) {
    const takes = model.family === 'nova' || model.family === 'mistral' || (model.family === 'claude' && !thinks && model.version < 407);
    if (takes) taken.topK = topK;
    else lose('topK');
  }
  return taken;
}

/** No model stops at nothing, and Claude at nothing that is white space only. */
export function takenStops({ stop = [] }: ChatOptions, { family }: Model, lose: () => void): string[] {
  const taken = stop.filter((sequence) => (family === 'claude' ? sequence.trim() : sequence) !== '');
  if (taken.length < stop.length) lose();
  return taken;
}

/** `inferenceConfig`, and the part of additionalModelRequestFields that is about the same. */
export function writeSampling(
  options: ChatOptions,
  model: Model,
  thinks: boolean,
  { losses, nameOf }: WriteContext,
): { config: Json; fields: Json } {
  const { maxTokens } = options;
  const stop = takenStops(options, model, () => losses.add(nameOf('stop')));
  const { temperature, topP, topK } = takenSampling(options, model, thinks, (option) => losses.add(nameOf(option)));
  const config = {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
  };
  if (topK === undefined) return { config, fields: {} };
  return { config, fields: model.family === 'nova' ? { inferenceConfig: { topK } } : { top_k: topK } };
}

export interface Output {
  config?: Json;
  /** Said to the model where nothing enforces it. */
  instruction?: string;
}

/** An answer in the form of a schema, or any JSON, which can only be asked for in words. */
export function writeOutput({ output }: ChatOptions, model: Model, id: string, { losses, nameOf }: WriteContext): Output {
  if (output === undefined) return {};
  const option = nameOf('output');
  if (output.type === 'json') {
    losses.add(option);
    return { instruction: outputInstruction(undefined) };
  }
  const isEndless = isRecursive(output.schema);
  if (isEndless || !takesSchemas(model, id)) {
    losses.add(isEndless ? `${schemaPath(option)}.$ref` : option);
    return { instruction: outputInstruction(output.schema) };
  }
  const { schema, dropped } = reduceSchema(output.schema);
  for (const keyword of dropped) losses.add(`${schemaPath(option)}.${keyword}`);
  const { name, description } = output;
  const jsonSchema = {
    schema: JSON.stringify(schema),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  };
  return { config: { textFormat: { type: 'json_schema', structure: { jsonSchema } } } };
}

const TIERS: Record<string, string> = {
  default: 'default',
  standard_only: 'default',
  flex: 'flex',
  priority: 'priority',
  reserved: 'reserved',
};

export function writeTier({ serviceTier }: ChatOptions, { losses, nameOf }: WriteContext): Json | undefined {
  if (serviceTier === undefined || serviceTier === 'auto') return undefined;
  if (Object.hasOwn(TIERS, serviceTier)) return { type: TIERS[serviceTier] };
  losses.add(nameOf('serviceTier'));
  return undefined;
}

const METADATA_KEY = /^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/;
const METADATA_VALUE = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/;
const MOST_METADATA = 16;

/** Bedrock writes it to its logs of invocations. */
export function writeMetadata({ metadata = {} }: ChatOptions, { losses, nameOf }: WriteContext): Json | undefined {
  const entries = Object.entries(metadata);
  const taken = entries.filter(([key, value]) => METADATA_KEY.test(key) && METADATA_VALUE.test(value)).slice(0, MOST_METADATA);
  if (taken.length < entries.length) losses.add(nameOf('metadata'));
  return taken.length === 0 ? undefined : Object.fromEntries(taken);
}

/** Options that Converse has no place for -> what is the same as not to say them. */
const UNKNOWN: { [option in keyof ChatOptions]?: (value: NonNullable<ChatOptions[option]>) => boolean } = {
  seed: () => false,
  n: (n) => n === 1,
  frequencyPenalty: (penalty) => penalty === 0,
  presencePenalty: (penalty) => penalty === 0,
  logitBias: (bias) => Object.keys(bias).length === 0,
  logprobs: (logprobs) => !logprobs,
  topLogprobs: (count) => count === 0,
  verbosity: (verbosity) => verbosity === 'medium',
  user: () => false,
  cacheKey: () => false,
  store: (store) => !store,
  modalities: (modalities) => modalities.every((one) => one.toLowerCase() === 'text'),
};

export function tellUnknown(options: ChatOptions, { losses, nameOf }: WriteContext): void {
  const isHarmless = <K extends keyof ChatOptions>(option: K, value: ChatOptions[K]): boolean =>
    value === undefined || UNKNOWN[option]?.(value as NonNullable<ChatOptions[K]>) === true;
  for (const option of Object.keys(UNKNOWN) as (keyof ChatOptions)[]) {
    if (!isHarmless(option, options[option])) losses.add(nameOf(option));
  }
  for (const field of Object.keys(options.own?.fields ?? {})) losses.add(field);
}
