// Tools and the choice between them in Anthropic's form.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatRequest, CustomTool, FunctionTool, Tool } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { reduceSchema } from '../../chat/constrained-schema.ts';
import { customToolParts, objectSchema } from '../../chat/tool-schema.ts';
import { cacheControl, type Param } from './write-content.ts';

function inputSchema(parameters: Json, at: string, context: WriteContext): Record<string, unknown> {
  const { schema, dropped } = objectSchema(parameters);
  for (const name of dropped) context.losses.add(`${at}.parameters.${name}`);
  return schema;
}

/** Strictness needs a schema that structured outputs take whole; for any other the schema matters more. */
function strictOf({ strict }: FunctionTool, schema: Json, isKnown: boolean, at: string, context: WriteContext): Param {
  if (strict !== true) return {};
  if (isKnown && reduceSchema(schema).dropped.length === 0) return { strict: true };
  context.losses.add(`${at}.strict`);
  return {};
}

function functionParam(tool: FunctionTool, at: string, takesStrict: boolean, context: WriteContext): Param {
  const schema = inputSchema(tool.parameters ?? {}, at, context);
  return {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: schema,
    ...strictOf(tool, schema, takesStrict, at, context),
    ...cacheControl(tool.cache),
  };
}

function customParam({ name, description, format }: CustomTool, at: string, context: WriteContext): Param {
  const { schema, isGrammarLost, ...told } = customToolParts(description, format);
  if (isGrammarLost) context.losses.add(`${at}.format`);
  return { name, ...told, input_schema: schema };
}

function toolParam(tool: Tool, at: string, takesStrict: boolean, context: WriteContext): Param[] {
  switch (tool.type) {
    case 'function':
      return [functionParam(tool, at, takesStrict, context)];
    case 'custom':
      return [customParam(tool, at, context)];
    case 'other':
      if (tool.dialect === 'anthropic' && isObject(tool.value)) return [tool.value];
      context.losses.add(at);
      return [];
    default:
      return tool satisfies never;
  }
}

function choiceParam({ options }: ChatRequest): Param | undefined {
  const choice = options.toolChoice;
  const single = options.parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  switch (choice?.type) {
    case undefined:
      return options.parallelToolCalls === false ? { type: 'auto', ...single } : undefined;
    case 'none':
      return { type: 'none' };
    case 'tool':
      return { type: 'tool', name: choice.name, ...single };
    case 'required':
      return { type: 'any', ...single };
    case 'allowed':
      return { type: choice.mode === 'required' ? 'any' : 'auto', ...single };
    default:
      return { type: 'auto', ...single };
  }
}

/** Whether the caller demands a call. */
export function forcesTool({ options: { toolChoice } }: ChatRequest): boolean {
  if (toolChoice?.type === 'allowed') return toolChoice.mode === 'required';
  return toolChoice?.type === 'required' || toolChoice?.type === 'tool';
}

export function writeTools(request: ChatRequest, takesStrict: boolean, context: WriteContext): Param {
  const choice = request.options.toolChoice;
  const allowed = choice?.type === 'allowed' ? new Set(choice.names) : undefined;
  const tools = request.tools.flatMap((tool, index) => {
    if (allowed !== undefined && tool.type !== 'other' && !allowed.has(tool.name)) return [];
    return toolParam(tool, `tools[${index}]`, takesStrict, context);
  });
  // Anthropic refuses a choice between no tools.
  if (tools.length === 0) return {};
  const written = choiceParam(request);
  return { tools, ...(written === undefined ? {} : { tool_choice: written }) };
}
