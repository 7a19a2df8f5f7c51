// Reads values.yaml together with its comments: each value that a user may set follows a comment that begins with "# --".
import { load } from 'js-yaml';

export type Values = { readonly [key: string]: unknown };

export interface Value {
  /** Keys from the top. */
  path: readonly string[];
  description: string;
  default: unknown;
}

function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce((at, key) => (at as Values)[key], values);
}

/** Values in the order of the file; maps above them are not among them. */
export function readValues(text: string): Value[] {
  const values = load(text);
  const found: Value[] = [];
  const path: { key: string; indent: number }[] = [];
  let comment: string[] = [];
  for (const line of text.split('\n')) {
    const [, begun] = /^\s*# -- (.*)$/.exec(line) ?? [];
    const [, more] = /^\s*# (.*)$/.exec(line) ?? [];
    const [, indent, key] = /^( *)([A-Za-z][A-Za-z0-9]*):/.exec(line) ?? [];
    if (begun !== undefined) comment = [begun];
    else if (more !== undefined && comment.length > 0) comment.push(more);
    else if (indent !== undefined && key !== undefined) {
      while (path.length > 0 && path.at(-1)!.indent >= indent.length) path.pop();
      path.push({ key, indent: indent.length });
      const keys = path.map((part) => part.key);
      if (comment.length > 0) found.push({ path: keys, description: comment.join(' '), default: valueAt(values, keys) });
      comment = [];
    } else comment = [];
  }
  return found;
}
