// The options of a request: most are members of generationConfig.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatOptions } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { asObject, defined, type JsonObject } from './json.ts';
import type { ModelTraits } from './model.ts';
import { reduceSchema } from './schema.ts';
import { writeTier } from './tier.ts';
import { writeThinking } from './write-thinking.ts';

const MAX_STOPS = 5;
const isInt32 = (value: number): boolean => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;

/** The value, or undefined and a loss where Google does not take it. */
function within<T>(value: T | undefined, fits: (value: T) => boolean, option: keyof ChatOptions, context: WriteContext): T | undefined {
  if (value === undefined || fits(value)) return value;
  context.losses.add(context.nameOf(option));
  return undefined;
}

function outputOf(options: ChatOptions, hasFunctions: boolean, traits: ModelTraits, context: WriteContext): JsonObject {
  const { output } = options;
  if (output === undefined) return {};
  if (hasFunctions && !traits.outputWithTools) {
    context.losses.add(context.nameOf('output'));
    return {};
  }
  const responseMimeType = 'application/json';
  if (output.type === 'json') return { responseMimeType };
  const described = output.description === undefined ? {} : { description: output.description };
  const { form, schema, lost } = reduceSchema({ ...described, ...output.schema });
  for (const path of lost) context.losses.add(`${context.nameOf('output')}.${path}`);
  return { responseMimeType, [form === 'json' ? 'responseJsonSchema' : 'responseSchema']: schema };
}

function modalitiesOf({ modalities }: ChatOptions): string[] | undefined {
  const names = modalities?.map((name) => name.toUpperCase()) ?? [];
  return names.every((name) => name === 'TEXT') ? undefined : names;
}

function stopsOf({ stop }: ChatOptions, context: WriteContext): string[] | undefined {
  if (stop === undefined || stop.length === 0) return undefined;
  if (stop.length > MAX_STOPS) context.losses.add(context.nameOf('stop'));
  return stop.slice(0, MAX_STOPS);
}

/** Without effect when left out: zero is what the model does anyway. */
const nonZero = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

export function writeGenerationConfig(
  options: ChatOptions,
  hasFunctions: boolean,
  traits: ModelTraits,
  context: WriteContext,
): JsonObject | undefined {
  const ownConfig = ownFields(options)['generationConfig'];
  const config = defined({
    ...(isObject(ownConfig) ? ownConfig : {}),
    maxOutputTokens: options.maxTokens,
    temperature: options.temperature,
    topP: options.topP,
    topK: options.topK,
    stopSequences: stopsOf(options, context),
    seed: within(options.seed, isInt32, 'seed', context),
    candidateCount: options.n === 1 ? undefined : options.n,
    frequencyPenalty: nonZero(options.frequencyPenalty),
    presencePenalty: nonZero(options.presencePenalty),
    responseLogprobs: options.logprobs === true ? true : undefined,
    logprobs: options.logprobs === true ? nonZero(options.topLogprobs) : undefined,
    responseModalities: modalitiesOf(options),
    thinkingConfig: writeThinking(options.reasoning, traits, context),
    ...outputOf(options, hasFunctions, traits, context),
  });
  return Object.keys(config).length === 0 ? undefined : config;
}

/** What only this dialect says, by the body's names; what has the name of an object before it is put into that object. */
export function ownFields({ own }: ChatOptions): JsonObject {
  const fields: JsonObject = {};
  for (const [name, value] of Object.entries(own?.dialect === 'google' ? own.fields : {})) {
    const [, object, member] = /^(generationConfig|toolConfig\.functionCallingConfig|toolConfig)\.(.+)$/.exec(name) ?? [];
    if (object === undefined || member === undefined) fields[name] = value;
    else fields[object] = { ...asObject(fields[object]), [member]: value };
  }
  return fields;
}

/** Names the options for which Google has no field. */
export function tellLostOptions(options: ChatOptions, { losses, nameOf }: WriteContext): void {
  const lost: [keyof ChatOptions, boolean][] = [
    ['logitBias', Object.keys(options.logitBias ?? {}).length > 0],
    ['verbosity', options.verbosity !== undefined && options.verbosity !== 'medium'],
    ['user', options.user !== undefined && options.user !== ''],
    ['metadata', Object.keys(options.metadata ?? {}).length > 0],
    ['serviceTier', writeTier(options.serviceTier).lost],
    ['cacheKey', options.cacheKey !== undefined && options.cacheKey !== ''],
    ['store', options.store === true],
  ];
  for (const [option, isLost] of lost) if (isLost) losses.add(nameOf(option));
  if (options.own !== undefined && options.own.dialect !== 'google') for (const name of Object.keys(options.own.fields)) losses.add(name);
}
