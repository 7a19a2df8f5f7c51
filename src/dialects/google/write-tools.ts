// Tools and the choice among them.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatRequest, CustomTool, FunctionTool, ToolChoice } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { defined, type JsonObject } from './json.ts';
import type { ModelTraits } from './model.ts';
import { hasParameters, reduceSchema } from './schema.ts';

/** A tool that takes plain text takes it as its one argument. */
const PLAIN_TEXT = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };

function parametersOf(schema: JsonObject | undefined, at: string, { losses }: WriteContext): JsonObject {
  if (!hasParameters(schema)) return {};
  const { form, schema: reduced, lost } = reduceSchema(schema);
  for (const path of lost) losses.add(`${at}.parameters.${path}`);
  return form === 'json' ? { parametersJsonSchema: reduced } : { parameters: reduced };
}

function declarationOf(tool: FunctionTool | CustomTool, at: string, context: WriteContext): JsonObject {
  const { name, description } = tool;
  if (tool.type === 'custom') {
    if (tool.format !== undefined) context.losses.add(`${at}.format`);
    return defined({ name, description, parameters: PLAIN_TEXT });
  }
  return defined({ name, description, ...parametersOf(tool.parameters, at, context) });
}

function callingConfig(choice: ToolChoice | undefined, isStrict: boolean): JsonObject | undefined {
  switch (choice?.type) {
    case undefined:
      return isStrict ? { mode: 'VALIDATED' } : undefined;
    case 'auto':
      return { mode: isStrict ? 'VALIDATED' : 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed':
      // AUTO takes no names; VALIDATED is AUTO with names and arguments that keep to the schema.
      return { mode: choice.mode === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: choice.names };
    default:
      return choice satisfies never;
  }
}

export interface WrittenTools {
  tools?: JsonObject[];
  toolConfig?: JsonObject;
  hasFunctions: boolean;
}

export function writeTools({ tools, options }: ChatRequest, traits: ModelTraits, context: WriteContext): WrittenTools {
  const declarations: JsonObject[] = [];
  const others: JsonObject[] = [];
  let isStrict = false;
  tools.forEach((tool, index) => {
    const at = `tools[${index}]`;
    if (tool.type === 'other') {
      if (tool.dialect === 'google' && isObject(tool.value)) others.push(tool.value);
      else context.losses.add(at);
      return;
    }
    declarations.push(declarationOf(tool, at, context));
    if (tool.type !== 'function' || tool.strict !== true) return;
    if (traits.validatedCalls) isStrict = true;
    else context.losses.add(`${at}.strict`);
  });
  const hasFunctions = declarations.length > 0;
  if (hasFunctions && options.parallelToolCalls === false) context.losses.add(context.nameOf('parallelToolCalls'));
  const config = hasFunctions ? callingConfig(options.toolChoice, isStrict) : undefined;
  const written = [...others, ...(hasFunctions ? [{ functionDeclarations: declarations }] : [])];
  return {
    ...(written.length === 0 ? {} : { tools: written }),
    ...(config === undefined ? {} : { toolConfig: { functionCallingConfig: config } }),
    hasFunctions,
  };
}
