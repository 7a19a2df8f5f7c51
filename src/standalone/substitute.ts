// ${NAME} in values of Secrets. Braces cannot stand in a plain YAML value inside {...}, so they are swapped for two
// characters that can before the text is parsed, and swapped back in every string after it.

const OPEN = '\uE000';
const CLOSE = '\uE001';
const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const SHIELDED = new RegExp(`\\$${OPEN}([A-Za-z_][A-Za-z0-9_]*)${CLOSE}`, 'g');

/** Makes `${NAME}` safe for the YAML parser. Keeps every offset. */
export function shield(text: string): string {
  return text.replace(PLACEHOLDER, `$$${OPEN}$1${CLOSE}`);
}

/** Undoes shield in all strings of a value, names of fields included. */
export function unshield(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(SHIELDED, '${$1}');
  if (Array.isArray(value)) return value.map(unshield);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [unshield(name), unshield(field)]));
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** Replaces `${NAME}` by its value; `$${NAME}` stands for `${NAME}` itself. Names what is missing instead of failing. */
export function substitute(text: string, variables: Variables): { text: string; missing: string[] } {
  const missing: string[] = [];
  const replaced = text.replace(/\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
    if (whole.startsWith('$$')) return whole.slice(1);
    const value = variables[name];
    if (value === undefined || value === '') {
      missing.push(name);
      return '';
    }
    return value;
  });
  return { text: replaced, missing };
}
