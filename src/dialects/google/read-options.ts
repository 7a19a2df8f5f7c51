// A caller's generationConfig and what else is an option.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { ChatOptions, OutputFormat, ReasoningEffort, ReasoningOptions } from '../../chat/request.ts';
import type { Fields } from './fields.ts';
import { defined, type JsonObject } from './json.ts';
import { readSchema } from './read-schema.ts';
import { readTier } from './tier.ts';

const LEVELS: readonly string[] = ['minimal', 'low', 'medium', 'high', 'xhigh'] satisfies ReasoningEffort[];

function readThinking(config: Fields, losses: Losses): ReasoningOptions | undefined {
  const thinking = config.fields('thinkingConfig');
  if (thinking === undefined) return undefined;
  const level = thinking.text('thinkingLevel')?.toLowerCase();
  const isLevel = level !== undefined && level !== 'thinking_level_unspecified';
  if (isLevel && !LEVELS.includes(level)) {
    const at = thinking.at('thinkingLevel');
    throw new RequestError(at, `${at} must be one of MINIMAL, LOW, MEDIUM, HIGH and XHIGH.`);
  }
  const read = defined({
    effort: isLevel ? level : undefined,
    budget: thinking.integer('thinkingBudget', -1),
    visible: thinking.flag('includeThoughts'),
  });
  thinking.tellRest(losses);
  return Object.keys(read).length === 0 ? undefined : read;
}

function readOutput(config: Fields, losses: Losses): OutputFormat | undefined {
  const typeAt = config.at('responseMimeType');
  const type = config.text('responseMimeType') ?? '';
  const given = config.object('responseSchema');
  const schema = config.object('responseJsonSchema') ?? (given === undefined ? undefined : readSchema(given));
  if (type === 'application/json' || (type === '' && schema !== undefined)) {
    return schema === undefined ? { type: 'json' } : { type: 'schema', schema };
  }
  if (type === 'text/x.enum') {
    // One of the words alone, where others only have JSON.
    losses.add(typeAt);
    return undefined;
  }
  if (type !== '' && type !== 'text/plain') throw new RequestError(typeAt, `${typeAt} must be text/plain or application/json.`);
  return undefined;
}

function readModalities(config: Fields): string[] | undefined {
  const names = config.texts('responseModalities')?.map((name) => name.toLowerCase()) ?? [];
  return names.every((name) => name === 'text') ? undefined : names;
}

function readConfig(config: Fields, losses: Losses): ChatOptions {
  return defined({
    maxTokens: config.integer('maxOutputTokens', 1),
    temperature: config.number('temperature'),
    topP: config.number('topP'),
    topK: config.number('topK'),
    stop: config.texts('stopSequences'),
    seed: config.integer('seed', Number.MIN_SAFE_INTEGER),
    n: config.integer('candidateCount', 1),
    frequencyPenalty: config.number('frequencyPenalty'),
    presencePenalty: config.number('presencePenalty'),
    logprobs: config.flag('responseLogprobs'),
    topLogprobs: config.integer('logprobs', 0),
    modalities: readModalities(config),
    output: readOutput(config, losses),
    reasoning: readThinking(config, losses),
  });
}

/** Members of the body that only Google understands. */
const OWN = ['safetySettings', 'cachedContent', 'labels', 'modelArmorConfig'];

/** `own`: by the names that the body has for them. */
export function readOptions(body: Fields, losses: Losses): { options: ChatOptions; own: JsonObject } {
  const config = body.fields('generationConfig');
  const options = config === undefined ? {} : readConfig(config, losses);
  const serviceTier = readTier(body.text('serviceTier'));
  const store = body.flag('store');
  const own: JsonObject = {};
  for (const name of OWN) {
    const value = body.take(name);
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) own[name] = value;
  }
  for (const [name, value] of config?.rest() ?? []) own[`generationConfig.${name}`] = value;
  return { options: { ...options, ...defined({ serviceTier, store }) }, own };
}
