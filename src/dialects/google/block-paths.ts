// Paths of blocks as Google's callers wrote them: a content has parts, and a result has its words apart from its media.
import { Losses } from '../../chat/losses.ts';
import { Fields } from './fields.ts';
import type { JsonObject } from './json.ts';
import { placesOf } from './model-turns.ts';
import { readContents } from './read-request.ts';
import { toolPathOf } from './tool-paths.ts';

/** As writers name them; what readers name is the caller's own path already. */
const BLOCK = /^((?:contents(?:\[\d+\])?|system_?instruction)\.content\[\d+\])(?:\.content\[(\d+)\])?/i;

function blockPathOf(name: string, body: Readonly<JsonObject>): string {
  return name.replace(BLOCK, (_all, block: string, inner?: string) => {
    // Contents of the model that follow each other are one turn in the middle.
    const written = placesOf(readContents(new Fields(body, ''), new Losses())).get(block) ?? block;
    const at = written.replace('.content[', '.parts[');
    if (inner === undefined) return at;
    const result = `${at}.functionResponse`;
    return inner === '0' ? `${result}.response` : `${result}.parts[${Number(inner) - 1}]`;
  });
}

export function pathOf(name: string, body: Readonly<JsonObject>): string {
  return name.startsWith('tools[') ? toolPathOf(name, body) : blockPathOf(name, body);
}
