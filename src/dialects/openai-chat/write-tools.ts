// Tools and the choice between them for a server.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatOptions, FunctionTool, Tool } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { hasGrammar, writeAsFunction, writeCustom } from './custom-tools.ts';
import { canBeStrict } from './strict.ts';
import { extrasOf, takesCustomTools, type Server } from './servers.ts';

/** Wants the strict mode with a schema that OpenAI refuses there. */
const isTooOpen = (tool: Tool): boolean => tool.type === 'function' && tool.strict === true && !canBeStrict(tool.parameters);

function writeFunction(tool: FunctionTool, keepsMarks: boolean): object {
  const { name, description, strict, cache } = tool;
  const closed = strict === true ? { additionalProperties: false } : {};
  const { parameters = { type: 'object', properties: {}, ...closed } } = tool;
  const mode = isTooOpen(tool) || strict === undefined ? {} : { strict };
  const body = { name, ...(description === undefined ? {} : { description }), parameters, ...mode };
  const mark = keepsMarks && cache !== undefined ? { cache_control: { type: 'ephemeral', ...cache } } : {};
  return { type: 'function', function: body, ...mark };
}

function nameTool(name: string, customs: ReadonlySet<string>): object {
  return customs.has(name) ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } };
}

/** Empty without tools: servers refuse a choice between none. */
export function writeTools(
  all: readonly Tool[],
  { toolChoice: choice, parallelToolCalls }: ChatOptions,
  server: Server,
  context: WriteContext,
): object {
  const { losses } = context;
  const keepsMarks = extrasOf(server).cacheMarks;
  const keepsCustoms = takesCustomTools(server, context);
  const customs = new Set(all.flatMap((tool) => (tool.type === 'custom' && keepsCustoms ? [tool.name] : [])));
  // Only OpenAI knows of a choice between some of the tools; elsewhere the others are left out.
  const isCut = choice?.type === 'allowed' && !server.isOpenAi;
  const written = all.map((tool, index) => {
    const one = writeTool(tool);
    if (one === undefined) losses.add(`tools[${index}]`);
    if (isTooOpen(tool)) losses.add(`tools[${index}].strict`);
    if (tool.type === 'custom' && !keepsCustoms && hasGrammar(tool.format)) losses.add(`tools[${index}].format`);
    return isCut && !(tool.type !== 'other' && choice.names.includes(tool.name)) ? undefined : one;
  });
  const tools = written.filter((tool) => tool !== undefined);
  if (tools.length === 0) return {};
  return { tools, ...writeChoice(), ...(parallelToolCalls === false ? { parallel_tool_calls: false } : {}) };

  function writeTool(tool: Tool): object | undefined {
    if (tool.type === 'function') return writeFunction(tool, keepsMarks);
    if (tool.type === 'custom') return keepsCustoms ? writeCustom(tool) : writeAsFunction(tool);
    return tool.dialect === 'openai-chat' && isObject(tool.value) ? tool.value : undefined;
  }

  function writeChoice(): object {
    if (choice === undefined) return {};
    if (choice.type === 'tool') return { tool_choice: nameTool(choice.name, customs) };
    if (choice.type !== 'allowed') return { tool_choice: choice.type };
    if (isCut) return { tool_choice: choice.mode };
    const allowed = { mode: choice.mode, tools: choice.names.map((name) => nameTool(name, customs)) };
    return { tool_choice: { type: 'allowed_tools', allowed_tools: allowed } };
  }
}
