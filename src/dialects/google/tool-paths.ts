// Paths of tools as Google's callers wrote them: a tool holds many functions, where the middle has one list of all.
import type { JsonObject } from './json.ts';
import { Fields } from './fields.ts';

/** As writers name them; what readers name is the caller's own path already. */
const TOOL = /^tools\[(\d+)\](?!\.function_?declarations)(\.parameters)?/i;

/** Where the caller has each tool of the middle. `schema`: what it calls the parameters. */
function placesOf(body: Readonly<JsonObject>): { at: string; schema: string }[] {
  return new Fields(body, '').list('tools').flatMap((tool) => [
    ...tool.list('functionDeclarations').map((declaration) => ({
      at: declaration.path,
      schema: declaration.at(declaration.take('parametersJsonSchema') === undefined ? 'parameters' : 'parametersJsonSchema'),
    })),
    ...tool.untaken().map(([kind]) => ({ at: tool.at(kind), schema: `${tool.at(kind)}.parameters` })),
  ]);
}

export function toolPathOf(name: string, body: Readonly<JsonObject>): string {
  return name.replace(TOOL, (given, index: string, parameters?: string) => {
    const place = placesOf(body)[Number(index)];
    if (place === undefined) return given;
    return parameters === undefined ? place.at : place.schema;
  });
}
