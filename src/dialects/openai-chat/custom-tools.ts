// Custom tools in this dialect, whose grammars lie one level deeper than those of the middle.
import type { CustomTool } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';

/** `{type: 'grammar', grammar: {syntax, definition}}` as `{type: 'grammar', syntax, definition}`. */
export function readFormat(format: unknown): unknown {
  if (!isObject(format) || !isObject(format['grammar'])) return format;
  const { grammar, ...rest } = format;
  return { ...rest, ...grammar };
}

function writeFormat(format: unknown): unknown {
  if (!isObject(format) || format['type'] !== 'grammar') return format;
  const { type, ...grammar } = format;
  return { type, grammar };
}

export function writeCustom({ name, description, format }: CustomTool): object {
  const rest = { ...(description === undefined ? {} : { description }), ...(format === undefined ? {} : { format: writeFormat(format) }) };
  return { type: 'custom', custom: { name, ...rest } };
}

/** For servers that have functions only: the text is their one argument. A grammar can only be told. */
export function writeAsFunction({ name, description, format }: CustomTool): object {
  const told = [description, hasGrammar(format) ? `The input must follow this grammar: ${JSON.stringify(format)}` : undefined];
  const said = told.filter((part) => part !== undefined).join('\n\n');
  const parameters = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
  return { type: 'function', function: { name, ...(said === '' ? {} : { description: said }), parameters } };
}

export function hasGrammar(format: unknown): boolean {
  return isObject(format) && format['type'] !== 'text';
}
