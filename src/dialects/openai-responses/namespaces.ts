// Tools in namespaces, which other dialects do not have: there a tool is called `<namespace>.<name>`. No name of OpenAI has a dot.
import type { Json } from '../../chat/json.ts';
import { field, listOf, neededString, objectOf, stringAt, textOf } from './fields.ts';

const isNamespace = (tool: Json): boolean => field(tool, 'type') === 'namespace';

/** `name` of an item or a tool, with its namespace where it has one. */
export function qualifiedName(item: Json, at: string): string {
  const name = neededString(item, 'name', at);
  const namespace = stringAt(item, 'namespace', at) ?? '';
  return namespace === '' ? name : `${namespace}.${name}`;
}

/** The tools of a namespace as any others, each with what the namespace says of all; of anything else itself. `at`: without a dot. */
export function unpacked(tool: Json, at: string): { tool: Json; at: string }[] {
  if (!isNamespace(tool)) return [{ tool, at }];
  const namespace = neededString(tool, 'name', `${at}.`);
  const common = stringAt(tool, 'description', `${at}.`) ?? '';
  return listOf(field(tool, 'tools')).map((value, index) => {
    const member = objectOf(value);
    const description = [common, textOf(field(member, 'description'))].filter((text) => text !== '').join('\n\n');
    const name = `${namespace}.${neededString(member, 'name', `${at}.tools[${index}].`)}`;
    return { tool: { ...member, name, ...(description === '' ? {} : { description }) }, at: `${at}.tools[${index}]` };
  });
}

/** Those that the request declares, also in the middle of its conversation. */
function namespacesIn(request: Json): Set<string> {
  const input = field(request, 'input');
  const tools = [request, ...listOf(input).map(objectOf)].flatMap((holder) => listOf(field(holder, 'tools')));
  return new Set(tools.map(objectOf).filter(isNamespace).map((tool) => textOf(field(tool, 'name'))));
}

/** The name of a call as its caller knows it. */
export function calledName(name: string, request: Json): { name: string; namespace?: string } {
  const dot = name.indexOf('.');
  const namespace = name.slice(0, Math.max(dot, 0));
  return dot === -1 || !namespacesIn(request).has(namespace) ? { name } : { name: name.slice(dot + 1), namespace };
}
