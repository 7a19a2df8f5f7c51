// Tools of a caller and the choice between them.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { ChatOptions, Tool } from '../../chat/request.ts';
import { own, type Json } from '../../chat/json.ts';
import { given, givenList, givenObject, loseOthers, needed, objectIn, oneOf } from './checked.ts';
import { readCache } from './read-parts.ts';

/** `eager_input_streaming` says how finely arguments should come, which others never say. */
const KNOWN = ['type', 'name', 'description', 'input_schema', 'strict', 'cache_control', 'eager_input_streaming', 'allowed_callers'];

function readFunction(tool: Json, at: string, losses: Losses): Tool {
  loseOthers(tool, KNOWN, at, losses);
  if ((givenList(tool, 'allowed_callers', at) ?? []).some((caller) => caller !== 'direct')) losses.add(`${at}.allowed_callers`);
  const description = given(tool, 'description', 'string', at);
  const strict = given(tool, 'strict', 'boolean', at);
  const parameters = givenObject(tool, 'input_schema', at);
  if (parameters === undefined) {
    throw new RequestError(`${at}.input_schema`, `${at}.input_schema is missing; give a JSON Schema of type object`);
  }
  return {
    type: 'function',
    name: needed(tool, 'name', 'string', at),
    parameters: { ...parameters },
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict }),
    ...readCache(tool, at),
  };
}

export function readTools(body: Json, losses: Losses): Tool[] {
  return (givenList(body, 'tools', '') ?? []).map((value, index) => {
    const at = `tools[${index}]`;
    const tool = objectIn(value, at);
    const kind = given(tool, 'type', 'string', at) ?? 'custom';
    return kind === 'custom' ? readFunction(tool, at, losses) : { type: 'other', dialect: 'anthropic', kind, value: tool };
  });
}

export function readToolChoice(body: Json, losses: Losses): Pick<ChatOptions, 'toolChoice' | 'parallelToolCalls'> {
  const choice = givenObject(body, 'tool_choice', '');
  if (choice === undefined) return {};
  const at = 'tool_choice';
  loseOthers(choice, ['type', 'name', 'disable_parallel_tool_use'], at, losses);
  const single = given(choice, 'disable_parallel_tool_use', 'boolean', at);
  const parallel = single === undefined ? {} : { parallelToolCalls: !single };
  const type = oneOf(String(own(choice, 'type')), ['auto', 'any', 'tool', 'none'], `${at}.type`);
  switch (type) {
    case 'any':
      return { toolChoice: { type: 'required' }, ...parallel };
    case 'tool':
      return { toolChoice: { type: 'tool', name: needed(choice, 'name', 'string', at) }, ...parallel };
    default:
      return { toolChoice: { type }, ...parallel };
  }
}
