// Tools as callers of this dialect declare them, and their choice.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Tool, ToolChoice } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { booleanAt, field, listAt, neededString, objectAt, oneOf, optional, stringAt, unknownFields } from './fields.ts';
import { unpacked } from './namespaces.ts';

const FUNCTION_FIELDS = ['type', 'name', 'description', 'parameters', 'strict'];

function readTool(value: unknown, at: string, losses: Losses): Tool {
  if (!isObject(value)) throw new RequestError(at, `${at} must be an object with type, for example {"type": "function", "name": ...}.`);
  const type = neededString(value, 'type', `${at}.`);
  const tell = (name: string): void => losses.add(name);
  if (type === 'function') {
    // The form of Chat Completions, which people bring along.
    if (isObject(field(value, 'function'))) {
      throw new RequestError(`${at}.function`, `${at}.function is the form of chat completions: put name and parameters beside type.`);
    }
    unknownFields(value, FUNCTION_FIELDS, `${at}.`, (name) => field(value, name.slice(at.length + 1)) !== false && tell(name));
    return {
      type: 'function',
      name: neededString(value, 'name', `${at}.`),
      ...optional('description', stringAt(value, 'description', `${at}.`)),
      ...optional('parameters', objectAt(value, 'parameters', `${at}.`)),
      ...optional('strict', booleanAt(value, 'strict', `${at}.`)),
    };
  }
  if (type === 'custom') {
    unknownFields(value, ['type', 'name', 'description', 'format'], `${at}.`, tell);
    return {
      type: 'custom',
      name: neededString(value, 'name', `${at}.`),
      ...optional('description', stringAt(value, 'description', `${at}.`)),
      ...optional('format', objectAt(value, 'format', `${at}.`)),
    };
  }
  return { type: 'other', dialect: 'openai-responses', kind: type, value };
}

/** `at`: where the caller wrote it. */
export interface PlacedTool {
  tool: Tool;
  at: string;
}

export function readTools(body: Json, at: string, losses: Losses): PlacedTool[] {
  return listAt(body, 'tools', at).flatMap((value, index) => {
    const place = `${at}tools[${index}]`;
    const members = isObject(value) ? unpacked(value, place) : [{ tool: value, at: place }];
    return members.map((one) => ({ tool: readTool(one.tool, one.at, losses), at: one.at }));
  });
}

/** Tools that a search found are declared again where they were found; the others take each name once. */
export function onceEach(tools: readonly PlacedTool[]): PlacedTool[] {
  const named = new Set<string>();
  return tools.filter(({ tool }) => tool.type === 'other' || (!named.has(tool.name) && named.add(tool.name)));
}

function readAllowed(choice: Json, losses: Losses): ToolChoice | undefined {
  const names = listAt(choice, 'tools', 'tool_choice.').flatMap((tool, index) => {
    const at = `tool_choice.tools[${index}]`;
    if (!isObject(tool)) throw new RequestError(at, `${at} must be an object with type and name.`);
    const type = neededString(tool, 'type', `${at}.`);
    if (type === 'function' || type === 'custom') return [neededString(tool, 'name', `${at}.`)];
    losses.add(at);
    return [];
  });
  const mode = oneOf(stringAt(choice, 'mode', 'tool_choice.') ?? 'auto', ['auto', 'required'] as const, 'tool_choice.mode');
  return names.length === 0 ? undefined : { type: 'allowed', names, mode };
}

/** A hosted tool cannot be asked for by name elsewhere. */
export function readToolChoice(body: Json, losses: Losses): ToolChoice | undefined {
  const choice = field(body, 'tool_choice');
  if (choice === undefined) return undefined;
  if (typeof choice === 'string') return { type: oneOf(choice, ['auto', 'none', 'required'] as const, 'tool_choice') };
  if (!isObject(choice)) throw new RequestError('tool_choice', 'tool_choice must be auto, none, required or an object with type.');
  const type = neededString(choice, 'type', 'tool_choice.');
  if (type === 'allowed_tools') return readAllowed(choice, losses);
  if (type === 'function' || type === 'custom') return { type: 'tool', name: neededString(choice, 'name', 'tool_choice.') };
  losses.add('tool_choice');
  return undefined;
}
