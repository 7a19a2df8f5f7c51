// YAML with line numbers: values as js-yaml makes them, and for each path through a document the line it is on.
import {
  constructFromEvents,
  CORE_SCHEMA,
  EVENT_ID,
  getScalarValue,
  mergeTag,
  parseEvents,
  YAMLException,
  type Event,
  type ScalarEvent,
} from 'js-yaml';

export interface YamlDocument {
  value: unknown;
  /** Line of the node at a path such as `spec.llms[0].name`, or of the nearest parent that is in the file. From 1. */
  lineOf(path: string): number;
}

/** Text that is not YAML. The message repeats nothing of the file, because it may hold secrets. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  /** From 1. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const SCHEMA = CORE_SCHEMA.withTags(mergeTag);
/** Aliases multiply; nobody needs many of them in a manifest. */
const MAX_ALIASES = 32;

type Lines = Map<string, number>;

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

interface Frame {
  path: string;
  kind: 'document' | 'sequence' | 'mapping';
  /** Of a sequence: the next index. */
  index: number;
  /** Of a mapping: the key whose value comes next. */
  key: string | undefined;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Follows the parser's events, which have offsets, to give every node its path and line. */
function indexLines(events: readonly Event[], text: string, starts: readonly number[]): Lines[] {
  const documents: Lines[] = [];
  const frames: Frame[] = [];
  // Marks the node at `offset` and returns its path. Keys are always scalars: the constructor refuses others.
  const place = (offset: number, scalar?: ScalarEvent): string => {
    const frame = frames.at(-1);
    const lines = documents.at(-1);
    if (frame === undefined || lines === undefined) return '';
    if (frame.kind === 'mapping' && frame.key === undefined) {
      frame.key = scalar === undefined ? '' : getScalarValue(text, scalar);
      // The line of a field is that of its name: the value may start lines later.
      lines.set(join(frame.path, frame.key), lineAt(starts, offset));
      return '';
    }
    let path = frame.path;
    if (frame.kind === 'sequence') path = `${frame.path}[${frame.index++}]`;
    if (frame.kind === 'mapping') path = join(frame.path, frame.key ?? '');
    frame.key = undefined;
    if (!lines.has(path)) lines.set(path, lineAt(starts, offset));
    return path;
  };
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) {
      documents.push(new Map());
      frames.push({ path: '', kind: 'document', index: 0, key: undefined });
    } else if (event.type === EVENT_ID.POP) frames.pop();
    else if (event.type === EVENT_ID.SCALAR) place(event.valueStart, event);
    else if (event.type === EVENT_ID.ALIAS) place(event.anchorStart);
    else {
      const kind = event.type === EVENT_ID.SEQUENCE ? 'sequence' : 'mapping';
      frames.push({ path: place(event.start), kind, index: 0, key: undefined });
    }
  }
  return documents;
}

function parentOf(path: string): string {
  return path.replace(/(\.[^.[\]]*|\[\d+\]|^[^.[]+)$/, '');
}

function lookUp(lines: Lines, path: string): number {
  for (let at = path; at !== ''; ) {
    const line = lines.get(at);
    if (line !== undefined) return line;
    const parent = parentOf(at);
    at = parent === at ? '' : parent;
  }
  return lines.get('') ?? 1;
}

/** All documents of a text; empty ones have the value null. Throws YamlError. */
export function parseYaml(text: string): YamlDocument[] {
  const starts = lineStarts(text);
  try {
    const events = parseEvents(text, {});
    const values = constructFromEvents(events, { source: text, schema: SCHEMA, maxAliases: MAX_ALIASES });
    const lines = indexLines(events, text, starts);
    return values.map((value, index) => ({ value, lineOf: (path) => lookUp(lines[index] ?? new Map(), path) }));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // The parser quotes names of the file in some reasons, and the text around the place in all messages.
    const reason = error.reason.replace(/ ?("[^"]*"|!<[^>]*>|: .*$)/g, '');
    throw new YamlError(`not valid YAML: ${reason}`, (error.mark?.line ?? 0) + 1);
  }
}
