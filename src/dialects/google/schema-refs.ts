// References within a JSON Schema.
import { isObject, own } from '../../chat/json.ts';
import type { JsonObject } from './json.ts';

/** What a reference within the schema leads to; undefined where it leads out of it or nowhere. */
export function resolveRef(root: JsonObject, ref: string): unknown {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let node: unknown = root;
  for (const step of ref.slice(2).split('/')) {
    const key = decodeStep(step);
    node = Array.isArray(node) ? node[Number(key)] : isObject(node) ? own(node, key) : undefined;
  }
  return node;
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return step;
  }
}

/** `#/$defs/a` -> `$defs.a`, as other places in a schema are named. */
export function pathOfRef(ref: string): string {
  return ref.slice(2).split('/').map(decodeStep).join('.');
}

/** Short names for what circular references lead to: plain words, and one for each reference. */
export class DefNames {
  readonly #names = new Map<string, string>();

  of(ref: string): string {
    const known = this.#names.get(ref);
    if (known !== undefined) return known;
    const plain = ref === '#' ? 'root' : decodeStep(ref.slice(ref.lastIndexOf('/') + 1)).replaceAll(/[^a-zA-Z0-9_-]/g, '_') || '_';
    const taken = new Set(this.#names.values());
    let name = plain;
    for (let count = 2; taken.has(name); count++) name = `${plain}_${count}`;
    this.#names.set(ref, name);
    return name;
  }
}
