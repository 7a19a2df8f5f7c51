// Tools and the choice between them for a server.
import type { Losses } from '../../chat/losses.ts';
import type { ChatOptions, Tool } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { canBeStrict } from './strict.ts';
import { extrasOf, isAtOpenAi } from './servers.ts';

/** Wants the strict mode with a schema that OpenAI refuses there. */
const isTooOpen = (tool: Tool): boolean => tool.type === 'function' && tool.strict === true && !canBeStrict(tool.parameters);

function writeTool(tool: Tool, keepsMarks: boolean): object | undefined {
  switch (tool.type) {
    case 'function': {
      const { name, description, strict, cache } = tool;
      const closed = strict === true ? { additionalProperties: false } : {};
      const { parameters = { type: 'object', properties: {}, ...closed } } = tool;
      const mode = isTooOpen(tool) || strict === undefined ? {} : { strict };
      const body = { name, ...(description === undefined ? {} : { description }), parameters, ...mode };
      const mark = keepsMarks && cache !== undefined ? { cache_control: { type: 'ephemeral', ...cache } } : {};
      return { type: 'function', function: body, ...mark };
    }
    case 'custom': {
      const { name, description, format } = tool;
      const rest = { ...(description === undefined ? {} : { description }), ...(format === undefined ? {} : { format }) };
      return { type: 'custom', custom: { name, ...rest } };
    }
    case 'other':
      return tool.dialect === 'openai-chat' && isObject(tool.value) ? tool.value : undefined;
  }
}

function nameTool(name: string, tools: readonly Tool[]): object {
  const isCustom = tools.some((tool) => tool.type === 'custom' && tool.name === name);
  return isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } };
}

/** Empty without tools: servers refuse a choice between none. */
export function writeTools(
  all: readonly Tool[],
  { toolChoice: choice, parallelToolCalls }: ChatOptions,
  { model, losses }: { model: string; losses: Losses },
): object {
  // Only OpenAI knows of a choice between some of the tools; elsewhere the others are left out.
  const isCut = choice?.type === 'allowed' && !isAtOpenAi(model);
  const written = all.map((tool, index) => {
    const one = writeTool(tool, extrasOf(model).cacheMarks);
    if (one === undefined) losses.add(`tools[${index}]`);
    if (isTooOpen(tool)) losses.add(`tools[${index}].strict`);
    return isCut && !(tool.type !== 'other' && choice.names.includes(tool.name)) ? undefined : one;
  });
  const tools = written.filter((tool) => tool !== undefined);
  if (tools.length === 0) return {};
  return { tools, ...writeChoice(), ...(parallelToolCalls === false ? { parallel_tool_calls: false } : {}) };

  function writeChoice(): object {
    if (choice === undefined) return {};
    if (choice.type === 'tool') return { tool_choice: nameTool(choice.name, all) };
    if (choice.type !== 'allowed') return { tool_choice: choice.type };
    if (isCut) return { tool_choice: choice.mode };
    const allowed = { mode: choice.mode, tools: choice.names.map((name) => nameTool(name, all)) };
    return { tool_choice: { type: 'allowed_tools', allowed_tools: allowed } };
  }
}
