// A caller's tools and tool configuration.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Tool, ToolChoice } from '../../chat/request.ts';
import type { Fields } from './fields.ts';
import type { JsonObject } from './json.ts';
import { readSchema } from './read-schema.ts';

function readDeclaration(declaration: Fields, losses: Losses): Tool {
  const name = declaration.name('name');
  const description = declaration.text('description');
  const schema = declaration.object('parametersJsonSchema');
  const parameters = declaration.object('parameters');
  declaration.tellRest(losses);
  const read = schema ?? (parameters === undefined ? undefined : readSchema(parameters));
  return {
    type: 'function',
    name,
    ...(description === undefined ? {} : { description }),
    ...(read === undefined ? {} : { parameters: read }),
  };
}

/** Every member of a tool but `functionDeclarations` is a tool that runs at Google. */
export function readTools(body: Fields, losses: Losses): Tool[] {
  return body
    .list('tools')
    .flatMap((tool) => [
      ...tool.list('functionDeclarations').map((declaration) => readDeclaration(declaration, losses)),
      ...tool.untaken().map(([kind, value]): Tool => ({ type: 'other', dialect: 'google', kind, value: { [kind]: value } })),
    ]);
}

const MODES = 'one of AUTO, ANY, NONE and VALIDATED';

function choiceOf(config: Fields, losses: Losses): ToolChoice | undefined {
  const mode = config.text('mode')?.toUpperCase() ?? 'MODE_UNSPECIFIED';
  const names = config.texts('allowedFunctionNames') ?? [];
  const [only] = names;
  switch (mode) {
    case 'MODE_UNSPECIFIED':
      return undefined;
    case 'AUTO':
      // Google has no such thing either.
      if (only !== undefined) losses.add(config.at('allowedFunctionNames'));
      return { type: 'auto' };
    case 'NONE':
      return { type: 'none' };
    case 'ANY':
      if (only === undefined) return { type: 'required' };
      return names.length === 1 ? { type: 'tool', name: only } : { type: 'allowed', names, mode: 'required' };
    case 'VALIDATED':
      return only === undefined ? { type: 'auto' } : { type: 'allowed', names, mode: 'auto' };
    default:
      throw new RequestError(config.at('mode'), `${config.at('mode')} must be ${MODES}.`);
  }
}

function namedUnder(path: string, fields: Fields | undefined): JsonObject {
  const said = (fields?.rest() ?? []).filter(([, value]) => value !== false);
  return Object.fromEntries(said.map(([name, value]) => [`${path}.${name}`, value]));
}

/** `own`: what only Google understands. */
export function readToolConfig(body: Fields, losses: Losses): { toolChoice?: ToolChoice; own: JsonObject } {
  const config = body.fields('toolConfig');
  const calling = config?.fields('functionCallingConfig');
  const toolChoice = calling === undefined ? undefined : choiceOf(calling, losses);
  const own = {
    ...namedUnder('toolConfig', config),
    ...namedUnder('toolConfig.functionCallingConfig', calling),
    // No other dialect has a switch for all functions at once that makes their arguments keep to the schema.
    ...(calling?.text('mode')?.toUpperCase() === 'VALIDATED' ? { 'toolConfig.functionCallingConfig.mode': 'VALIDATED' } : {}),
  };
  return { ...(toolChoice === undefined ? {} : { toolChoice }), own };
}
