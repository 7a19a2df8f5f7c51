// JSON of an application's own making as lines of text: names give values a meaning, so both are read together.

const MAX_DEPTH = 64;

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function* lines(value: unknown, name: string, depth: number): Generator<string> {
  if (value === null || value === undefined || typeof value === 'boolean') {
    if (name !== '') yield name;
    return;
  }
  if (typeof value !== 'object') {
    yield name === '' ? String(value) : `${name}: ${String(value)}`;
    return;
  }
  if (depth > MAX_DEPTH) {
    yield JSON.stringify(value);
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) yield* lines(item, name, depth + 1);
    return;
  }
  if (name !== '') yield name;
  for (const [key, inner] of Object.entries(value)) yield* lines(inner, key, depth + 1);
}

/** One line for each value, `name: value`. JSON in a string, as arguments of tools often are, is read first. */
export function freeText(value: unknown): string {
  return [...lines(typeof value === 'string' ? parsed(value) : value, '', 0)].join('\n');
}
