// Where the evaluation reads texts from: a directory with one JSON object a line in NAME.jsonl or NAME.jsonl.gz.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A text and what is known about it. Offsets of `spans` are UTF-16 code units, end exclusive. */
export interface Example {
  text: string;
  /** 1: something is to be found in it. */
  label: 0 | 1;
  category?: string;
  spans?: [start: number, end: number, kind: string][];
  /** Of rules: ids of the detectors that are to be switched on. */
  detectors?: string[];
  /** The rule that the text is judged by, and whether it stands in a request, an answer or either. */
  policy?: string;
  direction?: 'request' | 'response' | 'both';
  /** `dev`: of the half that models were trained on, where the set was; nothing, or another name: of one that nothing was made with. */
  split?: string;
}

/** Undefined: there is no such set. Throws on a line that is no JSON. */
export type Sets = (name: string) => readonly Example[] | undefined;

export function setsIn(directory: string): Sets {
  const known = new Map<string, readonly Example[] | undefined>();
  const read = (name: string): readonly Example[] | undefined => {
    const packed = join(directory, `${name}.jsonl.gz`);
    const plain = join(directory, `${name}.jsonl`);
    const text = existsSync(packed)
      ? gunzipSync(readFileSync(packed)).toString('utf8')
      : existsSync(plain)
        ? readFileSync(plain, 'utf8')
        : undefined;
    return text
      ?.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Example);
  };
  return (name) => {
    if (!known.has(name)) known.set(name, read(name));
    return known.get(name);
  };
}

const LARGEST = 200_000;
/** Hold made-up credentials on purpose. */
const TESTS = /(?:^|[/\\])(?:__tests__|tests?|fixtures?|examples?|specs?)[/\\]|\.(?:test|spec)\.[cm]?[jt]s$/;

/** Texts of source files below a directory, evenly spread, the same ones each time. */
export function sourceFiles(directory: string, count: number): string[] {
  const files = globSync('**/*.{js,mjs,cjs,ts,py}', { cwd: directory })
    .filter((file) => !TESTS.test(file))
    .toSorted()
    .map((file) => join(directory, file))
    .filter((file) => {
      const stat = statSync(file);
      return stat.isFile() && stat.size > 0 && stat.size <= LARGEST;
    });
  const step = Math.max(1, files.length / count);
  return Array.from({ length: Math.min(count, files.length) }, (_none, index) => readFileSync(files[Math.floor(index * step)]!, 'utf8'));
}
