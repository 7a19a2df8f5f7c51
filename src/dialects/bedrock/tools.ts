// Tools and the choice between them as Converse's toolConfig.
import type { WriteContext } from '../../chat/dialect.ts';
import { reduceSchema } from '../../chat/constrained-schema.ts';
import type { ChatOptions, CustomTool, FunctionTool, Tool } from '../../chat/request.ts';
import { customToolParts, objectSchema } from '../../chat/tool-schema.ts';
import { writeCachePoint } from './cache-point.ts';
import type { Json } from './json.ts';
import { takesSchemas, takesToolCachePoints, type Model } from './model.ts';

const NO_PARAMETERS = { type: 'object', properties: {} };

interface Written {
  name: string;
  entries: Json[];
}

function writeTool(tool: FunctionTool, where: string, { model, id, context }: ToolTarget): Written {
  const { name, description, parameters = {}, strict, cache } = tool;
  const { schema, dropped } = objectSchema(parameters);
  for (const keyword of dropped) context.losses.add(`${where}.parameters.${keyword}`);
  // Strictness needs a schema that is taken whole; for any other the schema matters more.
  const isStrict = strict === true && takesSchemas(model, id) && reduceSchema(schema).dropped.length === 0;
  if (strict === true && !isStrict) context.losses.add(`${where}.strict`);
  const toolSpec = {
    name,
    // Bedrock refuses an empty one.
    ...(description === undefined || description === '' ? {} : { description }),
    inputSchema: { json: schema },
    ...(isStrict ? { strict: true } : {}),
  };
  return { name, entries: [{ toolSpec }, ...writeCachePoint(cache, where, model, context, takesToolCachePoints(model))] };
}

function writeCustom({ name, description, format }: CustomTool, where: string, { context }: ToolTarget): Written {
  const { schema, isGrammarLost, ...told } = customToolParts(description, format);
  if (isGrammarLost) context.losses.add(`${where}.format`);
  return { name, entries: [{ toolSpec: { name, ...told, inputSchema: { json: schema } } }] };
}

export interface ToolTarget {
  model: Model;
  /** Of the model. */
  id: string;
  context: WriteContext;
}

function writeTools(tools: readonly Tool[], target: ToolTarget): Written[] {
  return tools.flatMap((tool, index): Written[] => {
    const where = `tools[${index}]`;
    if (tool.type === 'function') return [writeTool(tool, where, target)];
    if (tool.type === 'custom') return [writeCustom(tool, where, target)];
    target.context.losses.add(where);
    return [];
  });
}

/** Models of other vendors take no choice of one; to have to call some tool where there is no other comes to the same. */
function asChoiceOfSome(choice: ChatOptions['toolChoice'], { family }: Model): ChatOptions['toolChoice'] {
  const takesOne = family === 'claude' || family === 'nova' || family === 'opaque';
  return choice?.type === 'tool' && !takesOne ? { type: 'allowed', names: [choice.name], mode: 'required' } : choice;
}

/** Undefined: as the model likes, which is what Bedrock does when nothing is said, and all that some models take. */
function writeChoice(choice: ChatOptions['toolChoice']): Json | undefined {
  if (choice?.type === 'tool') return { tool: { name: choice.name } };
  if (choice?.type === 'required' || (choice?.type === 'allowed' && choice.mode === 'required')) return { any: {} };
  return undefined;
}

/**
 * `used`: names of the tools that the messages call. Bedrock demands a toolConfig as soon as there are calls in the messages, so
 * tools that are gone from the request are named again, without what is not known.
 */
export function writeToolConfig(
  tools: readonly Tool[],
  used: ReadonlySet<string>,
  { toolChoice: asked, parallelToolCalls }: ChatOptions,
  target: ToolTarget,
): Json | undefined {
  const { context } = target;
  const toolChoice = asChoiceOfSome(asked, target.model);
  const none = toolChoice?.type === 'none';
  // No choice of Converse forbids to call tools; where no message needs them, they are left out to the same end.
  const offered = none && used.size === 0 ? [] : writeTools(tools, target);
  const allowed = toolChoice?.type === 'allowed' ? offered.filter(({ name }) => toolChoice.names.includes(name)) : offered;
  const entries = allowed.flatMap((tool) => tool.entries);
  const choice = writeChoice(toolChoice);
  if (entries.length === 0) {
    if (choice !== undefined) context.losses.add(context.nameOf('toolChoice'));
    if (used.size === 0) return undefined;
    return { tools: [...used].map((name) => ({ toolSpec: { name, inputSchema: { json: NO_PARAMETERS } } })) };
  }
  if (none) context.losses.add(context.nameOf('toolChoice'));
  if (parallelToolCalls === false) context.losses.add(context.nameOf('parallelToolCalls'));
  return { tools: entries, ...(choice === undefined ? {} : { toolChoice: choice }) };
}
