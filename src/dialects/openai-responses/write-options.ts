// Options and tools of the middle as the fields of a request.
import { createHash } from 'node:crypto';
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatOptions, ChatRequest, FunctionTool, OutputFormat, ReasoningOptions, Tool, ToolChoice } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { optional } from './fields.ts';

/** Longer ones are refused, and other dialects have such. */
const LONGEST_USER = 64;
/** Fewer are refused. */
const FEWEST_TOKENS = 16;
const SERVICE_TIERS = ['auto', 'default', 'flex', 'priority', 'scale'];
const NO_TWIN = ['topK', 'stop', 'seed', 'frequencyPenalty', 'presencePenalty', 'logitBias'] as const satisfies (keyof ChatOptions)[];

/** Those that think, by the names that OpenAI gives them: the others refuse every word about it. */
export function isReasoningModel(model: string): boolean {
  return /(?:^|[./:])(?:o\d|gpt-(?:[5-9]|\d\d)|gpt-oss|codex)(?!\d)/.test(model) && !/-chat/.test(model);
}

/** `none` came with GPT-5.1, `minimal` was for GPT-5 only. */
function leastEffort(model: string): string {
  if (/(?:^|[./:])(?:o\d|gpt-oss)/.test(model)) return 'low';
  return /gpt-5(?![.\d])/.test(model) ? 'minimal' : 'none';
}

function effortOf({ effort, budget }: ReasoningOptions, model: string): string | undefined {
  if (effort !== undefined) return effort;
  if (budget === undefined || budget < 0) return undefined;
  // A model that never thinks does as it was asked.
  if (budget === 0) return isReasoningModel(model) ? leastEffort(model) : undefined;
  return budget <= 4096 ? 'low' : budget <= 16_384 ? 'medium' : 'high';
}

function writeReasoning(reasoning: ReasoningOptions | undefined, model: string): object | undefined {
  if (reasoning === undefined) return undefined;
  const fields = { ...optional('effort', effortOf(reasoning, model)), ...(reasoning.visible === true ? { summary: 'auto' } : {}) };
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function writeFormat(output: OutputFormat): object {
  if (output.type === 'json') return { type: 'json_object' };
  const { schema, name, description, strict } = output;
  const isLegal = name !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(name);
  return {
    type: 'json_schema',
    name: isLegal ? name : 'answer',
    schema,
    ...optional('description', description),
    ...optional('strict', strict),
  };
}

/** Where nothing is said this dialect takes a schema as strict, which makes every field required; others do not. */
function writeFunction({ name, description, parameters, strict = false }: FunctionTool): object {
  const schema = { type: 'object', properties: {}, ...(strict ? { additionalProperties: false } : {}), ...parameters };
  return { type: 'function', name, ...optional('description', description), parameters: schema, strict };
}

function writeTools(tools: readonly Tool[], { losses }: WriteContext): object[] {
  return tools.flatMap((tool, index) => {
    if (tool.type === 'function') return [writeFunction(tool)];
    if (tool.type === 'custom') {
      return [{ type: 'custom', name: tool.name, ...optional('description', tool.description), ...optional('format', tool.format) }];
    }
    if (tool.dialect === 'openai-responses' && isObject(tool.value)) return [tool.value];
    losses.add(`tools[${index}]`);
    return [];
  });
}

function writeToolChoice(choice: ToolChoice, tools: readonly Tool[]): unknown {
  const named = (name: string): object => {
    const isCustom = tools.some((tool) => tool.type === 'custom' && tool.name === name);
    return { type: isCustom ? 'custom' : 'function', name };
  };
  switch (choice.type) {
    case 'tool':
      return named(choice.name);
    case 'allowed':
      return { type: 'allowed_tools', mode: choice.mode, tools: choice.names.map(named) };
    default:
      return choice.type;
  }
}

/** What is thought must come back encrypted, since nothing is kept at the provider. Models that do not think refuse to be asked. */
function writeInclude({ model, options, messages }: ChatRequest): string[] {
  const isGoingOn = messages.some(({ content }) =>
    content.some((block) => block.type === 'reasoning' && block.signature?.dialect === 'openai-responses'),
  );
  const asked = writeReasoning(options.reasoning, model) !== undefined && options.reasoning?.effort !== 'none';
  return [
    ...(isGoingOn || asked || isReasoningModel(model) ? ['reasoning.encrypted_content'] : []),
    ...(options.logprobs === true ? ['message.output_text.logprobs'] : []),
  ];
}

function isHarmless(name: keyof ChatOptions, value: unknown): boolean {
  if (value === undefined) return true;
  if (name === 'frequencyPenalty' || name === 'presencePenalty') return value === 0;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function tellLosses(options: ChatOptions, { losses, nameOf }: WriteContext): void {
  for (const name of NO_TWIN) if (!isHarmless(name, options[name])) losses.add(nameOf(name));
  if ((options.n ?? 1) > 1) losses.add(nameOf('n'));
  if (options.modalities?.some((kind) => kind !== 'text') === true) losses.add(nameOf('modalities'));
  if (options.own !== undefined && options.own.dialect !== 'openai-responses') {
    for (const name of Object.keys(options.own.fields)) losses.add(name);
  }
  if (options.maxTokens !== undefined && options.maxTokens < FEWEST_TOKENS) losses.add(nameOf('maxTokens'));
  if (options.serviceTier !== undefined && !SERVICE_TIERS.includes(options.serviceTier)) losses.add(nameOf('serviceTier'));
}

/** The same one each time is all that is needed to tell callers apart. */
function shortUser(user: string): string {
  return user.length <= LONGEST_USER ? user : createHash('sha256').update(user).digest('hex');
}

export function writeOptions(request: ChatRequest, context: WriteContext): Record<string, unknown> {
  const { model, options } = request;
  tellLosses(options, context);
  const tools = writeTools(request.tools, context);
  const include = writeInclude(request);
  const text = { ...optional('format', options.output && writeFormat(options.output)), ...optional('verbosity', options.verbosity) };
  return {
    ...(tools.length === 0
      ? {}
      : {
          tools,
          ...optional('tool_choice', options.toolChoice && writeToolChoice(options.toolChoice, request.tools)),
          ...optional('parallel_tool_calls', options.parallelToolCalls),
        }),
    ...optional('max_output_tokens', options.maxTokens === undefined ? undefined : Math.max(options.maxTokens, FEWEST_TOKENS)),
    ...optional('temperature', options.temperature),
    ...optional('top_p', options.topP),
    ...optional('top_logprobs', options.topLogprobs),
    ...optional('reasoning', writeReasoning(options.reasoning, model)),
    ...(Object.keys(text).length === 0 ? {} : { text }),
    ...(include.length === 0 ? {} : { include }),
    ...optional('user', options.user && shortUser(options.user)),
    ...optional('metadata', options.metadata),
    ...(options.serviceTier !== undefined && SERVICE_TIERS.includes(options.serviceTier) ? { service_tier: options.serviceTier } : {}),
    ...optional('prompt_cache_key', options.cacheKey),
    // Other dialects keep nothing unless they are asked to, this one does unless told not to.
    store: options.store ?? false,
    ...(options.own?.dialect === 'openai-responses' ? options.own.fields : {}),
  };
}
