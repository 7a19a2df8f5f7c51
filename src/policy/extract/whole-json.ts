// What JSON.parse leaves out of a text that it accepts: all but the last of members of one name, and the last digits of long numbers. Models
// and callers get the text itself, so it is read with all of it.

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
const HUGE = /(?<![\w.])\d{17,}/;

/** Offset of the quote that ends the string which begins at `from`. */
function endOfString(json: string, from: number): number {
  for (let end = json.indexOf('"', from + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let before = end;
    while (json.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return json.length;
}

function isName(json: string, from: number): boolean {
  let at = from;
  while (json.charCodeAt(at) <= 0x20) at++;
  return json.charCodeAt(at) === COLON;
}

/** A name that is new to an object: the same with a number where it has it already. */
function newName(names: ReadonlySet<string>, name: string): string {
  let count = names.size;
  while (names.has(`${name} ${count}`)) count++;
  return `${name} ${count}`;
}

/**
 * The same JSON, with a number behind each name that its object has had before, so that no member is lost when it is parsed. Undefined: no
 * object has two members of one name. `json` must be accepted by JSON.parse.
 */
export function withDistinctNames(json: string): string | undefined {
  /** Names of the objects that are open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  const pieces: string[] = [];
  let taken = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === OPEN_BRACE) open.push(new Set());
    else if (code === OPEN_BRACKET) open.push(undefined);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open.pop();
    if (code !== QUOTE) continue;
    const [start, end] = [at, endOfString(json, at)];
    at = end;
    const names = open.at(-1);
    if (names === undefined || !isName(json, end + 1)) continue;
    const text = json.slice(start + 1, end);
    const name = text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
    if (names.has(name)) {
      const other = newName(names, name);
      pieces.push(json.slice(taken, start), JSON.stringify(other));
      taken = end + 1;
      names.add(other);
    } else names.add(name);
  }
  return pieces.length === 0 ? undefined : pieces.join('') + json.slice(taken);
}

/** A number that a double does not hold stays as it is written. */
function asWritten(_name: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && HUGE.test(source) ? source : value;
}

/** As JSON.parse, and no member and no digit is lost: numbers that are too long for a double are strings. Throws as it does, and RangeError. */
export function parseWhole(json: string): unknown {
  const value: unknown = JSON.parse(json);
  const distinct = withDistinctNames(json);
  if (HUGE.test(json)) return JSON.parse(distinct ?? json, asWritten);
  return distinct === undefined ? value : JSON.parse(distinct);
}

/** UTF-16 code units before a number in which the names of it are looked for. */
const BEFORE = 96;
/** The name of what follows at once, or of a list or an object that begins. JSON may stand in a string, and that in another. */
const NAME = /([^"\\{}[\],:]{1,48})\\{0,7}"\s{0,8}:\s{0,8}(?=[[{]|$)/g;

/** The numbers in JSON that are too long for a double, with the names that they stand under, a line each; undefined: there are none. */
export function hugeNumbers(json: string): string | undefined {
  const said: string[] = [];
  for (const { 0: digits, index } of json.matchAll(new RegExp(HUGE, 'g'))) {
    const names = [...json.slice(Math.max(0, index - BEFORE), index).matchAll(NAME)].map(([, name]) => name);
    said.push(names.length === 0 ? digits : `${names.join(' ')}: ${digits}`);
  }
  return said.length === 0 ? undefined : said.join('\n\n');
}
