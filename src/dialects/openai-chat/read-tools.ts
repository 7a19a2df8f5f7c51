// Tools of a caller and the choice between them, in today's form and in the older one (functions, function_call).
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { FunctionTool, Tool, ToolChoice } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { readFormat } from './custom-tools.ts';
import { Fields } from './fields.ts';
import { readCacheMark } from './read-content.ts';

function readFunction(fields: Fields, losses: Losses): FunctionTool {
  const name = fields.name('name');
  const description = fields.text('description');
  const parameters = fields.take('parameters');
  const strict = fields.flag('strict');
  const mark = readCacheMark(fields);
  if (parameters !== undefined && !isObject(parameters)) {
    throw new RequestError(fields.at('parameters'), `${fields.at('parameters')} must be a JSON Schema object.`);
  }
  fields.tellRest(losses);
  return {
    type: 'function',
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === undefined ? {} : { strict }),
    ...mark,
  };
}

function readTool(value: unknown, path: string, losses: Losses): Tool {
  const tool = new Fields(value, path);
  const kind = tool.text('type') ?? 'function';
  if (kind === 'function') {
    const read = readFunction(tool.requiredObject('function'), losses);
    const mark = readCacheMark(tool);
    tool.tellRest(losses);
    return { ...read, ...mark };
  }
  if (kind !== 'custom') return { type: 'other', dialect: 'openai-chat', kind, value };
  const custom = tool.requiredObject('custom');
  const name = custom.name('name');
  const description = custom.text('description');
  const format = readFormat(custom.take('format'));
  custom.tellRest(losses);
  tool.tellRest(losses);
  return { type: 'custom', name, ...(description === undefined ? {} : { description }), ...(format === undefined ? {} : { format }) };
}

/** From `tools` and `functions`. */
export function readTools(body: Fields, losses: Losses): Tool[] {
  const tools = body.list('tools') ?? [];
  const functions = body.list('functions') ?? [];
  return [
    ...tools.map((tool, index) => readTool(tool, `${body.at('tools')}[${index}]`, losses)),
    ...functions.map((one, index) => readFunction(new Fields(one, `${body.at('functions')}[${index}]`), losses)),
  ];
}

const WORDS: Readonly<Record<string, ToolChoice>> = {
  auto: { type: 'auto' },
  none: { type: 'none' },
  required: { type: 'required' },
  // As Mistral calls it.
  any: { type: 'required' },
};

function readAllowed(choice: Fields): ToolChoice {
  const allowed = choice.requiredObject('allowed_tools');
  const mode = allowed.text('mode') ?? 'auto';
  if (mode !== 'auto' && mode !== 'required') throw new RequestError(allowed.at('mode'), `${allowed.at('mode')} must be auto or required.`);
  const names = (allowed.list('tools') ?? []).map((value, index) => {
    const tool = new Fields(value, `${allowed.at('tools')}[${index}]`);
    return (tool.object(tool.text('type') === 'custom' ? 'custom' : 'function') ?? tool).name('name');
  });
  return { type: 'allowed', names, mode };
}

/** From `tool_choice`, else from `function_call`. */
export function readToolChoice(body: Fields): ToolChoice | undefined {
  const older = body.take('function_call');
  const key = body.take('tool_choice') === undefined ? 'function_call' : 'tool_choice';
  const value = body.take('tool_choice') ?? older;
  if (value === undefined) return undefined;
  const path = body.at(key);
  if (typeof value === 'string') {
    if (Object.hasOwn(WORDS, value)) return WORDS[value]!;
    throw new RequestError(path, `${path} must be auto, none, required or an object that names a tool.`);
  }
  const choice = new Fields(value, path);
  if (key === 'function_call') return { type: 'tool', name: choice.name('name') };
  const kind = choice.text('type') ?? 'function';
  if (kind === 'allowed_tools') return readAllowed(choice);
  if (kind === 'function' || kind === 'custom') return { type: 'tool', name: choice.requiredObject(kind).name('name') };
  if (Object.hasOwn(WORDS, kind)) return WORDS[kind]!;
  throw new RequestError(choice.at('type'), `${choice.at('type')} must be function, custom or allowed_tools.`);
}
