// Options for a server, by the name of each in this dialect.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatOptions, OutputFormat } from '../../chat/request.ts';
import { NAMES } from './read-options.ts';
import type { Server } from './servers.ts';
import { writeEffort } from './write-reasoning.ts';

/** Servers demand a name of these letters. */
function legalName(name = 'answer'): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'answer';
}

function writeOutput(output: OutputFormat): object {
  if (output.type === 'json') return { type: 'json_object' };
  const { schema, name, description, strict } = output;
  const rest = { ...(description === undefined ? {} : { description }), ...(strict === undefined ? {} : { strict }) };
  return { type: 'json_schema', json_schema: { name: legalName(name), schema, ...rest } };
}

const isSet = (value: object | undefined): boolean => value !== undefined && Object.keys(value).length > 0;

/** Says no more than the default. */
function isDefault(option: keyof ChatOptions, options: ChatOptions): boolean {
  switch (option) {
    case 'n':
    case 'temperature':
    case 'topP':
      return options[option] === 1;
    case 'frequencyPenalty':
    case 'presencePenalty':
    case 'topLogprobs':
      return options[option] === 0;
    case 'logprobs':
    case 'store':
      return options[option] !== true;
    case 'stop':
    case 'modalities':
    case 'logitBias':
    case 'metadata':
      return !isSet(options[option]);
    case 'verbosity':
      return options.verbosity === 'medium';
    default:
      return false;
  }
}

/** What models of OpenAI that think refuse, until they are told not to. */
const SAMPLING = ['temperature', 'topP', 'frequencyPenalty', 'presencePenalty', 'logprobs', 'topLogprobs'] as const;
const COPIED = [
  ...SAMPLING, 'topK', 'stop', 'logitBias', 'seed', 'n', 'user', 'modalities', 'serviceTier', 'store', 'metadata', 'verbosity', 'cacheKey',
] as const;

function refusedBy({ isOpenAi, hasOpenAiModel, thinks }: Server, options: ChatOptions): ReadonlySet<keyof ChatOptions> {
  const refused = new Set<keyof ChatOptions>(['topK']);
  if (isOpenAi && thinks === true) {
    refused.add('stop').add('logitBias');
    if (options.reasoning?.effort !== 'none') for (const option of SAMPLING) refused.add(option);
  }
  if (!hasOpenAiModel) refused.add('verbosity').add('cacheKey');
  // Metadata is there to find what is stored.
  if (options.store !== true) refused.add('metadata');
  return refused;
}

/** Anthropic's word for it. */
const tierOf = (tier: string): string => (tier === 'standard_only' ? 'default' : tier);

export function writeOptions(options: ChatOptions, server: Server, { losses, nameOf }: WriteContext): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (options.own?.dialect === 'openai-chat') Object.assign(fields, options.own.fields);
  else for (const name of Object.keys(options.own?.fields ?? {})) losses.add(name);
  const refused = refusedBy(server, options);
  for (const option of COPIED) {
    const value = options[option];
    if (value === undefined || isDefault(option, options)) continue;
    if (refused.has(option)) losses.add(nameOf(option));
    else fields[NAMES[option]] = option === 'serviceTier' ? tierOf(String(value)) : value;
  }
  if (options.maxTokens !== undefined) fields[server.hasOpenAiModel ? 'max_completion_tokens' : 'max_tokens'] = options.maxTokens;
  if (options.output !== undefined) fields[NAMES.output] = writeOutput(options.output);
  const { effort, lost } = writeEffort(options.reasoning ?? {}, server);
  if (lost === true) losses.add(nameOf('reasoning'));
  else if (effort !== undefined) fields[NAMES.reasoning] = effort;
  return fields;
}
