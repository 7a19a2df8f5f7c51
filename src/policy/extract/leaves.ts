// All that a JSON value says, names and values, without recursion: what is nested too deep to be understood is still read.

/** In no order that means anything. Null, true and false say nothing. */
export function leavesOf(value: unknown): string[] {
  const said: string[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string' || typeof next === 'number') said.push(String(next));
    else if (Array.isArray(next)) for (let index = next.length - 1; index >= 0; index--) open.push(next[index]);
    else if (typeof next === 'object' && next !== null) {
      for (const [name, inner] of Object.entries(next).reverse()) open.push(inner, name);
    }
  }
  return said;
}
