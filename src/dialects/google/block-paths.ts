// Paths of blocks as Google's callers wrote them: a content has parts, and a result has its words apart from its media.
import type { JsonObject } from './json.ts';
import { toolPathOf } from './tool-paths.ts';

const BLOCK = /^(contents\[\d+\]|systemInstruction)\.content(\[\d+\])(?:\.content\[(\d+)\])?/;

function blockPathOf(name: string): string {
  return name.replace(BLOCK, (_all, content: string, part: string, inner?: string) => {
    const at = `${content}.parts${part}`;
    if (inner === undefined) return at;
    const result = `${at}.functionResponse`;
    return inner === '0' ? `${result}.response` : `${result}.parts[${Number(inner) - 1}]`;
  });
}

export function pathOf(name: string, body: Readonly<JsonObject>): string {
  return name.startsWith('tools[') ? toolPathOf(name, body) : blockPathOf(name);
}
